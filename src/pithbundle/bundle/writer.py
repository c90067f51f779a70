"""The bundle writer: a record and signed elements as bundles (spec EXPORT-1, EXPORT-2).

The writer keeps the order of the elements that it is given and checks no signature: what an
export contains, and in which order, is decided by the ledger that it is made of.
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Final, cast

from pithbundle.bundle.document_types import BUNDLE_TYPE, BUNDLE_VERSION
from pithbundle.bundle.event_format import EventFormat
from pithbundle.bundle.event_format_document import Constant, SignatureText
from pithbundle.bundle.event_pointers import Path, is_index, region
from pithbundle.bundle.record import Record
from pithbundle.encoding.canonical import encode, encode_ordered, raw_json
from pithbundle.encoding.json_reader import decode_canonical, read_json
from pithbundle.encoding.limits import DEFAULT_LIMITS, UNBOUNDED, Limits
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import InputError
from pithbundle.newtypes import EventId

# An event lies below the bundle's object and its array of events; the record below the object.
_LEVELS_ABOVE_AN_EVENT: Final = 2
_NO_ROOM: Final = "the record and one event do not fit into one bundle"


def signed_element(
    event_format: EventFormat,
    content: bytes,
    payload: bytes,
    event_id: EventId,
    key_id: str,
    fingerprint: str,
    signature: bytes,
) -> Object:
    """Return an event as an element of a bundle: what is signed, its id, one signature (FORMAT-12).

    Args:
        event_format: the format that the event is read under.
        content: the canonical bytes of the signed content, an object.
        payload: the canonical bytes of the payload.
        event_id: the recomputed id.
        key_id: the key that signed, by the name in the policy.
        fingerprint: its fingerprint, in hex.
        signature: the 64 raw bytes.
    """
    body, proof = event_format._body, event_format._proof
    written: dict[Path, Value] = dict(proof.constants)
    if not isinstance(proof.key_id, Constant):
        written.update(dict.fromkeys(proof.key_id, key_id))
    texts = {
        "algorithm": proof.algorithm_text,
        "event_id": event_id if proof.id_text == "prefixed" else event_id[7:],
        "fingerprint": fingerprint,
        "signature": _TEXTS[proof.signature_text](signature),
    }
    written.update({path: texts[role] for role, path in proof.roles.items()})
    proof_paths = {
        path: value for path, value in written.items() if region(path, body.base, body.excluded) == "outside"
    }
    element = cast("Object", decode_canonical(content))
    for token in reversed(body.base):
        element = {token: element}
    hashed = body.roles["payload"]
    if not isinstance(hashed, Constant) and not body.covers(hashed):
        # First, with no pointer of the proof: only objects lead to it.
        _put(element, hashed, decode_canonical(payload), ())
    for path in sorted(proof_paths):
        _put(element, path, proof_paths[path], proof_paths)
    return element


def _put(element: Object, path: Path, value: Value, proof_paths: Iterable[Path]) -> None:
    """Write a value at a path; what lies above it and is not there yet is made (FORMAT-12)."""
    above: Value = element
    for depth, token in enumerate(path):
        last = depth + 1 == len(path)
        if type(above) is list:
            above += [None] * (int(token) + 1 - len(above))
            found = above[int(token)]
        else:
            above = cast("Object", above)
            found = above.get(token)
        if last or found is None:
            found = value if last else _container(path[: depth + 1], proof_paths)
            above[int(token) if type(above) is list else token] = found  # type: ignore[index]
        above = found


def _container(path: Path, proof_paths: Iterable[Path]) -> Value:
    """An empty array where each pointer of the proof through it goes on with an index, else an object."""
    tokens = [each[len(path)] for each in proof_paths if len(each) > len(path) and each[: len(path)] == path]
    return [] if tokens and all(map(is_index, tokens)) else {}


def _base64(raw: bytes) -> str:
    return b2a_base64(raw, newline=False).decode("ascii")


def _base64url(raw: bytes) -> str:
    return _base64(raw).rstrip("=").replace("+", "-").replace("/", "_")


_TEXTS: Final[dict[SignatureText, Callable[[bytes], str]]] = {
    "base64": _base64,
    "base64url": _base64url,
    "hex": bytes.hex,
}


def write_bundles(record: Record, elements: Iterable[Object], limits: Limits = DEFAULT_LIMITS) -> list[bytes]:
    """Return JSON bundles that contain the elements in their order, each within ``limits`` (EXPORT-2).

    A new bundle starts where the next element exceeds the size, the values or the events of
    the one before. No elements give one bundle without events.

    Args:
        record: the record of every bundle.
        elements: events as :func:`signed_element` makes them, values of the data model.
        limits: the limits under which every bundle can be read (LIM-1 to LIM-5).

    Raises:
        InputError: ``size`` (of the bundle or of one string), ``nodes``, ``depth`` or ``events``,
            where the record and one element exceed a limit in a bundle of their own.
    """
    frame = _frame(record)
    # The record may have unknown members, so the frame is measured and not assumed small.
    base = _Measured(encode_ordered({**frame, "events": []}), 0, limits)
    base.require_within(limits)
    parts: list[list[Value]] = [[]]
    size, nodes = base.size, base.nodes
    for element in elements:
        canonical = encode(element)
        one = _Measured(canonical, _LEVELS_ABOVE_AN_EVENT, limits)
        full = (
            len(parts[-1]) >= limits.events
            or size + one.size + 1 > limits.size
            or nodes + one.nodes > limits.nodes
        )
        if full and parts[-1]:
            parts.append([])
            size, nodes = base.size, base.nodes
        if not parts[-1]:
            one.require_within(limits, base.size, base.nodes, 1)
        else:
            one.require_within(limits)
        parts[-1].append(raw_json(canonical))
        size += one.size + 1
        nodes += one.nodes
    return [encode_ordered({**frame, "events": part}) for part in parts]


class _Measured:
    """How much of each limit one JSON text takes; no string of it is over its own.

    Raises:
        InputError: ``size``, for a string or a member name over ``limits.string`` (LIM-4);
            ``depth``, for more than any reader reads.
    """

    __slots__ = ("depth", "nodes", "size")

    def __init__(self, canonical: bytes, levels_above: int, limits: Limits) -> None:
        try:
            read = read_json(canonical, replace(UNBOUNDED, string=limits.string))
        except InputError as error:
            if error.limit_name != "string":
                raise
            # Without its pointer, which is into a bundle that is not written.
            raise InputError.over_limit(
                "string", limits.string, error.fault.found, clause="EXPORT-2", what=_NO_ROOM
            ) from None
        self.size = len(canonical)
        self.nodes = read.nodes
        self.depth = read.depth + levels_above

    def require_within(self, limits: Limits, size: int = 0, nodes: int = 0, events: int = 0) -> None:
        """Raise InputError where this, added to what a bundle has already, exceeds a limit."""
        for name, found, limit in (
            ("bundle_depth", self.depth, limits.bundle_depth),
            ("size", self.size + size, limits.size),
            ("nodes", self.nodes + nodes, limits.nodes),
            ("events", events, limits.events),
        ):
            if found > limit:
                raise InputError.over_limit(name, limit, found, clause="EXPORT-2", what=_NO_ROOM)


def _frame(record: Record) -> Object:
    return {
        "bundle_type": BUNDLE_TYPE,
        "bundle_version": BUNDLE_VERSION,
        "pith_number": str(record.number),
        "short_pith_number": record.number.short,
        "canonical_record": raw_json(record.canonical),
        "canonical_sha256": record.hex,
        "source": raw_json(encode(record.value["source"])),
        "source_aliases": [],
    }
