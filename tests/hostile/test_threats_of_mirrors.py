"""Threats of order, completeness, time and names, each by its number of inputs (B1 to B11, D8, D9).

What a mirror omits, repeats, holds back or dates otherwise. Every element is verified once; the sets are
made of the results.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import random
from functools import reduce
from hashlib import sha256
from operator import or_
from pathlib import Path
from typing import Any, Final

import pytest

from kit import AUTHOR, DEMO, Json, attached, bundle, made_record, many_events, payloads, to_json
from kit.data import real
from kit.hostile_paths import HOSTILE_PATHS
from kit.results import WHEN, check, checked, empty_ledger, merge, merged, one_by_one, report_on
from kit.signing import suffix as suffix_of
from kit.stores import POLICY, body, make, suffix, wanted
from kit.strategies import fixture_policy
from pithbundle import Policy, Verifier, read_bundle
from pithbundle.bundle.number import is_suffix
from pithbundle.cli.clock import read_clock
from pithbundle.errors import NetworkError, PithError
from pithbundle.merge.ledger import Ledger
from pithbundle.mirror.audit.classify import classify
from pithbundle.mirror.audit.sides import Reports, Side, read_side
from pithbundle.mirror.numbers import read_numbers
from pithbundle.net.urls import record_url
from pithbundle.store.judging import Judge

RECORD: Final = made_record()
KEYS: Final = Policy.from_value(fixture_policy())
EMPTY: Final = empty_ledger(checked(RECORD, []))
SUFFIX: Final = suffix(0)


def singles(count: int) -> list[Ledger]:
    """A ledger of each of many events, which meet in slots, contradict and retract each other."""
    return one_by_one(check(read_bundle(to_json(bundle(RECORD, many_events(RECORD, count)))), KEYS))


def joined(parts: list[Ledger]) -> Ledger:
    return reduce(or_, parts, EMPTY)


def state_of(ledger: Ledger) -> bytes:
    return ledger.snapshot().to_json()


# -- B1 to B6: sets -------------------------------------------------------------------------------


def test_b1_of_200_subsets_each_missing_event_is_named() -> None:
    """Beside a store and beside another mirror; a mirror that has everything is not accused."""
    verifier, chance, every = Verifier(POLICY), random.Random(1), range(1, 9)
    whole = read_side(Reports(verifier), "https://b.example", SUFFIX, [body(0, *every)])
    tried = 0
    for _ in range(200):
        kept = chance.sample(every, chance.randrange(len(every) + 1))
        side = read_side(Reports(verifier), "https://a.example", SUFFIX, [body(0, *kept)])
        dropped = tuple(sorted(wanted(0, *every) - wanted(0, *kept)))
        words = {True: [("missing", dropped)], False: [("same", ())]}[bool(dropped)]
        for store in (None, Side("store", "read", report=whole.report)):
            found = classify(SUFFIX, [side, whole], store).found
            assert [(one.word, one.ids) for one in found if one.mirror == side.name] == words
            assert {one.word for one in found if one.mirror == whole.name} <= {"same", "extra"}
            tried += 1
    assert tried == 400


def test_b3_500_repetitions_are_the_set() -> None:
    events, chance = singles(40), random.Random(3)
    for _ in range(500):
        part = chance.sample(events, chance.randrange(1, 9))
        once = joined(part)
        again = joined([*part, *chance.choices(part, k=chance.randrange(1, 9))])
        assert once | once == again == once and state_of(again) == state_of(once)


@pytest.mark.parametrize("count", [500, pytest.param(10_000, marks=pytest.mark.long)])
def test_b4_triples_may_be_grouped_in_any_way(count: int) -> None:
    events, chance = singles(40), random.Random(4)
    for _ in range(count):
        one, two, three = (joined(chance.sample(events, chance.randrange(6))) for _ in range(3))
        left, right = (one | two) | three, three | (two | one)
        assert left == right == left | left and state_of(left) == state_of(right)


def test_b5_200_histories_with_older_bundles_lose_nothing() -> None:
    """A store's rule, without its disk: what comes in any order with older sets between is the union."""
    events, chance = singles(30), random.Random(5)
    whole = state_of(joined(events))
    for _ in range(200):
        steps = sorted(chance.sample(range(1, 30), 4))
        held = EMPTY
        for upto in (*steps, 30, *chance.sample(steps, 2)):
            before = {one.event_id for one in held}
            held |= joined(events[:upto])
            assert before <= {one.event_id for one in held}
        assert state_of(held) == whole


def test_b6_100_pairs_of_faces_contradict_each_other_in_their_union_alone() -> None:
    for number in range(100):
        faces = [
            attached(DEMO, RECORD, "author_claim",
                     payloads.author_claim(payloads.orcid(number), strength=word), WHEN)
            for word in payloads.STRENGTHS[:2]
        ]  # fmt: skip
        one, other = one_by_one(checked(RECORD, faces))
        assert one.equivocations() == other.equivocations() == ()
        (group,) = (one | other).equivocations()
        assert {*group.event_ids} == {str(face["event_id"]) for face in faces}


# -- B7 to B11: time -----------------------------------------------------------------------------


def warnings(now: str, age: float | None, *times: str) -> list[tuple[str, str]]:
    events = [
        attached(DEMO, RECORD, "citation", payloads.citation(f"w{n}"), at) for n, at in enumerate(times)
    ]
    result = report_on(checked(RECORD, events), clock=read_clock(age, now))
    assert result.exit_status == report_on(checked(RECORD, events)).exit_status
    return [(one.code, one.detail) for one in result.warnings]


def test_b7_30_ages_of_a_set_that_is_always_the_same() -> None:
    """The newest signed time decides, by the caller's clock; without an age there is no word on freshness."""
    newest = "2026-05-01T12:00:00Z"
    for days in range(30):
        now = f"2026-05-{days + 2:02}T12:00:00Z"
        expected = [("warn_stale", newest)] if days + 1 > 15 else []
        assert warnings(now, 15, "2020-01-01T00:00:00Z", newest) == expected
        assert warnings(now, None, newest) == []


def test_b8_60_times_ahead_of_the_clock() -> None:
    now = "2026-05-01T12:00:00Z"
    for step in range(60):
        seconds = 240 + 2 * step
        at = f"2026-05-01T12:{seconds // 60:02}:{seconds % 60:02}Z"
        assert warnings(now, None, at) == ([("warn_future", at)] if seconds > 300 else [])


def test_b9_300_orders_of_one_instant_in_other_spellings() -> None:
    spellings = ["2026-05-18T01:39:14" + part + zone for part in ("", ".000000") for zone in ("Z", "+00:00")]
    claims = [
        attached(signer, RECORD, "author_claim", payloads.author_claim(payloads.orcid(1)), when)
        for signer in (DEMO, AUTHOR)
        for when in spellings
    ]
    parts, chance = one_by_one(checked(RECORD, claims)), random.Random(9)
    states = set()
    for _ in range(300):
        chance.shuffle(parts)
        states.add(state_of(joined(parts)))
    (only,) = states
    current: Any = json.loads(only)["current"]["author_claims"]
    winners = [min((one for one in claims if one["signature"]["key_id"] == signer.key_id),
                   key=lambda one: str(one["event_id"])) for signer in (DEMO, AUTHOR)]  # fmt: skip
    assert {(one["event_id"], one["created_at"]) for one in current} == {
        (one["event_id"], one["created_at"]) for one in winners
    }


def test_b10_40_events_of_the_far_future_hold_slots_of_their_own_signer_until_retracted() -> None:
    def claim(signer: Any, number: int, when: str) -> Json:
        paid = payloads.author_claim(payloads.orcid(number))
        return attached(signer, RECORD, "author_claim", paid, when)

    def current(*events: Json) -> set[object]:
        made: Any = merged(RECORD, list(events)).state["current"]
        return {one["event_id"] for one in made["author_claims"]}

    for number in range(40):
        far = f"9999-12-31T23:59:{number:02}Z"
        theirs, mine, ahead = claim(AUTHOR, number, WHEN), claim(DEMO, number, WHEN), claim(DEMO, number, far)
        taken = attached(DEMO, RECORD, "event_retracted", payloads.event_retracted(ahead["event_id"]), WHEN)
        foreign = attached(
            AUTHOR, RECORD, "event_retracted", payloads.event_retracted(ahead["event_id"]), WHEN
        )
        assert current(theirs, mine, ahead, foreign) == {theirs["event_id"], ahead["event_id"]}
        assert current(theirs, mine, ahead, taken) == {theirs["event_id"], mine["event_id"]}


def test_b11_50_unsigned_times_decide_nothing() -> None:
    events = list(many_events(RECORD, 12))
    plain = merged(RECORD, events).state_bytes
    for number in range(50):
        when = f"{1971 + 30 * (number % 7)}-0{1 + number % 9}-11T00:00:{number:02}Z"
        dressed = [{**one, "signature": one["signature"] | {"signed_at": when}} for one in events]
        frame = bundle(RECORD, dressed, aliases_at=when, generated_at=when, as_of=when)
        assert merge(check(read_bundle(to_json(frame)), KEYS)).state_bytes == plain


# -- D8, D9: names -------------------------------------------------------------------------------


def test_d8_175_texts_in_the_place_of_a_suffix_build_no_url_and_open_no_file(tmp_path: Path) -> None:
    """In a URL, for a store, and in a list of numbers; what is served is in unit/mirror/test_site.py."""
    assert len(HOSTILE_PATHS) == 175
    with make(tmp_path / "store", (body(1, 1), "a")) as store:
        before = sorted(tmp_path.rglob("*"))
        for text in HOSTILE_PATHS:
            with pytest.raises(NetworkError) as caught:
                record_url("https://a.example", text)
            assert caught.value.code == "suffix"
            listed: tuple[str, ...] = ()
            with contextlib.suppress(PithError):
                assert store.record(text) is None
            with contextlib.suppress(PithError):
                listed = read_numbers(text.encode(errors="surrogatepass"))
            assert all(is_suffix(name) for name in listed)
        assert sorted(tmp_path.rglob("*")) == before


def test_d9_every_real_record_in_the_place_of_another_one() -> None:
    """A mirror, a store and a signature of nobody: the recomputed number decides."""
    verifier = Verifier(KEYS)
    judge = Judge(verifier)
    records = [
        one["canonical_record"]
        for name in ("records.json", "records_2.json")
        for one in json.loads(real(name).read_bytes())
    ]
    assert len(records) > 100
    for record, other in itertools.pairwise([*records, records[0]]):
        data, requested = to_json(bundle(record, [])), suffix_of(other)
        assert suffix_of(record) != requested
        side = read_side(Reports(verifier), "https://a.example", requested, [data])
        assert (side.status, side.code) == ("wrong_record", "subject")
        facts = judge.judge(data, "json", sha256(data).hexdigest(), requested)
        assert (facts.code, facts.suffix) == ("subject", suffix_of(record))
