"""What ``pithbundle evidence`` reads for captures, authors and metadata (spec CAPT-9, ORCID-7, ARXIV-4)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from pithbundle.bundle.record import Record
from pithbundle.cli.extras import needing
from pithbundle.cli.inputs import read_bytes, rejecting
from pithbundle.cli.number_arxiv import read_papers
from pithbundle.cli.output import Exit
from pithbundle.encoding.limits import Limits
from pithbundle.evidence import Content, OrcidRecord, Payload, content_of, read_orcid
from pithbundle.evidence.arxiv import ArxivMetadata, MetadataError
from pithbundle.evidence.metadata_findings import id_of
from pithbundle.files import read_blocks
from pithbundle.progress import Progress


def read_contents(paths: Sequence[str], progress: Progress) -> tuple[Content, ...]:
    """Return the digests of files of any size.

    Args:
        paths: the files.
        progress: takes how much of them was read.

    Raises:
        InputRejected: a file cannot be read.
    """
    found = []
    for path in paths:
        with rejecting(path, Exit.USAGE):
            found.append(content_of(path, _counted(read_blocks(path), progress)))
    return tuple(found)


def read_warcs(
    paths: Sequence[str], wanted: Callable[[], frozenset[tuple[str, str]]], progress: Progress
) -> tuple[Payload, ...] | None:
    """Return the payloads of captures in WARC files; None without such files.

    Args:
        paths: the files.
        wanted: returns the captures that are looked for; called only if there is a file.
        progress: as for :func:`read_contents`.

    Raises:
        InputRejected: a file cannot be read, or is no WARC file within the bounds.
        click.UsageError: warcio is not installed.
    """
    if not paths:
        return None
    with needing("warc", "a WARC file needs warcio", "warcio", "six"):
        from pithbundle.evidence.warc import read_payloads
    captures = wanted()
    found: list[Payload] = []
    for path in paths:
        with rejecting(path, Exit.USAGE):
            found.extend(read_payloads(path, _counted(read_blocks(path), progress), captures))
    return tuple(found)


def read_persons(paths: Sequence[str], limits: Limits) -> tuple[OrcidRecord, ...]:
    """Return saved records of ORCID.

    Raises:
        InputRejected: a file cannot be read, or is no saved record.
    """
    found = []
    for path in paths:
        data = read_bytes(path, limits.size, Exit.USAGE)
        with rejecting(path, Exit.USAGE, data=data):
            found.append(read_orcid(data, limits))
    return tuple(found)


def read_arxiv(
    paths: Sequence[str], record: Record | None, limits: Limits
) -> tuple[tuple[str, ArxivMetadata | MetadataError | None], ...]:
    """Return the name of each file of arXiv's metadata, and what it has of the paper of a record.

    Raises:
        InputRejected: a file cannot be read, or has none of the forms.
    """
    wanted = id_of(record)
    names = [] if wanted is None else [wanted]
    return tuple((path, read_papers(path, names, limits, named=True).get(wanted or "")) for path in paths)


def _counted(blocks: Iterable[bytes], progress: Progress) -> Iterator[bytes]:
    """The blocks of one file, which may be of many gigabytes: what is read of it is shown in MiB."""
    progress.begin("MiB", None)
    size = 0
    for block in blocks:
        size += len(block)
        progress(size >> 20)
        yield block
