"""A file of arXiv's metadata in any of its forms (spec ARXIV-1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import chain

from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.errors import InputError
from pithbundle.evidence.arxiv import ArxivMetadata, MetadataError
from pithbundle.evidence.arxiv_abs import read_abs
from pithbundle.evidence.arxiv_snapshot import read_snapshot
from pithbundle.evidence.arxiv_xml import read_xml


def read_metadata(
    blocks: Iterable[bytes], wanted: Collection[str] = (), limits: Limits = DEFAULT_LIMITS
) -> dict[str, ArxivMetadata | MetadataError]:
    """Return the metadata of the papers that are wanted, or of the only paper, by identifier (ARXIV-1).

    Args:
        blocks: the bytes of the file in blocks of any size; not all of them are read if the wanted papers are
            found before its end.
        wanted: identifiers, as ``0805.1230``; without one the file must have one paper.
        limits: ``size``, ``depth`` and ``nodes`` of the file, or of a line of a snapshot.

    Returns:
        For each identifier that the file has its first metadata, or the error for which it has none.

    Raises:
        InputError: it is over a limit, or not of its form.
        MetadataError: ``syntax``: none of the forms; ``type``: no identifier is wanted, and there is not one
            paper.
    """
    # A file can have as many papers as are wanted: each is looked up.
    wanted = frozenset(wanted)
    found: dict[str, ArxivMetadata | MetadataError] = {}
    for arxiv_id, metadata in _papers(iter(blocks), wanted, limits):
        if not wanted and found:
            raise MetadataError("type", "the file has several papers: say which one is meant")
        if not wanted or arxiv_id in wanted:
            found.setdefault(arxiv_id, metadata)
        if wanted and len(found) == len(wanted):
            break
    return found


def _papers(
    blocks: Iterator[bytes], wanted: Collection[str], limits: Limits
) -> Iterator[tuple[str, ArxivMetadata | MetadataError]]:
    """The papers of a file, in its order; the form is recognised by the first character."""
    begun, size, first = [], 0, b""
    for block in blocks:
        begun.append(block)
        size += len(block)
        first = block.lstrip()[:1]
        if first or size > limits.size:
            break
    whole = chain([b"".join(begun)], blocks)
    if first == b"{":
        yield from read_snapshot(whole, wanted, limits)
    elif first == b"<":
        yield from read_xml(_joined(whole, limits.size), limits)
    elif first in (b"-", b"\\"):
        metadata = read_abs(_joined(whole, limits.size), limits)
        yield metadata.arxiv_id, metadata
    else:
        raise MetadataError("syntax", "neither XML, nor JSON lines, nor an .abs file")


def _joined(blocks: Iterable[bytes], limit: int) -> bytes:
    """All bytes.

    Raises:
        InputError: ``size``: there are more than the limit.
    """
    data = bytearray()
    for block in blocks:
        data += block
        if len(data) > limit:
            raise InputError.over_limit("size", limit)
    return bytes(data)
