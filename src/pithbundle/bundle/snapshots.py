"""Digests of lists: each ``snapshot_sha256`` of a document, recomputed (spec SNAP-1, SNAP-2)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pithbundle.bundle.document import Finding, Path, ReadDocument, finding
from pithbundle.encoding.canonical import encode_canonical, sha256_hex
from pithbundle.encoding.values import Object, Value
from pithbundle.newtypes import DigestHex

#: The member that has the digest, the list in the same object, and the counts of its elements.
_DIGEST: Final = "snapshot_sha256"
_ITEMS: Final = "items"
_COUNTS: Final = ("count", "evidence_count")


def snapshot_sha256(items: list[Value]) -> DigestHex:
    """Return the digest of a list, 64 lower-case hex digits (SNAP-1)."""
    return sha256_hex(encode_canonical({"payload": items}))


def snapshot_findings(document: ReadDocument) -> tuple[Finding, ...]:
    """Return a finding for each digest of a list in a document, in the order of the document (SNAP-2)."""
    return tuple(_finding(document, path, value) for path, value in _with_digest(document.value))


def _with_digest(value: Value) -> Iterator[tuple[Path, Object]]:
    """Every object that has a string ``snapshot_sha256``; by a stack, since nesting is not bounded here."""
    pending: list[tuple[Path, Value]] = [((), value)]
    while pending:
        path, item = pending.pop()
        if type(item) is dict:
            if type(item.get(_DIGEST)) is str:
                yield path, item
            pending.extend(((*path, name), item[name]) for name in reversed(item))
        elif type(item) is list:
            pending.extend(((*path, index), item[index]) for index in range(len(item) - 1, -1, -1))


def _finding(document: ReadDocument, path: Path, value: Object) -> Finding:
    at = (*path, _DIGEST)
    count = next((value[name] for name in _COUNTS if name in value), None)
    # What is missing of an object that was cut is not absent: it may have been cut off.
    if not document.is_complete(*path):
        return finding(at, "unknown", "the object is not complete")
    items = value.get(_ITEMS)
    if _ITEMS not in value and type(count) is int and count == 0:
        items = []
    if type(items) is not list:
        return finding(at, "unknown", "the list is not in the document")
    if any(name in value for name in _COUNTS) and not (type(count) is int and count == len(items)):
        return finding(at, "unknown", "the count is not the length of the list")
    if snapshot_sha256(items) == value[_DIGEST]:
        return finding(at, "reproduced", "the digest of the list")
    inferred = ", whose rule is inferred" if items else ""
    return finding(at, "not_reproduced", f"another digest than that of the list{inferred}")
