"""alias_added: another name of this record (spec KIND-4)."""

from __future__ import annotations

from pithbundle.bundle.record import Record
from pithbundle.encoding.values import Object
from pithbundle.merge.schema import EventType, grammar, identifier

_DERIVED = frozenset({"arxiv", "arxiv_version"})
_SHORT = "pith_short_"


def _agrees_with_the_record(payload: Object, record: Record) -> str | None:
    kind = str(payload["alias_kind"])
    if kind not in _DERIVED and not kind.startswith(_SHORT):
        return None
    derived = dict(record.aliases)
    return None if derived.get(kind) == payload["alias_value"] else "subject"


EVENT_TYPE = EventType(
    event_type="alias_added",
    target="record",
    section="source_aliases",
    select="all",
    members={"alias_kind": grammar(r"[a-z][a-z0-9_]{0,63}"), "alias_value": identifier},
    match=_agrees_with_the_record,
)
