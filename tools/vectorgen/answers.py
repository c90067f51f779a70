"""The expected answer to ``merge``: state and trace of the oracle, verdicts, completeness, exit status.

Nothing here comes from the package.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kit import Json, canonical, oracle
from vectorgen.fixtures import policy_sha256
from vectorgen.vector_file import as_text


@dataclass(frozen=True, slots=True)
class Beside:
    """Besides the valid events: verdicts of other ids, elements without an id, rejected inputs."""

    verdicts: tuple[tuple[str, str, str | None], ...] = ()
    without_id: tuple[tuple[int, str, str, str | None], ...] = ()
    #: Of the ids in ``verdicts``, those of which an element is invalid though another one decides.
    invalid_too: tuple[str, ...] = ()
    rejected: tuple[tuple[int, str], ...] = ()


NOTHING = Beside()


def counted_state(
    record: Json, events: Sequence[Json], keys: Sequence[Json], beside: Beside = NOTHING
) -> Json:
    """The state, its counters those of everything listed (STATE-7)."""
    state = oracle.state_of(record, events, keys)
    others = {name for name, status, _ in beside.verdicts if status == "invalid"} | {*beside.invalid_too}
    state["event_count"] += len(others)
    state["invalid_event_count"] = len(others)
    return state


def answer(
    record: Json,
    events: Sequence[Json],
    claimed: Json,
    beside: Beside = NOTHING,
    *,
    receipts: Iterable[str] = (),
) -> Json:
    """What ``merge`` answers; ``receipts`` are the statuses of their verdicts: they count for the status."""
    keys = claimed["keys"]
    state = counted_state(record, events, keys, beside)
    known = {oracle.id_of(event): event["event_type"] in oracle.EVENT_TYPES for event in events}
    verdicts = [
        (name, "verified" if known_type else "unknown_type", None) for name, known_type in known.items()
    ]
    by_id = sorted([*verdicts, *beside.verdicts])
    statuses = (
        {status for _, status, _ in by_id} | {status for _, _, status, _ in beside.without_id} | set(receipts)
    )
    bad = "invalid" in statuses or beside.rejected or state["equivocation_count"]
    absent = any(ids for ids, _ in oracle.missing(events, record).values())
    unsure = (
        absent
        or statuses & {"unbound", "unknown_format", "unknown_key", "not_signed"}
        or not statuses & {"verified", "unknown_type"}
    )
    return {
        "state": as_text(oracle.to_bytes(state)),
        "state_sha256": oracle.state_sha256(state),
        "events_sha256": oracle.events_sha256(known),
        "policy_sha256": policy_sha256(claimed),
        "verdicts": [{"event_id": name, "verdict": status, "code": code} for name, status, code in by_id],
        "without_id": [
            {"input": i, "pointer": pointer, "verdict": status, "code": code}
            for i, pointer, status, code in beside.without_id
        ],
        "rejected": [{"input": i, "code": code} for i, code in beside.rejected],
        "trace": as_text(canonical(oracle.trace(record, events, keys))),
        "exit_status": 1 if bad else 3 if unsure else 0,
        "completeness": [
            {"signer": name, "missing": absent, "as_of": list(as_of) if as_of else None}
            for name, (absent, as_of) in sorted(oracle.missing(events, record).items())
        ],
    }


__all__ = ["NOTHING", "Beside", "answer", "counted_state"]
