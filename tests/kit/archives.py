"""Archives for tests: small bundles, written, damaged, and read again."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from kit import bundle, made_record, to_json
from pithbundle import cbor_bytes, parse_json
from pithbundle.archive.lines import Line, line_of
from pithbundle.archive.manifest import Manifest
from pithbundle.archive.reader import Reader
from pithbundle.archive.rejected import Rejections
from pithbundle.archive.writer import Writer


def bundle_bytes(seed: int, **changes: Any) -> bytes:
    """A bundle without events, spaced as a mirror might serve it."""
    return to_json(bundle(made_record(seed), [], **changes))


@cache
def lines(count: int, first: int = 0) -> tuple[Line, ...]:
    """The sorted lines of so many bundles."""
    return tuple(sorted(line_of(bundle_bytes(seed)) for seed in range(first, first + count)))


@cache
def items(count: int, first: int = 0) -> tuple[Line, ...]:
    """The same in CBOR."""
    return tuple(sorted(line_of(cbor_bytes(parse_json(line.data))) for line in lines(count, first)))


def write(path: Path, given: Iterable[Line], **options: Any) -> Manifest:
    """Write an archive of lines in any order."""
    with Writer(path, **options) as writer:
        for line in given:
            writer.add(line)
        return writer.finish()


def read(path: Path) -> tuple[list[Line], Rejections]:
    """Every bundle of an archive, and what was rejected."""
    rejected = Rejections()
    return [entry.line for entry in Reader(path).entries(rejected)], rejected


def content(path: Path) -> dict[str, bytes]:
    """The files of a folder."""
    return {each.name: each.read_bytes() for each in sorted(path.iterdir())}
