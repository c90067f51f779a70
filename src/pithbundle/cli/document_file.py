"""Documents of the registry given to verify: each is checked by itself (spec DOC-1 to DOC-10)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from pithbundle.bundle.document import FindingStatus, ReadDocument
from pithbundle.bundle.document_types import GRAPH, MANIFEST, PUBLIC_KEY, RECORD_DOCUMENT, STATE
from pithbundle.bundle.titles import abstract_sha256
from pithbundle.cli.inputs import read_bytes, rejecting
from pithbundle.cli.json_values import policy_source, verify_members
from pithbundle.cli.load import CELL
from pithbundle.cli.next_step import file_words, policy_words, print_command, unused_name
from pithbundle.cli.output import Exit, Output, Style
from pithbundle.cli.render import MOST
from pithbundle.encoding.json_strict import utf8_error
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.errors import PithError
from pithbundle.outcomes import EXIT_STATUS, Outcome
from pithbundle.report import Rejection
from pithbundle.verify.documents import DocumentReport, SignatureVerdict, verify_document
from pithbundle.wording import more, plural

if TYPE_CHECKING:
    from pithbundle.verify.policy import Policy, PolicyKey

#: The findings that are listed one by one, with the style of their headings; the others are counted.
_LISTED: Final[dict[FindingStatus, Style]] = {
    "differs": "doubtful",
    "not_reproduced": "doubtful",
    "malformed": "doubtful",
    "reproduced": "plain",
    "unknown": "plain",
}
_COUNTED: Final[dict[FindingStatus, str]] = {
    "agrees": "equal to what the record or the key determines",
    "well_formed": "of the form that is expected",
    "claimed": "that nothing determines or signs",
}


#: Documents that state facts of a record which its bundle states too (DIFF-3).
_OF_A_RECORD: Final = frozenset({GRAPH.name, RECORD_DOCUMENT.name})


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
            raise utf8_error(error) from None
        abstract_sha256(text)
    return text


@dataclass(frozen=True, slots=True)
class CheckedDocument:
    """A document after the check: its report, or why it is rejected."""

    path: str
    report: DocumentReport | None = None
    rejection: Rejection | None = None

    @property
    def outcome(self) -> Outcome:
        """The outcome of DOC-3."""
        return "rejected" if self.report is None else self.report.outcome


def check_document(
    path: str, document: ReadDocument, policy: Policy, limits: Limits, abstract: str | None = None
) -> CheckedDocument:
    """Check a document that was read from ``path``; a bad one raises no error (DOC-3)."""
    try:
        return CheckedDocument(path, verify_document(document, policy, abstract=abstract, limits=limits))
    except PithError as error:
        return CheckedDocument(path, rejection=Rejection(path, error))


def print_checked(
    out: Output, checked: CheckedDocument, policy: Policy, policy_path: str | None, quiet: bool
) -> int:
    """Print what was found in a document; return the exit status of its outcome (DOC-3)."""
    report, rejection = checked.report, checked.rejection
    status = EXIT_STATUS[checked.outcome]
    if out.as_json:
        rejected = [] if rejection is None else [rejection]
        documents: list[Value] = [] if report is None else [document_value(checked.path, report)]
        members = verify_members([checked.outcome], policy, policy_path, rejected, documents=documents)
        return out.result(checked.outcome, status, members)
    _headline(out, report)
    if quiet:
        return status
    out.heading("policy", policy_source(out, policy_path))
    out.detail("sha256", policy.sha256)
    if rejection is not None:
        out.heading("rejected", out.file_name(rejection.name))
        out.detail("why", str(rejection.error))
        out.detail("hint", rejection.hint)
    if report is not None:
        print_document(out, checked.path, report, policy_path)
    return status


# -- text -----------------------------------------------------------------------------


def _headline(out: Output, report: DocumentReport | None) -> None:
    """Print the first line, which begins with the outcome."""
    if report is None:
        out.line("REJECTED:", "bad", " the document cannot be used")
        return
    findings = [one.status for one in report.findings]
    parts = [
        report.description,
        *(
            f"{plural(findings.count(status), 'member')} {words}"
            for status, words in (("differs", "differ"), ("not_reproduced", "not reproduced"))
            if status in findings
        ),
    ]
    signed = "nothing of it is signed"
    if report.signatures:
        count = sum(one.key is not None for one in report.signatures)
        parts.append(f"{count} of {plural(len(report.signatures), 'digest')} signed")
        signed = "no content of it is signed"
    style: Style = "doubtful" if report.outcome == "unverified" else "bad"
    out.line(f"{report.outcome.upper()}:", style, f" {', '.join(parts)}; {signed}")


def print_document(out: Output, path: str, report: DocumentReport, policy_path: str | None) -> None:
    """Print what was found in a document."""
    out.heading("document", report.description)
    out.detail("file", out.file_name(path))
    _print_record(out, report)
    _print_findings(out, report)
    for one in report.keys:
        known = "not in your policy" if one.key is None else f"in your policy: {_key(out, one.key)}"
        out.detail("key", f"{out.show(one.pointer or 'the file')}: {known}")
    for verdict in report.signatures[:MOST]:
        out.detail(verdict.status.replace("_", " "), _digest(out, verdict))
    _rest(out, len(report.signatures), "signature")
    _print_next(out, path, report, policy_path)


def _print_next(out: Output, path: str, report: DocumentReport, policy_path: str | None) -> None:
    """Print what to do next: a document contains no event, or one of which the format is not known."""
    policy = policy_words(out, policy_path)
    if report.document_type == STATE.name:
        print_command(
            out, "next", ["pithbundle", "merge", "BUNDLE", *policy, *file_words([path], "--expect")]
        )
    elif report.document_type in _OF_A_RECORD:
        print_command(out, "next", ["pithbundle", "diff", "BUNDLE", *file_words([path]), *policy])
        out.detail("", "the bundle.json of the record has the events, which are signed")
    elif report.document_type == MANIFEST.name:
        out.detail("next", "fetch a bundle from a mirror that it names, then verify the bundle")
    elif report.document_type == PUBLIC_KEY.name and any(one.key is None for one in report.keys):
        words = ["--public-key", *file_words([path]), *policy, "-o", unused_name("mine")]
        names = ["--signer-id", "NAME", "--key-id", "NAME"]
        print_command(out, "next", ["pithbundle", "policy", "add", *names, *words])
    if any(verdict.status == "unknown_format" for verdict in report.signatures):
        out.detail("next", "add integrity-1 to event_formats of the key in your policy, then verify again")
    elif report.signatures:
        print_command(out, "next", ["pithbundle", "probe", *file_words([path], "--integrity"), *policy])


def _print_record(out: Output, report: DocumentReport) -> None:
    if report.record is not None and report.number_status is not None:
        how = {
            "reproduced": "recomputed from the record",
            "computed": "computed from the record; the document claims none",
            "derived": "derived from the metadata; the document has no record",
        }[report.number_status]
        out.detail("number", f"{report.record.number}, {how}")
        out.detail("sha256", report.record.hex)


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


def _digest(out: Output, verdict: SignatureVerdict) -> str:
    shown = out.show(verdict.payload_sha256 or "no digest", 80)
    if verdict.key is not None:
        return f"{out.show(verdict.pointer)}: the digest {shown} is signed by {_key(out, verdict.key)}"
    code = "" if verdict.code is None else f"  [{verdict.code}]"
    key_id = "no key" if verdict.key_id is None else out.show(verdict.key_id, CELL)
    return f"{out.show(verdict.pointer)}: {shown}, key {key_id}{code}"


# -- for programs -----------------------------------------------------------------------------


def document_value(path: str, report: DocumentReport) -> Object:
    """What was found in a document, for ``--json``."""
    return {"file": portable(path), **report.to_value()}
