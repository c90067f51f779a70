"""The comparison of one record: each word on its condition and on no other (AUDIT-4 to AUDIT-10)."""

from __future__ import annotations

from dataclasses import replace

from kit.lying_mirror import SEED, claim, follows
from kit.stores import POLICY, body, event, invalid, suffix, unverified
from pithbundle.mirror.audit.classify import NOT_REQUESTED, Found, classify
from pithbundle.mirror.audit.sides import Reports, Side, read_side
from pithbundle.verifier import Verifier

V = Verifier(POLICY)
S = suffix(SEED)
A, B = "https://a.example", "https://b.example"


def side(name: str, *marks: int, **more: object) -> Side:
    return read_side(Reports(V), name, S, [body(SEED, *marks, **more)])  # type: ignore[arg-type]


def words(*sides: Side, store: Side | None = None) -> list[tuple[str, str]]:
    return [(one.mirror[8:9], one.word) for one in classify(S, sides, store).found]


def ids(*marks: int) -> tuple[str, ...]:
    return tuple(sorted(event(SEED, mark)["event_id"] for mark in marks))


def test_equal_sides_are_the_same() -> None:
    assert words(side(A, 1, 2), side(B, 2, 1, 1)) == [("a", "same"), ("b", "same")]


def test_events_of_another_mirror_are_missing_and_named() -> None:
    found = classify(S, [side(A, 1, 2, 3), side(B, 1)])
    assert [(one.word, one.ids) for one in found.found] == [("extra", ids(2, 3)), ("missing", ids(2, 3))]
    assert found.union is not None and len(found.union) == 3


def test_with_a_store_extra_is_what_the_store_has_not() -> None:
    store = side("store", 1)
    assert words(side(A, 1, 2), side(B, 1, 2), store=store) == [("a", "extra"), ("b", "extra")]
    assert words(side(A, 1, 2), side(B, 1), store=store) == [("a", "extra"), ("b", "missing")]


def test_what_a_mirror_served_before_is_stale_and_the_rest_missing() -> None:
    before = replace(side(A, 1), served_before=frozenset(ids(1, 2)))
    found = classify(S, [before], side("store", 1, 2, 3)).found
    assert [(one.word, one.ids) for one in found] == [("stale", ids(2)), ("missing", ids(3))]


def test_an_absent_record_is_missing_if_a_signature_shows_it() -> None:
    assert words(Side(A, "absent"), side(B, 1)) == [("a", "missing"), ("b", "extra")]
    before = Side(A, "absent", served_before=frozenset(ids(1)))
    assert words(before, side(B, 1))[0] == ("a", "stale")
    assert words(Side(A, "absent"), store=side("store", 1)) == [("a", "missing")]


def test_a_record_that_nobody_signed_is_not_missed() -> None:
    nobody = side(B, more=(unverified(SEED, 1),))
    assert words(Side(A, "absent"), nobody) == [("a", "unverified_differs"), ("b", "same")]
    assert words(Side(A, "absent"), Side(B, "absent")) == [("a", "same"), ("b", "same")]
    assert words(Side(A, "absent"), store=Side("store", "absent")) == [("a", "same")]


def test_a_record_that_is_listed_and_not_served_is_missing() -> None:
    assert words(Side(A, "absent", listed="0" * 32)) == [("a", "missing")]


def test_an_altered_event_is_also_missing() -> None:
    found = classify(S, [side(A, 1, more=(invalid(SEED, 2),))], side("store", 1, 2)).found
    assert [one.word for one in found] == ["altered", "missing"]
    assert found[0].evidence == "reproducible" and found[1].evidence == "observed"


def test_an_event_is_altered_if_its_id_is_known() -> None:
    forged = {**event(SEED, 2), "signature": event(SEED, 3)["signature"]}
    assert words(side(A, 1, more=(forged,)))[0] == ("a", "forged")
    assert words(side(A, 1, more=(forged,)), store=side("store", 1, 2))[0] == ("a", "altered")


def test_contradicting_events_are_a_conflict_of_their_signer() -> None:
    one, other = claim("strong"), claim("weak")
    found = classify(S, [side(A, 1, more=(one,)), side(B, 1, more=(other,)), side("https://c.example", 1)])
    conflicts = [each for each in found.found if each.word == "conflict"]
    assert [each.mirror for each in conflicts] == [A, B]
    assert all(each.evidence == "signer" and each.group is not None for each in conflicts)
    assert conflicts[0].ids == tuple(sorted((one["event_id"], other["event_id"])))


def test_unverified_elements_accuse_nobody() -> None:
    one = side(A, 1, more=(unverified(SEED, 5),))
    found = classify(S, [one], side("store", 1, more=(unverified(SEED, 6),))).found
    assert [(each.word, each.evidence, len(each.ids)) for each in found] == [
        ("unverified_differs", "observed", 2)
    ]
    assert words(one, one) == [("a", "same"), ("a", "same")]
    assert words(one, Side(B, "absent")) == [("a", "extra"), ("b", "missing")]


def test_a_state_and_a_digest_are_compared_with_the_bundle() -> None:
    state, leaf = follows(body(SEED, 1), POLICY.sha256)
    good = replace(side(A, 1), state=state, listed=leaf)
    assert words(good) == [("a", "same")]
    assert words(replace(good, listed="0" * 32)) == [("a", "digest_differs")]
    other = follows(body(SEED, 1, 2), POLICY.sha256)[0]
    assert words(replace(good, state=other)) == [("a", "state_differs")]
    assert words(replace(good, state=b"?")) == [("a", "not_comparable")]
    assert words(replace(good, state_failure=("timeout", "late"))) == [("a", "unreachable")]


def test_what_was_not_read_has_its_word() -> None:
    for status, word in (
        ("wrong_record", "wrong_record"), ("unreadable", "not_comparable"), ("unreachable", "unreachable"),
    ):  # fmt: skip
        found = classify(S, [Side(A, status, "x", "why")], side("store", 1)).found  # type: ignore[arg-type]
        assert [(one.word, one.code, one.message) for one in found] == [(word, "x", "why")]


def test_two_records_of_one_number_are_not_merged() -> None:
    # A second preimage of 130 bits: made here by setting the record of a side.
    other = read_side(Reports(V), B, suffix(2), [body(2, 1)])
    found = classify(S, [side(A, 1), other]).found
    assert [(one.word, one.code) for one in found] == [("extra", ""), ("wrong_record", "collision")]


def test_words_come_gravest_first_and_keys_name_the_finding() -> None:
    one = replace(side(A, 1, more=(invalid(SEED, 2),)), listed="0" * 32)
    found = classify(S, [one], side("store", 1, 2, 3)).found
    assert [one.word for one in found] == ["altered", "digest_differs", "missing"]
    assert found[0].key[:3] == (A, S, "altered") and found[0].is_reported
    assert not Found("same", A).is_reported
    assert not Found("unreachable", A, code=NOT_REQUESTED).is_reported


def test_a_mirror_that_changes_while_it_is_read_is_moving() -> None:
    found = classify(S, [replace(side(A, 1), moving=("x", "why"))], side("store", 1)).found
    assert [(one.word, one.code, one.message) for one in found] == [("moving", "x", "why")]
