"""alias_added: another name of this record (spec KIND-4)."""

from __future__ import annotations

from dataclasses import dataclass

from pithbundle.brief import brief
from pithbundle.bundle.record import Record
from pithbundle.encoding.values import Object
from pithbundle.merge.rule_sets import ALIASES, EventType
from pithbundle.merge.schema import grammar, identifier
from pithbundle.newtypes import EventId

_DERIVED = frozenset({"arxiv", "arxiv_version"})
_SHORT = "pith_short_"


@dataclass(frozen=True, slots=True)
class Alias:
    """A name of the record: derived from it, signed, or both (STATE-4).

    ``event_id`` and ``created_at`` are those of the first current event that signs it, None
    if there is none.
    """

    alias_kind: str
    alias_value: str
    derived: bool
    event_id: EventId | None
    created_at: str | int | None

    __repr__ = brief


def _names(payload: Object) -> tuple[str, ...]:
    return str(payload["alias_kind"]), str(payload["alias_value"])


def _agrees_with_the_record(payload: Object, record: Record) -> str | None:
    kind = str(payload["alias_kind"])
    if kind not in _DERIVED and not kind.startswith(_SHORT):
        return None
    derived = dict(record.aliases)
    return None if derived.get(kind) == payload["alias_value"] else "subject"


EVENT_TYPE = EventType(
    event_type="alias_added",
    target="record",
    section=ALIASES,
    select="all",
    members={"alias_kind": grammar(r"[a-z][a-z0-9_]{0,63}"), "alias_value": identifier},
    match=_agrees_with_the_record,
    keeps=_names,
)
