"""``pithbundle inspect``: the contents of a file, not verified."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

import click

from pithbundle.bundle.document_types import (
    BUNDLE,
    GRAPH,
    MANIFEST,
    NO_OBJECT,
    OTHER,
    PROOF,
    RECORD,
    RECORD_DOCUMENT,
    STATE,
    Document,
    recognise,
)
from pithbundle.bundle.event_format import INTEGRITY_1, PITHBUNDLE_EVENT_1
from pithbundle.bundle.event_reader import reader_of
from pithbundle.bundle.flat_event import read_flat
from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.inputs import (
    PATH,
    encoding_option,
    json_option,
    limit_option,
    read_bytes,
    rejecting,
    truncated_option,
)
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.render import MOST
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding, Parsed, detect_encoding
from pithbundle.encoding.timestamps import instant
from pithbundle.encoding.values import Object, Value, pointer, portable
from pithbundle.errors import Fault
from pithbundle.verify.receipts import receipt_at
from pithbundle.wording import more, plural

#: Printed first, last, and often enough between that every screen of 24 lines shows it.
WARNING: Final = "NOTHING WAS VERIFIED:"
_LINES_BETWEEN: Final = 15
#: The longest text of the file shown, in characters.
_CELL: Final = 72

#: The members that spec.md names, by what the object is.
_KNOWN: Final[dict[Document, frozenset[str]]] = {
    BUNDLE: frozenset({
        "bundle_type", "bundle_version", "pith_number", "short_pith_number", "canonical_record",
        "canonical_sha256", "source", "source_aliases", "events",
    }),
    STATE: frozenset({
        "state_type", "state_version", "pith_number", "merge_version", "event_count",
        "valid_event_count", "invalid_event_count", "equivocation_count", "current", "unrecognised",
    }),
    RECORD: frozenset({"source", "metadata", "schema_version"}),
    RECORD_DOCUMENT: frozenset({
        "record_type", "schema_url", "pith_number", "short_pith_number", "schema_version",
        "canonical_sha256", "source", "source_aliases", "attestation_state", "paper",
        "verification_status", "canonical_record",
    }),
    GRAPH: frozenset({
        "paper", "claims", "source", "verdict", "references", "formal_canon", "author_claims",
        "builder_version",
    }),
    MANIFEST: frozenset({
        "manifest_type", "manifest_version", "generated_at", "merge_version", "mirrors", "notes",
    }),
    PROOF: frozenset({
        "proof_type", "proof_version", "rules", "canonical_record", "events", "keys",
    }),
}  # fmt: skip
#: The last line for files that no command reads: their own hint is to inspect them.
_ADVICE: Final = dict.fromkeys((OTHER, NO_OBJECT), "no command of pithbundle reads such a file")
_UNKNOWN: Final = "unknown"
_SPELLINGS: Final = {_UNKNOWN: "of no built-in event format"}
_EVENT_MEMBERS: Final = frozenset({
    "event_id", "event_type", "subject_pith_number", "target", "payload", "created_at", "signer",
    "signature", "payload_sha256", "signature_b64", "signing_key_id",
})  # fmt: skip


@dataclass(slots=True)
class Events:
    """Counts of what the elements of ``events`` claim."""

    total: int = 0
    spellings: Counter[str] = field(default_factory=Counter)
    types: Counter[str] = field(default_factory=Counter)
    #: By signer_id and key_id as claimed; a flat event names a key and no signer.
    signers: Counter[tuple[str | None, str]] = field(default_factory=Counter)
    signatures: int = 0
    receipts: int = 0
    times: list[str] = field(default_factory=list)
    unknown: Counter[str] = field(default_factory=Counter)


@click.command(
    "inspect",
    epilog="\b\nExamples:\n  pithbundle inspect bundle.json\n"
    "  pithbundle inspect --json bundle.cbor | jq .events.types\n"
    "  pithbundle inspect --truncated beginning.json",
)
@click.argument("file", type=PATH)
@truncated_option
@encoding_option
@limit_option
@json_option
@click.pass_obj
def command(out: Output, file: str, truncated: bool, encoding: Encoding | None, limits: Limits) -> int:
    """Show the contents of FILE without verifying them; use pithbundle verify for that.

    FILE is a bundle, a state, a record, or any other file that can be parsed: also a bundle
    that verify rejects. No hash, number or signature is checked.

    With --truncated FILE may be the beginning of a JSON document: its complete members are
    shown, and where it is cut.
    """
    if truncated and encoding == "cbor":
        raise click.UsageError("--truncated reads JSON alone", click.get_current_context())
    data = read_bytes(file, limits.size)
    chosen = "json" if truncated else encoding or detect_encoding(data)
    with rejecting(file, data=data):
        if truncated:
            from pithbundle.encoding.json_truncated import read_truncated

            beginning = read_truncated(data, limits, confine="events", depth=limits.bundle_depth)
            document, cut = beginning.parsed, beginning.open
        else:
            document, cut = _read(data, chosen, limits), None
    faults = [document.faults[at] for at in sorted(document.faults, key=lambda at: -1 if at is None else at)]
    value, kind = document.value, recognise(document.value)
    view = _View(value, kind, cut)
    if out.as_json:
        result: Object = {
            "nothing_was_verified": True,
            "file": portable(file),
            "encoding": chosen,
            "bytes": len(data),
            "values": document.nodes,
            "document_type": kind.name,
            "truncated": None if cut is None else pointer(cut),
            "faults": [fault.to_value() for fault in faults],
        }
        return out.result(SUCCESS, Exit.VALID, {**result, **_value(view)})
    form = "" if kind is NO_OBJECT else f"{kind.description}, by its members; "
    lines = [
        ("file", f"{out.file_name(file)}, {plural(len(data), 'byte')} of {chosen.upper()}"),
        ("form", f"{form}{_shape(value)}{', cut' if cut is not None else ''}"),
        *_truncated(out, cut),
        *_some(_faults(out, faults), "fault"),
        *(_lines(out, view, value) if type(value) is dict else ()),
        *(_elements(value) if type(value) is list else ()),
    ]
    for index, (name, text) in enumerate(lines):
        if index % _LINES_BETWEEN == 0:
            out.line(WARNING, "doubtful", " these are claims of the file")
        out.detail(name, text)
    out.line(WARNING, "doubtful", f" {_advice(kind, value, cut)}")
    return Exit.VALID


@dataclass(frozen=True, slots=True)
class _View:
    """A file as read: of one that was cut, which containers are open (TRUNC-3)."""

    value: Value
    kind: Document
    cut: tuple[str | int, ...] | None

    def is_open(self, *path: str | int) -> bool:
        """Whether the container at ``path`` was cut."""
        return self.cut is not None and path == self.cut[: len(path)]

    def inside(self, name: str) -> tuple[tuple[str | int, ...], Value]:
        """The path and the value of a member that states have in ``current``, others at the top level."""
        path: tuple[str | int, ...] = ("current", name) if self.kind is STATE else (name,)
        found = self.value
        for step in path:
            found = found.get(str(step)) if type(found) is dict else None
        return path, found

    def complete(self, path: tuple[str | int, ...], elements: list[Value]) -> list[Value]:
        """The elements of the array at ``path`` without a last one that was cut."""
        return elements[:-1] if elements and self.is_open(*path, len(elements) - 1) else elements


def _read(data: bytes, chosen: Encoding, limits: Limits) -> Parsed:
    if chosen == "cbor":
        from pithbundle.encoding.cbor import read_cbor as read
    else:
        from pithbundle.encoding.json_reader import read_json as read
    return read(data, limits, confine="events", depth=limits.bundle_depth)


def _truncated(out: Output, cut: tuple[str | int, ...] | None) -> Iterator[tuple[str, str]]:
    if cut is not None:
        where = out.show(pointer(cut) or "the top level", _CELL * 2)
        yield "truncated", f"the file is cut in {where}: what is complete before it is shown"


def _shape(value: Value) -> str:
    """The type of a value, and how much is in it."""
    if type(value) is dict:
        return f"an object of {plural(len(value), 'member')}"
    if type(value) is list:
        return f"an array of {plural(len(value), 'element')}"
    if type(value) is str:
        return f"a string of {plural(len(value), 'character')}"
    if value is None or type(value) is bool:
        return {None: "null", True: "true", False: "false"}[value]
    return "a number"


def _count(elements: Iterable[Value]) -> Events:
    found = Events()
    for element in elements:
        found.total += 1
        found.spellings[_format_of(element)] += 1
        if type(element) is not dict:
            continue
        found.types[_text(element.get("event_type"))] += 1
        signer, payload = element.get("signer"), element.get("payload")
        if type(signer) is dict:
            found.signers[_text(signer.get("signer_id")), _text(signer.get("key_id"))] += 1
        elif "signing_key_id" in element:
            found.signers[None, _text(element["signing_key_id"])] += 1
        found.signatures += bool(element.get("signature") or element.get("signature_b64"))
        found.receipts += receipt_at(element.get("event_type"), payload) is not None
        created_at = element.get("created_at")
        if type(created_at) is str and instant(created_at) is not None:
            found.times.append(created_at)
        found.unknown.update(name for name in element if name not in _EVENT_MEMBERS)
    found.times.sort(key=lambda text: instant(text) or "")
    return found


def _format_of(element: Value) -> str:
    """The built-in event format that reads an element, if one does."""
    if type(element) is dict:
        if reader_of(PITHBUNDLE_EVENT_1).read(element) is not None:
            return PITHBUNDLE_EVENT_1.name
        if read_flat(element) is not None:
            return INTEGRITY_1.name
    return _UNKNOWN


def _text(value: Value) -> str:
    return value if type(value) is str else "not a string"


# -- text -----------------------------------------------------------------------------


def _faults(out: Output, faults: Sequence[Fault]) -> list[tuple[str, str]]:
    return [("fault", f"{fault.message} {fault.location} [{fault.code}, {fault.clause}]") for fault in faults]


def _lines(out: Output, view: _View, value: Object) -> Iterator[tuple[str, str]]:
    known = _KNOWN.get(view.kind, frozenset(value))
    members = []
    for name in value:
        cut = ", cut" if view.is_open(name) else ""
        members.append(("member", _member(out, name, value[name], name in known) + cut))
    yield from _some(members, "member")
    record = value if view.kind is RECORD else view.inside("canonical_record")[1]
    if type(record) is dict:
        yield from _some([*_record(out, record)], "member of the record", "members of the record")
    path, aliases = view.inside("source_aliases")
    if type(aliases) is list:
        listed = view.complete(path, aliases)
        yield from _some([("alias", _alias(out, alias)) for alias in listed], "alias", "aliases")
    events = value.get("events")
    if type(events) is list:
        found = _count(view.complete(("events",), events))
        yield from _events(out, found, " complete" if view.is_open("events") else "")


def _elements(values: Sequence[Value]) -> Iterator[tuple[str, str]]:
    """What each element of a list is, as claimed."""
    lines = [
        ("element", f"/{index}: {_described(value)}; {_shape(value)}") for index, value in enumerate(values)
    ]
    yield from _some(lines, "element")


def _described(value: Value) -> str:
    return "an object with a record" if _has_record(value) else recognise(value).description


def _has_record(value: Value) -> bool:
    return type(value) is dict and (recognise(value) is RECORD or type(value.get("canonical_record")) is dict)


def _advice(kind: Document, value: Value, cut: tuple[str | int, ...] | None) -> str:
    """Return the next step for a file, by what it is and whether it is cut."""
    if cut is not None:
        return (
            "fetch the whole file; pithbundle number --truncated FILE shows the number of a complete record"
        )
    if kind is NO_OBJECT and type(value) is list and any(map(_has_record, value)):
        return "pithbundle number recomputes the Pith Number of each record in the list"
    return _ADVICE.get(kind, kind.use)


def _member(out: Output, name: str, value: Value, known: bool) -> str:
    scalar = type(value) is str or type(value) is int
    shown = out.show(value, _CELL) if scalar else _shape(value)
    return f"{out.show(name, _CELL)}: {shown}{'' if known else ' (not defined in spec.md)'}"


def _record(out: Output, record: Object) -> Iterator[tuple[str, str]]:
    for above in ("source", "metadata"):
        members = record.get(above)
        if type(members) is dict:
            for name, value in members.items():
                shown = out.show(value, _CELL) if type(value) in (str, int) else _shape(value)
                yield "record", f"{out.show(pointer([above, name]), _CELL)}: {shown}"


def _alias(out: Output, alias: Value) -> str:
    if type(alias) is not dict:
        return _shape(alias)
    kind, value = _text(alias.get("alias_kind")), _text(alias.get("alias_value"))
    return f"{out.show(kind, _CELL)} {out.show(value, _CELL)}"


def _events(out: Output, found: Events, note: str) -> Iterator[tuple[str, str]]:
    spelled = ", ".join(f"{n} {_SPELLINGS.get(name, name)}" for name, n in sorted(found.spellings.items()))
    yield "events", f"{found.total}{note}{f': {spelled}' if spelled else ''}"
    signatures = f"{found.signatures} on events, {plural(found.receipts, 'receipt')}, as claimed"
    # Where an unknown format has its signatures is not known.
    beside = "; in other formats they are not counted" if _UNKNOWN in found.spellings else ""
    yield "signatures", signatures + beside
    if found.times:
        yield "times", f"{found.times[0]} to {found.times[-1]}, as claimed"
    yield from _some(
        [("type", f"{count} {out.show(name, _CELL)}") for name, count in found.types.most_common()], "type"
    )
    yield from _some([("signer", _signer(out, *who, n)) for who, n in found.signers.most_common()], "signer")
    yield from _some(
        [("unknown", f"{n} with member {out.show(name, _CELL)}") for name, n in found.unknown.most_common()],
        "unknown member",
    )


def _signer(out: Output, signer_id: str | None, key_id: str, count: int) -> str:
    signer = "no signer" if signer_id is None else out.show(signer_id, _CELL)
    return f"{count} claimed by {signer}, key {out.show(key_id, _CELL)}"


def _some(lines: Sequence[tuple[str, str]], noun: str, many: str | None = None) -> Iterator[tuple[str, str]]:
    yield from lines[:MOST]
    if len(lines) > MOST:
        yield "", f"and {more(len(lines) - MOST, noun, many)}"


# -- for programs -----------------------------------------------------------------------------


def _value(view: _View) -> Object:
    value = view.value
    result: Object = {"shape": _shape(value), "members": {}, "aliases": None, "events": None}
    if type(value) is not dict:
        return result
    known = _KNOWN.get(view.kind, frozenset(value))
    result["members"] = {n: {"shape": _shape(each), "known": n in known} for n, each in value.items()}
    path, aliases = view.inside("source_aliases")
    if type(aliases) is list:
        result["aliases"] = [
            {"alias_kind": _text(alias.get("alias_kind")), "alias_value": _text(alias.get("alias_value"))}
            for alias in view.complete(path, aliases)
            if type(alias) is dict
        ]
    events = value.get("events")
    if type(events) is list:
        found = _count(view.complete(("events",), events))
        result["events"] = {
            "total": found.total,
            "spellings": dict(found.spellings),
            "types": dict(found.types),
            "signers": [
                {"signer_id": signer_id, "key_id": key_id, "events": count}
                for (signer_id, key_id), count in found.signers.most_common()
            ],
            "signatures": found.signatures,
            "receipts": found.receipts,
            "first_time": found.times[0] if found.times else None,
            "last_time": found.times[-1] if found.times else None,
            "unknown_members": dict(found.unknown),
        }
    return result
