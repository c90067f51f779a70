"""Documents of the registry given to verify: each is checked by itself (spec DOC-1 to DOC-10)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from pithbundle.bundle.document import Status, read_document
from pithbundle.bundle.document_types import RECORD_DOCUMENT, STATE
from pithbundle.bundle.titles import abstract_sha256
from pithbundle.cli.inputs import InputRejected, read_bytes, rejecting
from pithbundle.cli.json_values import policy_source, policy_value, rejected_value
from pithbundle.cli.load import CELL
from pithbundle.cli.output import Exit, Output, Style
from pithbundle.cli.render import MOST, more, plural
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object, portable
from pithbundle.errors import InputError, PithError
from pithbundle.outcomes import EXIT_STATUS, Outcome
from pithbundle.report import Rejection
from pithbundle.verify.documents import DOCUMENTS, DigestVerdict, DocumentReport, verify_document

if TYPE_CHECKING:
    from pithbundle.verify.policy import Policy, PolicyKey

#: A bundle as it is published: it is not read a second time to see that it is one.
_BUNDLE: Final = re.compile(rb'\s*\{\s*"bundle_type"')
#: The findings that are listed one by one, with the style of their headings; the others are counted.
_LISTED: Final[dict[Status, Style]] = {
    "differs": "doubtful",
    "not_reproduced": "doubtful",
    "malformed": "doubtful",
    "reproduced": "plain",
    "unknown": "plain",
}
_COUNTED: Final[dict[Status, str]] = {
    "agrees": "equal to what the record or the key determines",
    "well_formed": "of the form that is expected",
    "claimed": "that nothing determines or signs",
}


def looks_like_document(data: bytes, limits: Limits, encoding: Encoding | None) -> bool:
    """Whether a file is a document of the registry other than a bundle; False if it cannot be read."""
    if _BUNDLE.match(data):
        return False
    try:
        document = read_document(data, limits, encoding=encoding)
    except PithError:
        return False
    # A record beside events may be a bundle whose type somebody altered (CLI-11).
    members = document.members()
    stripped = document.kind is RECORD_DOCUMENT and "record_type" not in members and "events" in members
    return document.kind in DOCUMENTS and "bundle_type" not in members and not stripped


def read_abstract(path: str | None, limits: Limits) -> str | None:
    """Return the abstract in a file of text, None for None.

    Raises:
        InputRejected: it cannot be read, is not UTF-8, or has a character that no abstract has.
    """
    if path is None:
        return None
    data = read_bytes(path, limits.size)
    with rejecting(path, Exit.USAGE):
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            raise InputError("utf8", f"not UTF-8: {error.reason}", offset=error.start) from None
        abstract_sha256(text)
    return text


def verify_document_file(
    out: Output,
    path: str,
    data: bytes,
    policy: Policy,
    policy_path: str | None,
    limits: Limits,
    encoding: Encoding | None,
    abstract: str | None,
    quiet: bool,
) -> int:
    """Check a document and print what was found; return the exit status of its outcome (DOC-3)."""
    report: DocumentReport | None = None
    rejected: list[Rejection] = []
    try:
        with rejecting(path):
            document = read_document(data, limits, encoding=encoding)
            report = verify_document(document, policy, abstract=abstract, limits=limits)
    except InputRejected as rejection:
        rejected.append(Rejection(path, rejection.error, rejection.hint))
    outcome: Outcome = "rejected" if report is None else report.outcome
    status = EXIT_STATUS[outcome]
    if out.as_json:
        members: Object = {
            "outcomes": [outcome],
            "policy": policy_value(policy, policy_path),
            "rejected": rejected_value(rejected),
            "reports": [],
            "proofs": [],
            "documents": [] if report is None else [document_value(path, report)],
            "skipped": 0,
        }
        return out.result(outcome, status, members)
    _headline(out, report)
    if quiet:
        return status
    out.heading("policy", policy_source(out, policy_path))
    out.detail("sha256", policy.sha256)
    for one in rejected:
        out.heading("rejected", out.file_name(one.name))
        out.detail("why", str(one.error))
        out.detail("hint", one.advice)
    if report is not None:
        print_document(out, path, report)
    return status


# -- text -----------------------------------------------------------------------------


def _headline(out: Output, report: DocumentReport | None) -> None:
    """Print the first line, which begins with the outcome."""
    if report is None:
        out.line("REJECTED:", "bad", " the document cannot be used")
        return
    findings = [one.status for one in report.findings]
    parts = [
        report.document.kind.description,
        *(
            f"{plural(findings.count(status), 'member')} {words}"
            for status, words in (("differs", "differ"), ("not_reproduced", "not reproduced"))
            if status in findings
        ),
    ]
    signed = "nothing of it is signed"
    if report.digests:
        count = sum(one.key is not None for one in report.digests)
        parts.append(f"{count} of {plural(len(report.digests), 'digest')} signed")
        signed = "no content of it is signed"
    style: Style = "doubtful" if report.outcome == "unverified" else "bad"
    out.line(f"{report.outcome.upper()}:", style, f" {', '.join(parts)}; {signed}")


def print_document(out: Output, path: str, report: DocumentReport) -> None:
    """Print what was found in a document."""
    out.heading("document", report.document.kind.description)
    out.detail("file", out.file_name(path))
    _print_record(out, report)
    _print_findings(out, report)
    for pointer, key in report.keys:
        known = "not in your policy" if key is None else f"in your policy: {_key(out, key)}"
        out.detail("key", f"{out.show(pointer or 'the file')}: {known}")
    for verdict in report.digests[:MOST]:
        out.detail(verdict.status, _digest(out, verdict))
    _rest(out, len(report.digests), "signature")
    if report.document.kind is STATE:
        out.detail("next", STATE.use)


def _print_record(out: Output, report: DocumentReport) -> None:
    if report.record is not None:
        how = {
            "reproduced": "recomputed from the record",
            "computed": "computed from the record; the document claims none",
            "derived": "derived from the metadata; the document has no record",
        }[_number_status(report)]
        out.detail("number", f"{report.record.number}, {how}")
        out.detail("sha256", report.record.hex)


def _number_status(report: DocumentReport) -> str:
    if report.is_derived:
        return "derived"
    return "reproduced" if "pith_number" in report.document.members() else "computed"


def _print_findings(out: Output, report: DocumentReport) -> None:
    for status in _LISTED:
        listed = [one for one in report.findings if one.status == status]
        for one in listed[:MOST]:
            detail = f": {one.detail}" if one.detail else ""
            out.detail(status.replace("_", " "), f"{out.show(one.pointer, 120)}{detail}")
        _rest(out, len(listed), "member")
    for status, words in _COUNTED.items():
        count = sum(one.status == status for one in report.findings)
        if count:
            out.detail(status.replace("_", " "), f"{plural(count, 'member')} {words}")


def _rest(out: Output, count: int, noun: str) -> None:
    if count > MOST:
        out.detail("", f"and {more(count - MOST, noun)}")


def _key(out: Output, key: PolicyKey) -> str:
    return f"{out.show(key.signer_id, CELL)} {out.show(key.key_id, CELL)}, {key.status}"


def _digest(out: Output, verdict: DigestVerdict) -> str:
    shown = out.show(verdict.payload_sha256 or "no digest", 80)
    if verdict.key is not None:
        return f"{out.show(verdict.pointer)}: the digest {shown} is signed by {_key(out, verdict.key)}"
    code = "" if verdict.code is None else f"  [{verdict.code}]"
    key_id = "no key" if verdict.key_id is None else out.show(verdict.key_id, CELL)
    return f"{out.show(verdict.pointer)}: {shown}, key {key_id}{code}"


# -- for programs -----------------------------------------------------------------------------


def document_value(path: str, report: DocumentReport) -> Object:
    """What was found in a document, for ``--json``."""
    record = report.record
    return {
        "file": portable(path),
        "document_type": report.document.kind.name,
        "encoding": report.document.encoding,
        "outcome": report.outcome,
        "pith_number": None if record is None else str(record.number),
        "number_status": None if record is None else _number_status(report),
        "canonical_sha256": None if record is None else record.hex,
        "findings": [
            {"pointer": one.pointer, "status": one.status, "detail": one.detail} for one in report.findings
        ],
        "keys": [
            {"pointer": pointer, "policy_key": None if key is None else _key_value(key)}
            for pointer, key in report.keys
        ],
        "signatures": [
            {
                "pointer": one.pointer,
                "verdict": one.status,
                "code": one.code,
                "key_id": one.key_id,
                "payload_sha256": one.payload_sha256,
                "policy_key": None if one.key is None else _key_value(one.key),
            }
            for one in report.digests
        ],
    }


def _key_value(key: PolicyKey) -> Object:
    return {"signer_id": key.signer_id, "key_id": key.key_id, "status": key.status}
