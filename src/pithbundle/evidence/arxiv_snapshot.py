"""The snapshot of arXiv's metadata: a JSON object on each line, several gigabytes (spec ARXIV-1, ARXIV-2).

It is read once, in blocks, and only lines are parsed that contain an identifier that is wanted.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import InputError, PithError
from pithbundle.evidence.arxiv import ArxivMetadata, MetadataError, metadata_of

#: How the lines of the published snapshot begin, before the identifier.
_BEGINNING: Final = b'{"id":"'


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
    wants = _Wanted(wanted)
    for number, line in _lines(blocks, limits.size):
        if wanted and not wants.may_have(line):
            continue
        try:
            value = parse_json(line, limits)
        except PithError as error:
            error.add_note(f"line {number}")
            raise
        arxiv_id = value.get("id") if isinstance(value, dict) else None
        if not isinstance(value, dict) or not isinstance(arxiv_id, str):
            raise MetadataError("type", f"line {number} is not the metadata of a paper: it has no id")
        if wanted and arxiv_id not in wanted:
            continue
        try:
            yield arxiv_id, _metadata(arxiv_id, value)
        except MetadataError as error:
            yield arxiv_id, error.detached()


class _Wanted:
    """Which lines may be those of a paper that is wanted."""

    def __init__(self, wanted: Collection[str]) -> None:
        # A solidus may be escaped; what else could be is no part of an identifier.
        spellings = [each.encode() for each in wanted] + [
            each.replace("/", "\\/").encode() for each in wanted
        ]
        self._spellings = frozenset(spellings)
        self._anywhere = re.compile(b"|".join(sorted(map(re.escape, self._spellings)))).search

    def may_have(self, line: bytes) -> bool:
        if line.startswith(_BEGINNING):
            start = len(_BEGINNING)
            return line[start : line.find(b'"', start)] in self._spellings
        return self._anywhere(line) is not None


def _lines(blocks: Iterable[bytes], limit: int) -> Iterator[tuple[int, bytes]]:
    """The lines that are not empty, with their numbers.

    Raises:
        InputError: ``size``: a line is over the limit.
    """
    rest, number = b"", 0
    for block in blocks:
        *whole, rest = (rest + block).split(b"\n")
        for line in whole:
            number += 1
            if len(line) > limit:
                raise InputError.over_limit("size", limit, len(line), what=f"line {number}")
            if line and not line.isspace():
                yield number, line
        if len(rest) > limit:
            raise InputError.over_limit("size", limit, what=f"line {number + 1}")
    if rest and not rest.isspace():
        yield number + 1, rest


def _metadata(arxiv_id: str, value: Object) -> ArxivMetadata:
    texts = {name: _text(arxiv_id, value, name) for name in ("title", "abstract", "categories", "license")}
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
