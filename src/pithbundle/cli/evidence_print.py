"""The text of a report on evidence (spec EVID-17 to EVID-20)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from pithbundle.cli.output import Output, Style
from pithbundle.cli.render import short
from pithbundle.evidence import EvidenceReport, Finding, HeaderFile
from pithbundle.evidence.findings import Effect
from pithbundle.evidence.header_words import REASONS
from pithbundle.evidence.metadata_findings import METADATA
from pithbundle.evidence.person_claims import Person
from pithbundle.evidence.timestamp_claims import KIND as TIMESTAMP
from pithbundle.wording import plural

_STYLES: Final[dict[Effect, Style]] = {"supports": "good", "contradicts": "bad", "open": "doubtful"}
#: The heading above the findings on elements without a verified signature.
UNVERIFIED: Final = "claims without a verified signature"


def print_evidence(out: Output, report: EvidenceReport) -> None:
    """Print the findings, and what the headers are used for."""
    if report.verification is not None:
        out.heading("evidence", plural(len(report.of_entries), "finding"))
        _print_findings(out, report.of_entries)
    for name, kind in (("proofs", TIMESTAMP), ("metadata", METADATA)):
        found = [one for one in report.of_files if one.kind == kind]
        if found:
            out.heading(name, plural(len(found), "finding"))
            _print_findings(out, found)
    if report.of_unverified_elements:
        out.line(UNVERIFIED, "doubtful", f": {plural(len(report.of_unverified_elements), 'finding')}")
        _print_findings(out, report.of_unverified_elements)
    for person in report.persons:
        _print_person(out, person)
    headers = report.material.headers
    for file in headers.files:
        _print_headers(out, file)
    for block in headers.missing:
        out.heading("missing", f"no header of the block {block}", "doubtful")
    if headers.files:
        out.heading("checkpoints", f"the table with the SHA-256 {headers.checkpoints_sha256}")


def _print_person(out: Output, person: Person) -> None:
    without = f", {person.unverified} of them without a verified signature" if person.unverified else ""
    out.heading("person", f"{person.orcid}: {plural(len(person.claims), 'claim')}{without}")
    for at, spelling in enumerate(person.spellings):
        out.detail("" if at else "spelt", out.show(spelling))


def _print_findings(out: Output, findings: Sequence[Finding]) -> None:
    for one in findings:
        out.heading(one.status, f"{one.kind}: {out.show(one.sentence)}", _STYLES[one.effect])
        claim = one.claim
        if claim is not None:
            name = short(claim.event_id) if claim.event_id is not None else f"element {claim.element_sha256}"
            signer = "" if claim.signer is None else f" {out.show(claim.signer, 80)}"
            out.detail("claim", f"{name} {out.show(claim.event_type, 80)}{signer}")
            out.detail("file", f"{out.file_name(claim.location.file)} {claim.location.pointer}")
        elif one.file is not None:
            out.detail("file", out.file_name(one.file))
        # A line each: a text may contain whatever would part two of them.
        for at, (name, text) in enumerate(one.rests_on):
            out.detail("" if at else "rests on", f"{name} {out.show(text)}")
        out.detail("not shown", one.does_not_show)
        out.detail("clause", one.clause)


def _print_headers(out: Output, file: HeaderFile) -> None:
    if file.strength is not None:
        out.heading("headers", f"{file.first} to {file.last}: {file.strength}")
    else:
        out.heading("headers", f"show nothing: {file.reason}", "doubtful")
    out.detail("file", out.file_name(file.name))
    if file.reason is not None and file.fault is None:
        out.detail("the rest" if file.strength is not None else "why", REASONS[file.reason])
    if file.fault is not None:
        fault = file.fault
        out.detail("why", f"{fault.message} [{fault.code}, {fault.clause}]")
