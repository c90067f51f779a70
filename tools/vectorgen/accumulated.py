# ruff: noqa: E501  (tables: one vector, one row)
"""One digest over many bundles: ``merge/accumulated.json``, its recipe in ``vectors/accumulated.md``."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Final

from kit import AUTHOR, DEMO_NEXT, Json, oracle, payloads, to_json
from pithbundle.bundle.record import Record
from pithbundle.conformance.accumulated import accumulate
from pithbundle.verify.policy import Policy
from vectorgen.fixtures import POLICY, RECORD
from vectorgen.merges import (
    alias,
    base_events,
    checkpoint,
    claim,
    created,
    day,
    finding,
    made,
    other,
    retract,
)
from vectorgen.vector_file import File, as_json, as_text, part

SEED: Final = "pithbundle accumulated 1"
#: Count and digest. The first is recomputed with the oracle whenever vectors are built,
#: the second in the slow tests; ``make accumulated`` recomputes the last.
DIGESTS: Final = {
    1_000: "fd0a606396cd2e2f26081526a3c51f6b32d1c9f14731d7410ac8c2e948b2ab49",
    10_000: "54345632993a1a59dd3aba3b10721347e4829ff81b3cec3205e20d4e5ee79a20",
    1_000_000: "4b307e923d9d5f4812254dbf5750b03a98320cfdc7af413d81409c4ec3c1678b",
}


def pool() -> list[Json]:
    """Thirty-two valid events of one record in which every merge rule interacts with another."""
    first, second, third = claim(day(1)), claim(day(1), strength="weak"), claim(day(2), note="c")
    base = base_events()
    found, again = finding(day(1)), finding(day(1), severity="critical")
    early = created("2026-05-01T00:00:00Z", note="another")
    listed = alias("W1", "0001-01-01T00:00:00Z")
    more = [
        first, second, third, retract(third, day(3)), retract(second, day(4), AUTHOR), found, again, retract(again, day(2)), early,
        retract(early, day(5)), listed, alias("hep-lat/0305021", day(9), kind="arxiv"), claim("9999-12-31T23:59:59.999999Z", DEMO_NEXT, note="late"),
        retract(base[-1], day(14)), made("citation", {"citing_work": "w"}, day(1)), other("__proto__", day(1), AUTHOR, a=0.5),
        made("replication", payloads.replication("\U00010000\uff5e", "c", outcome="refutes"), day(2)), checkpoint([first, listed], day(20)),
        checkpoint([found], day(21), AUTHOR),
    ]  # fmt: skip
    return [*base, *more]


def oracle_digest(seed: str, count: int, events: Sequence[Json]) -> str:
    """The recipe, merged with the oracle."""
    running = hashlib.sha256()
    for index in range(count):
        block = hashlib.sha256(f"{seed}/{index}".encode()).digest()
        either = int.from_bytes(block[:8], "big") | int.from_bytes(block[8:16], "big")
        drawn = [event for at, event in enumerate(events) if either >> at & 1]
        state = oracle.to_bytes(oracle.state_of(RECORD, drawn, POLICY["keys"]))
        running.update(hashlib.sha256(state).digest())
    return running.hexdigest()


def package_digest(count: int) -> str:
    """The recipe, merged with the package: what ``make accumulated`` runs."""
    claimed = Policy.from_value(POLICY)
    return accumulate(Record.from_value(RECORD), [to_json(event) for event in pool()], claimed, SEED, count)


def files() -> list[File]:
    """The file of the recipe."""
    file = File(
        "merge",
        "accumulated",
        "One digest over many drawn pairs of bundles; the recipe is in accumulated.md.",
    )
    file.parts["policy"] = as_json(POLICY)
    events = pool()
    for index, event in enumerate(events):
        file.parts[f"e{index}"] = as_text(to_json(event))
    base = {
        "record": as_json(RECORD),
        "events": [part(f"e{index}") for index in range(len(events))],
        "policy": part("policy"),
        "seed": SEED,
    }
    clauses = "LAW-1 LAW-4 MERGE-3 STATE-1"
    file.accept(
        "0",
        "no bundle: the digest of nothing",
        clauses,
        "accumulate",
        {**base, "count": 0},
        digest=hashlib.sha256().hexdigest(),
    )
    for count in (1, 20):
        file.accept(
            str(count),
            "computed by the oracle of the tests",
            clauses,
            "accumulate",
            {**base, "count": count},
            digest=oracle_digest(SEED, count, events),
        )
    file.accept(
        "1000",
        "recomputed with the oracle in the slow tests",
        clauses,
        "accumulate",
        {**base, "count": 1_000},
        digest=DIGESTS[1_000],
    )
    return [file]
