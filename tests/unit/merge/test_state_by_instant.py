"""MERGE-4: where instant and id disagree the instant decides, in every list that shows events.

Ids are hashes, so two events drawn at random would hide a list by id every second time.
Here the later event is always the one with the smaller id.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kit import DEMO, Json, attached, event, made_record, payloads, receipt
from kit.results import merged
from pithbundle.encoding.json_reader import parse_json

RECORD = made_record()


def descending(make: Callable[[str], Json], count: int = 3) -> list[Json]:
    """Events at one second after another, each with a smaller id than the one before."""
    found: list[Json] = []
    for second in range(count):
        tried = (make(f"2026-05-18T00:00:{second:02}.{micro:06}Z") for micro in range(1_000_000))
        found.append(next(one for one in tried if not found or one["event_id"] < found[-1]["event_id"]))
    return found


def ids(events: list[Json]) -> list[str]:
    return [one["event_id"] for one in events]


def checkpoint(when: str) -> Json:
    return attached(DEMO, RECORD, "checkpoint", payloads.checkpoint([]), when)


def alias(when: str) -> Json:
    return attached(DEMO, RECORD, "alias_added", payloads.alias_added("openalex", "W1"), when)


def created(when: str) -> Json:
    made = payloads.record_created(RECORD, receipt(DEMO, RECORD, "2026-05-18T00:00:00Z"))
    return attached(DEMO, RECORD, "record_created", made, when)


def claim(when: str) -> Json:
    return attached(DEMO, RECORD, "author_claim", payloads.author_claim(payloads.orcid(1)), when)


def review(when: str) -> Json:
    return event(DEMO, RECORD, "peer_review", "record", {}, when)


def losers(pointer: str, events: list[Json]) -> list[str]:
    (step,) = (step for step in merged(RECORD, events).view.trace() if step.pointer == pointer)
    return [lost.event_id for lost in step.losers]


def test_the_checkpoint_as_of_which_nothing_is_missing_is_the_latest() -> None:
    events = descending(checkpoint)
    for given in (events, events[::-1]):
        ((_, _, as_of),) = merged(RECORD, given).ledger.completeness()
        assert as_of is not None and as_of[1] == events[-1]["event_id"]


def test_sections_unrecognised_and_exports_are_ordered_by_instant() -> None:
    listed, unknown = descending(checkpoint), descending(review)
    result = merged(RECORD, [*unknown[::-1], *listed[::-1]])
    state: Any = result.state
    assert ids(state["current"]["checkpoints"]) == ids(listed)
    assert ids(state["unrecognised"]) == ids(unknown)
    (part,) = result.ledger.export()
    exported: Any = parse_json(part)
    assert [one for one in ids(exported["events"]) if one in ids(listed)] == ids(listed)


def test_retractions_of_one_event_are_ordered_by_instant() -> None:
    target = claim("2026-05-18T00:00:00Z")

    def retraction(when: str) -> Json:
        return attached(DEMO, RECORD, "event_retracted", payloads.event_retracted(target["event_id"]), when)

    events = descending(retraction)
    found = merged(RECORD, [*events[::-1], target]).ledger.retractions_of(target["event_id"])
    assert [one.event_id for one in found] == ids(events)


def test_losers_are_ordered_by_instant() -> None:
    # The first alias and the first record_created are current; of claims the last.
    first_alias, *aliases = descending(alias)
    index = next(
        index for index, one in enumerate(merged(RECORD, [first_alias]).view.source_aliases) if one.event_id
    )
    assert losers(f"/current/source_aliases/{index}", [*aliases[::-1], first_alias]) == ids(aliases)
    first, *others = descending(created)
    assert losers("/current/receipt", [*others[::-1], first]) == ids(others)
    *claims, last = descending(claim)
    assert losers("/current/author_claims/0", [last, *claims[::-1]]) == ids(claims)
