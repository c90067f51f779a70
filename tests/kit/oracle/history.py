"""Why a state is what it is, and how it came about: TRACE-1 to TRACE-4, TIMELINE-1 and TIMELINE-2."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from kit.oracle.schema import (
    EVENT_TYPES,
    Json,
    canonical,
    derived_aliases,
    id_of,
    inner,
    instant,
    order,
    schema_error,
)
from kit.oracle.state import NAME, effect, retracted, slot, state_of


def trace(record: Json, events: Iterable[Json], keys: Sequence[Json]) -> Json:
    """The trace of a state, by TRACE-1 to TRACE-4."""
    valid = sorted({id_of(event): event for event in events}.values(), key=order)
    conforming = [event for event in valid if schema_error(event, record) is None]
    retracted_ids = retracted(valid, record)
    state = state_of(record, valid, keys)["current"]
    steps: list[Json] = []

    def step(
        pointer: str, reason: str, winners: Sequence[str] = (), losers: Sequence[tuple[str, str]] = ()
    ) -> None:
        lost = [{"event_id": name, "reason": why} for name, why in losers]
        steps.append(
            {"pointer": "/current" + pointer, "reason": reason, "winners": list(winners), "losers": lost}
        )

    def why_lost(event: Json, winner: Json | None) -> str:
        if id_of(event) in retracted_ids:
            return "retracted"
        same = winner is not None and canonical(event["payload"]) == canonical(winner["payload"])
        return "restated" if same else "superseded"

    def decided(pointer: str, among: Sequence[Json], winner: Json, reason: str) -> None:
        others = [(id_of(event), why_lost(event, winner)) for event in among if event is not winner]
        step(pointer, reason, [id_of(winner)], others)

    def of_type(event_type: str) -> list[Json]:
        return [event for event in conforming if event["event_type"] == event_type]

    step("/canonical_record", "derived")
    derived = derived_aliases(record)
    for index, alias in enumerate(state["source_aliases"]):
        alias_kind, value = alias["alias_kind"], alias["alias_value"]
        named = [
            event
            for event in of_type("alias_added")
            if (event["payload"]["alias_kind"], event["payload"]["alias_value"]) == (alias_kind, value)
        ]
        alive = [event for event in named if id_of(event) not in retracted_ids]
        reason = "derived" if derived.get(alias_kind) == value else "only" if len(alive) == 1 else "first"
        lost = [
            (id_of(e), "retracted" if id_of(e) in retracted_ids else "restated")
            for e in named
            if e not in alive[:1]
        ]
        step(f"/source_aliases/{index}", reason, [id_of(event) for event in alive[:1]], lost)

    for section, event_type in {row[1]: name for name, row in EVENT_TYPES.items()}.items():
        if section in ("receipt", "source_aliases"):
            continue
        for index, entry in enumerate(state[section]):
            event = next(event for event in valid if id_of(event) == entry["event_id"])
            pointer = f"/{section}/{index}"
            if section == "retractions":
                applied = entry["effect"] == "applied"
                lost = [(inner(entry["payload"]["event_id"]), "retracted")] if applied else []
                step(pointer, "listed" if applied else entry["effect"], [entry["event_id"]], lost)
            elif EVENT_TYPES[event_type][2] == "all":
                step(pointer, "listed", [entry["event_id"]])
            else:
                among = [other for other in of_type(event_type) if slot(other) == slot(event)]
                alive = [other for other in among if id_of(other) not in retracted_ids]
                tied = [other for other in alive if instant(other) == instant(event)]
                reason = "only" if len(alive) == 1 else "smallest_id" if len(tied) > 1 else "newest"
                decided(pointer, among, event, reason)
        if section == "graph_snapshots":
            _receipt(state, of_type("record_created"), retracted_ids, step, why_lost, decided)
    for index, group in enumerate(state["equivocations"]):
        step(f"/equivocations/{index}", "listed", group["event_ids"])
    number = state_of(record, [], keys)["pith_number"]
    return {"pith_number": number, "rules": NAME, "trace": steps}


def _receipt(
    state: Json, created: Sequence[Json], retracted_ids: set[str], step: Any, why_lost: Any, decided: Any
) -> None:
    alive = [event for event in created if id_of(event) not in retracted_ids]
    if not created:
        return
    if not alive:
        step("/receipt", "retracted", [], [(id_of(event), "retracted") for event in created])
    elif state["receipt"] is None:
        lost = [(id_of(e), "rejected" if e is alive[0] else why_lost(e, alive[0])) for e in created]
        step("/receipt", "rejected", [], lost)
    else:
        decided("/receipt", created, alive[0], "first" if len(alive) > 1 else "only")


def timeline(record: Json, events: Iterable[Json]) -> list[tuple[str, str]]:
    """Id and change of every event, in their order (TIMELINE-2), computed for each from those before it."""
    valid = sorted({id_of(event): event for event in events}.values(), key=order)
    return [(id_of(event), change(record, event, valid[:index])) for index, event in enumerate(valid)]


def change(record: Json, event: Json, before: Sequence[Json]) -> str:
    """What an event timeline in the state of the events before it."""
    event_type = event["event_type"]
    if schema_error(event, record) is not None:
        return "unrecognised"
    if event_type == "event_retracted":
        effects = {"applied": "retracts", "waiting": "waits", "rejected": "rejected"}
        return effects[effect(event, before)]
    if id_of(event) in retracted([*before, event], record):
        return "withdrawn"
    if event_type == "checkpoint":
        return "lists"
    retracted_ids = retracted(before, record)
    alive = [
        other
        for other in before
        if other["event_type"] == event_type
        and schema_error(other, record) is None
        and id_of(other) not in retracted_ids
    ]
    if event_type == "alias_added":
        names = [[other["payload"][name] for name in ("alias_kind", "alias_value")] for other in alive]
        mine = [event["payload"][name] for name in ("alias_kind", "alias_value")]
        return "restates" if mine in names else "adds"
    select = EVENT_TYPES[event_type][2]
    if select == "all":
        return "adds"
    rivals = [other for other in alive if select == "first" or slot(other) == slot(event)]
    if not rivals:
        return "sets"
    newest = max(map(instant, rivals))
    # Those before are smaller in (instant, id), so of `once` none of them can be beaten.
    if select == "latest" and instant(event) > newest:
        return "replaces"
    winner = rivals[0] if select == "first" else next(e for e in rivals if instant(e) == newest)
    return "restates" if canonical(event["payload"]) == canonical(winner["payload"]) else "superseded"
