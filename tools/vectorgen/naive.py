"""The answer to ``merge``, recomputed from spec.md with ``model`` and without the package.

``model`` folds the state; here are the trace (TRACE-1 to TRACE-4), the counters, the
verdicts of sound events, completeness and the exit status.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from kit import Json, canonical
from kit import oracle as model
from kit.oracle import KINDS, derived_aliases, id_of, instant, misfit, order, retracted, slot
from vectorgen.core import as_text
from vectorgen.house import policy_sha256


@dataclass(frozen=True, slots=True)
class Beside:
    """What lies beside the valid events: verdicts of other ids, elements without an id, refused inputs."""

    verdicts: tuple[tuple[str, str, str | None], ...] = ()
    without_id: tuple[tuple[int, str, str, str | None], ...] = ()
    #: Of the ids in ``verdicts``, those of which an element is invalid though another one decides.
    invalid_too: tuple[str, ...] = ()
    refused: tuple[tuple[int, str], ...] = ()


NOTHING = Beside()


def trace(record: Json, events: Iterable[Json], keys: Sequence[Json]) -> Json:
    """The trace of a state, as TRACE-1 to TRACE-4 say it."""
    valid = sorted({id_of(event): event for event in events}.values(), key=order)
    fitting = [event for event in valid if misfit(event, record) is None]
    gone = retracted(valid, record)
    state = model.fold(record, valid, keys)["current"]
    steps: list[Json] = []

    def step(
        pointer: str, word: str, wins: Sequence[str] = (), loses: Sequence[tuple[str, str]] = ()
    ) -> None:
        lost = [{"event_id": name, "reason": why} for name, why in loses]
        steps.append({"pointer": "/current" + pointer, "reason": word, "winners": list(wins), "losers": lost})

    def why_lost(event: Json, winner: Json | None) -> str:
        if id_of(event) in gone:
            return "retracted"
        same = winner is not None and canonical(event["payload"]) == canonical(winner["payload"])
        return "restated" if same else "superseded"

    def decided(pointer: str, among: Sequence[Json], winner: Json, word: str) -> None:
        others = [(id_of(event), why_lost(event, winner)) for event in among if event is not winner]
        step(pointer, word, [id_of(winner)], others)

    def of_kind(kind: str) -> list[Json]:
        return [event for event in fitting if event["event_type"] == kind]

    step("/canonical_record", "derived")
    derived = derived_aliases(record)
    for place, alias in enumerate(state["source_aliases"]):
        kind, value = alias["alias_kind"], alias["alias_value"]
        named = [
            event
            for event in of_kind("alias_added")
            if (event["payload"]["alias_kind"], event["payload"]["alias_value"]) == (kind, value)
        ]
        alive = [event for event in named if id_of(event) not in gone]
        word = "derived" if derived.get(kind) == value else "only" if len(alive) == 1 else "first"
        lost = [
            (id_of(e), "retracted" if id_of(e) in gone else "restated") for e in named if e not in alive[:1]
        ]
        step(f"/source_aliases/{place}", word, [id_of(event) for event in alive[:1]], lost)

    for section, kinds in {row[1]: kind for kind, row in KINDS.items()}.items():
        if section in ("receipt", "source_aliases"):
            continue
        for place, entry in enumerate(state[section]):
            event = next(event for event in valid if id_of(event) == entry["event_id"])
            pointer = f"/{section}/{place}"
            if section == "retractions":
                applied = entry["effect"] == "applied"
                lost = [(entry["payload"]["event_id"], "retracted")] if applied else []
                step(pointer, "listed" if applied else entry["effect"], [entry["event_id"]], lost)
            elif KINDS[kinds][2] == "all":
                step(pointer, "listed", [entry["event_id"]])
            else:
                among = [other for other in of_kind(kinds) if slot(other) == slot(event)]
                alive = [other for other in among if id_of(other) not in gone]
                tied = [other for other in alive if instant(other) == instant(event)]
                word = "only" if len(alive) == 1 else "smallest_id" if len(tied) > 1 else "newest"
                decided(pointer, among, event, word)
        if section == "graph_snapshots":
            _receipt(state, of_kind("record_created"), gone, step, why_lost, decided)
    for place, group in enumerate(state["equivocations"]):
        step(f"/equivocations/{place}", "listed", group["event_ids"])
    number = model.fold(record, [], keys)["pith_number"]
    return {"pith_number": number, "rules": model.NAME, "trace": steps}


def _receipt(
    state: Json, created: Sequence[Json], gone: set[str], step: Any, why_lost: Any, decided: Any
) -> None:
    alive = [event for event in created if id_of(event) not in gone]
    if not created:
        return
    if not alive:
        step("/receipt", "retracted", [], [(id_of(event), "retracted") for event in created])
    elif state["receipt"] is None:
        lost = [(id_of(e), "rejected" if e is alive[0] else why_lost(e, alive[0])) for e in created]
        step("/receipt", "rejected", [], lost)
    else:
        decided("/receipt", created, alive[0], "first" if len(alive) > 1 else "only")


def state_of(record: Json, events: Sequence[Json], keys: Sequence[Json], beside: Beside = NOTHING) -> Json:
    """The state, its counters those of everything listed (STATE-7)."""
    state = model.fold(record, events, keys)
    others = {name for name, word, _ in beside.verdicts if word == "invalid"} | {*beside.invalid_too}
    state["event_count"] += len(others)
    state["invalid_event_count"] = len(others)
    return state


def answer(
    record: Json,
    events: Sequence[Json],
    stated: Json,
    beside: Beside = NOTHING,
    *,
    receipts: Iterable[str] = (),
) -> Json:
    """What ``merge`` answers; ``receipts`` are the words of their verdicts: they count for the status."""
    keys = stated["keys"]
    state = state_of(record, events, keys, beside)
    known = {id_of(event): event["event_type"] in KINDS for event in events}
    verdicts = [(name, "verified" if kind else "unknown_type", None) for name, kind in known.items()]
    by_id = sorted([*verdicts, *beside.verdicts])
    words = {word for _, word, _ in by_id} | {word for _, _, word, _ in beside.without_id} | set(receipts)
    bad = "invalid" in words or beside.refused or state["equivocation_count"]
    absent = any(ids for ids, _ in model.missing(events, record).values())
    unsure = (
        absent or words & {"unbound", "unknown_key", "not_signed"} or not words & {"verified", "unknown_type"}
    )
    return {
        "state": as_text(model.to_bytes(state)),
        "state_sha256": model.state_sha256(state),
        "events_sha256": model.events_sha256(known),
        "policy_sha256": policy_sha256(stated),
        "verdicts": [{"event_id": name, "verdict": word, "code": code} for name, word, code in by_id],
        "without_id": [
            {"input": i, "pointer": pointer, "verdict": word, "code": code}
            for i, pointer, word, code in beside.without_id
        ],
        "rejected": [{"input": i, "code": code} for i, code in beside.refused],
        "trace": as_text(canonical(trace(record, events, keys))),
        "exit_status": 1 if bad else 3 if unsure else 0,
        "completeness": [
            {"signer": name, "missing": absent, "as_of": list(as_of) if as_of else None}
            for name, (absent, as_of) in sorted(model.missing(events, record).items())
        ],
    }


__all__ = ["NOTHING", "Beside", "answer", "state_of", "trace"]
