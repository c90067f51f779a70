"""The snapshot of arXiv's metadata: a JSON object on each line, several gigabytes (spec ARXIV-1, ARXIV-2).

It is read once, in blocks, and only lines are parsed that contain an identifier that is wanted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace
from typing import Final

from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import InputError, PithError
from pithbundle.evidence.arxiv import ArxivMetadata, MetadataError, metadata_of

#: How the lines of the published snapshot begin, before the identifier.
_BEGINNING: Final = b'{"id":"'
#: The member ``id`` of another line; in a string its quotes would be escaped.
_ID: Final = re.compile(rb'"id"[ \t\r]*:[ \t\r]*"([^"\n]*)"').finditer

#: The bytes of that member at least: a file can have millions of shorter lines.
_SHORTEST: Final = len(b'"id":""')


def read_snapshot(
    blocks: Iterable[bytes], wanted: Collection[str], limits: Limits
) -> Iterator[tuple[str, ArxivMetadata | MetadataError]]:
    """Read the papers of a snapshot: the identifier of each and its metadata, or why it has none.

    Args:
        blocks: the bytes of the file, in blocks of any size.
        wanted: the identifiers that are wanted; of none all are.
        limits: those of one line.

    Raises:
        InputError: a line is over a limit, or not JSON of the profile.
        MetadataError: ``type``: a line is no object with a string ``id``.
    """
    for number, line in _lines(blocks, wanted, limits.size):
        try:
            value = parse_json(line, limits)
        except PithError as error:
            detail = f"line {number}: {error.fault.detail or error.fault.message}"
            raise type(error).of(replace(error.fault, detail=detail)) from None
        arxiv_id = value.get("id") if isinstance(value, dict) else None
        if wanted and arxiv_id not in wanted:
            continue
        if not isinstance(value, dict) or not isinstance(arxiv_id, str):
            raise MetadataError("type", f"line {number} is not the metadata of a paper: it has no id")
        try:
            yield arxiv_id, _metadata(arxiv_id, value)
        except MetadataError as error:
            yield arxiv_id, error.detached()


def _lines(blocks: Iterable[bytes], wanted: Collection[str], limit: int) -> Iterator[tuple[int, bytes]]:
    """The lines that may be of a wanted paper, with their numbers; without one all that are not empty.

    Raises:
        InputError: ``size``: a line is over the limit.
    """
    # An argument of the command line that is not UTF-8 has surrogates, which no line has.
    spellings = {each.encode("utf-8", "surrogatepass") for each in wanted}
    # A solidus may be escaped; what else could be is no part of an identifier.
    spellings |= {each.replace(b"/", b"\\/") for each in spellings}
    number = 0
    for data, start, size in _whole_lines(blocks, limit):
        while start < size:
            number += 1
            end = data.find(b"\n", start, size)
            end = size if end < 0 else end
            if end - start > limit:
                raise InputError.over_limit("size", limit, end - start, what=f"line {number}")
            if not spellings:
                line = data[start:end]
                if line and not line.isspace():
                    yield number, line
            elif data.startswith(_BEGINNING, start):
                first = start + len(_BEGINNING)
                if data[first : data.find(b'"', first)] in spellings:
                    yield number, data[start:end]
            elif end - start >= _SHORTEST and any(found[1] in spellings for found in _ID(data, start, end)):
                yield number, data[start:end]
            start = end + 1


def _whole_lines(blocks: Iterable[bytes], limit: int) -> Iterator[tuple[bytes, int, int]]:
    """Whole lines: bytes that contain them, and from where to where.

    Raises:
        InputError: ``size``: the last line of a block, and what follows of it, is over the limit.
    """
    rest = bytearray()
    for block in blocks:
        start, end = 0, block.rfind(b"\n") + 1
        if end:
            if rest:
                # Only the line that two blocks share is joined: to copy all takes longer than to read it.
                start = block.find(b"\n") + 1
                rest += block[:start]
                yield bytes(rest), 0, len(rest)
            yield block, start, end
            rest = bytearray(block[end:])
        else:
            rest += block
        if len(rest) > limit:
            raise InputError.over_limit("size", limit)
    if rest:
        yield bytes(rest), 0, len(rest)


def _metadata(arxiv_id: str, value: Object) -> ArxivMetadata:
    names = "title", "abstract", "categories", "license", "authors"
    texts = {name: _text(arxiv_id, value, name) for name in names}
    versions = value.get("versions")
    dates = [_version(arxiv_id, each) for each in versions] if isinstance(versions, list) else []
    return metadata_of(arxiv_id, dates, **texts)


def _text(arxiv_id: str, value: Object, name: str) -> str | None:
    found = value.get(name)
    if found is not None and not isinstance(found, str):
        raise MetadataError("type", f"{arxiv_id}: {name} is not a string")
    return found


def _version(arxiv_id: str, value: Value) -> tuple[str, str]:
    name, date = (value.get("version"), value.get("created")) if isinstance(value, dict) else (None, None)
    if not isinstance(name, str) or not isinstance(date, str):
        raise MetadataError("type", f"{arxiv_id}: a version is an object with version and created")
    return name, date
