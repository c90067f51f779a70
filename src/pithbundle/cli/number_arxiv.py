"""Metadata of arXiv beside the records of `pithbundle number` (spec ARXIV-4)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pithbundle.bundle.record import Record
from pithbundle.cli.inputs import rejecting
from pithbundle.cli.output import Exit, Output
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.evidence.arxiv import ArxivMetadata, Compared, Comparison, MetadataError, compare
from pithbundle.evidence.arxiv_files import read_metadata
from pithbundle.evidence.metadata_findings import REASONS, comparison_value, id_of, why_not_compared
from pithbundle.files import read_blocks


@dataclass(frozen=True, slots=True)
class Beside:
    """What a file of metadata gives for one record."""

    path: str
    #: None where the file gives nothing to compare.
    comparison: Comparison | None
    #: Why there is no comparison.
    why: str = ""

    @property
    def reproduced(self) -> bool:
        """Whether the record follows from the metadata."""
        return self.comparison is not None and self.comparison.reason is None


#: The metadata of the papers of a file, or why one has none.
Papers = Mapping[str, ArxivMetadata | MetadataError]


def read_papers(path: str, wanted: Collection[str], limits: Limits, *, named: bool) -> Papers:
    """Read the papers of a file.

    Args:
        path: the file.
        wanted: the identifiers that are wanted.
        limits: those of the file.
        named: whether only those are, also where there is none; otherwise without one the only paper is.

    Raises:
        InputRejected: the file cannot be read, or has none of the forms.
    """
    with rejecting(path, Exit.USAGE):
        blocks = read_blocks(path)
        if named and not wanted:
            # Nothing is compared; a name that leads to no file is an error all the same.
            next(blocks, b"")
            return {}
        return read_metadata(blocks, wanted, limits)


def beside(record: Record, papers: Papers, path: str) -> Beside:
    """Compare a record with the metadata of its paper."""
    metadata = papers.get(id_of(record) or "")
    why = why_not_compared(record, metadata)
    return Beside(path, compare(metadata, record) if isinstance(metadata, ArxivMetadata) else None, why)


def print_beside(out: Output, found: Beside) -> None:
    """Print what the metadata gives for a record, below its number."""
    file, comparison = out.file_name(found.path), found.comparison
    if comparison is None:
        out.detail("metadata", f"{file}: not compared: {out.show(found.why)}")
        return
    if comparison.reason is None:
        out.detail("metadata", f"{file}: the same number follows from it; nobody signs it")
        # The hash of the record covers the title, which may be shown for that.
        out.detail("title", out.show(" ".join(comparison.metadata.title.split()), 200))
        return
    of_metadata, of_record = comparison.metadata.version, _version_of(comparison)
    versions = f"version {of_metadata}"
    if of_metadata != of_record:
        versions += f" beside version {of_record}"
    out.detail("metadata", f"{file}: {versions}: {REASONS[comparison.reason]}; nobody signs it")
    for member in comparison.members:
        if not member.agrees:
            out.detail("differs", _difference(out, member))


def _version_of(comparison: Comparison) -> Value:
    return next(each.of_record for each in comparison.members if each.path == ("source", "version"))


def _difference(out: Output, member: Compared) -> str:
    name = "/".join(member.path)
    if name.endswith("_sha256"):
        return f"{name}: another text"
    return f"{name}: {_words(out, member.of_metadata)}, in the record {_words(out, member.of_record)}"


def _words(out: Output, value: Value) -> str:
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return out.show(text, 80) or "none"


def beside_value(found: Beside | None) -> Object | None:
    """The same as JSON; null where no metadata was given."""
    if found is None:
        return None
    comparison = found.comparison
    if comparison is None:
        return {"file": portable(found.path), "compared": False, "why": found.why}
    return {
        "file": portable(found.path),
        "compared": True,
        **comparison_value(comparison),
    }
