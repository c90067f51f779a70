"""Findings on a record beside metadata of arXiv that the user has (spec ARXIV-4)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pithbundle.bundle.record import Record
from pithbundle.encoding.values import Object, Value
from pithbundle.evidence.arxiv import (
    ArxivMetadata,
    Compared,
    Comparison,
    MetadataError,
    MetadataReason,
    compare,
)
from pithbundle.evidence.findings import Effect, Finding

#: The kind of the findings.
METADATA: Final = "arxiv_metadata"
_CLAUSE: Final = "ARXIV-4"
#: By reason: what it means, after the versions of the metadata and of the record.
REASONS: Final[dict[MetadataReason, str]] = {
    "newer_version": "it is of a newer version, and has the texts of that one alone",
    "older_version": "it is of an older version: fetch it again",
    "edited": "a member differs, and nothing shows which of the two was changed",
    "other_members": "every member agrees, and the record has others, which arXiv does not have",
}
#: What no such finding shows.
DOES_NOT_SHOW: Final = "who wrote the paper, or what is in it; nobody signs metadata of arXiv"


def id_of(record: Record | None) -> str | None:
    """The identifier by which arXiv's metadata of a record is found; None for another source."""
    return record.source_id if record is not None and record.source_kind == "arxiv" else None


def why_not_compared(record: Record, metadata: ArxivMetadata | MetadataError | None) -> str:
    """Why a record is not compared; empty if it is. May contain hostile text."""
    arxiv_id = id_of(record)
    if arxiv_id is None:
        return f"the source of the record is {record.source_kind}, not arxiv"
    if metadata is None:
        return f"there is no metadata of {arxiv_id} in it"
    if isinstance(metadata, MetadataError):
        fault = metadata.fault
        # The detail as it is: what is printed is escaped then.
        return f"{fault.detail} [{fault.code}, {fault.clause}]"
    return ""


def metadata_finding(name: str, metadata: ArxivMetadata | MetadataError | None, record: Record) -> Finding:
    """Compare a record with metadata of arXiv (ARXIV-4).

    Args:
        name: the name of the file.
        metadata: what the file has of the paper; None of one without it.
        record: the record.
    """
    why = why_not_compared(record, metadata)
    if not isinstance(metadata, ArxivMetadata) or why:
        return _finding(name, "not_checked", "open", f"not compared: {why}", (), None)
    found = compare(metadata, record)
    details = comparison_value(found)
    if found.reason is None:
        # The hash of the record covers the title, which may be shown for that.
        title = ("title", " ".join(metadata.title.split()))
        sentence = "the record follows from the metadata, with the same canonical hash"
        return _finding(name, "reproduced", "supports", sentence, (title,), details)
    differing = tuple(_differing(found))
    sentence = (
        f"version {metadata.version} in the metadata, {record.version} in the record: {REASONS[found.reason]}"
    )
    return _finding(name, found.reason, "open", sentence, differing, details)


def comparison_value(found: Comparison) -> Object:
    """A comparison as JSON."""
    members: list[Value] = [
        {
            "member": "/".join(each.path),
            "agrees": each.agrees,
            "record": each.of_record,
            "metadata": each.of_metadata,
        }
        for each in found.members
    ]
    return {
        "reproduced": found.reason is None,
        "reason": found.reason,
        "versions": [*found.metadata.versions],
        "members": members,
    }


def difference(member: Compared) -> str:
    """What differs in a member, in one text. May contain hostile text."""
    if member.path[1].endswith("_sha256"):
        return "another text"
    return f"{_words(member.of_metadata)}, in the record {_words(member.of_record)}"


def _differing(found: Comparison) -> Iterator[tuple[str, str]]:
    return (("/".join(each.path), difference(each)) for each in found.members if not each.agrees)


def _words(value: Value) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return text or "none"


def _finding(
    name: str,
    status: str,
    effect: Effect,
    sentence: str,
    rests_on: tuple[tuple[str, str], ...],
    details: Object | None,
) -> Finding:
    return Finding(None, name, METADATA, status, effect, sentence, rests_on, DOES_NOT_SHOW, _CLAUSE, details)
