"""Two rules of conduct as properties: nothing is invalid without a rule, and nothing unsigned is valid.

Elements are events of which one thing, or everything, is changed after they were signed.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any, Final

from hypothesis import assume, given
from hypothesis import strategies as st

from kit import (
    AUTHOR,
    DEMO,
    DEMO_NEXT,
    TAMPERED,
    Json,
    attached,
    bundle,
    made_record,
    payloads,
    policy,
    policy_key,
    strategies,
    to_json,
)
from kit.data import examples
from kit.formats import OURS
from kit.oracle import formats
from kit.results import by_id, check
from pithbundle.bundle.reader import read_bundle
from pithbundle.verify.policy import Policy
from pithbundle.verify.verdicts import CheckedBundle

RECORD: Final = made_record()
WHEN: Final = "2026-05-18T01:39:14Z"
#: What no key was read in: an element with one of these is invalid whatever it contains.
VALUE_LEVEL: Final = frozenset(
    {"number_range", "number_form", "number_nonfinite", "surrogate", "string", "key", "duplicate_key"}
)
Path = tuple[str | int, ...]


def checked(elements: Sequence[Any], keys: Json) -> CheckedBundle:
    return check(read_bundle(to_json(bundle(RECORD, elements))), Policy.from_value(keys))


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    """The path of every value that is no container."""
    if isinstance(value, dict | list):
        for step in value if isinstance(value, dict) else range(len(value)):
            yield from leaves(value[step], (*path, step))
    else:
        yield path


def replaced(value: Json, path: Path, new: Any) -> Json:
    made = copy.deepcopy(value)
    above: Any = made
    for step in path[:-1]:
        above = above[step]
    above[path[-1]] = new
    return made


@st.composite
def elements(draw: st.DrawFn) -> Any:
    """An event of DEMO with one fault, with any leaf or member exchanged, or any value at all."""
    event_type = draw(st.sampled_from(strategies.BASE_TYPES))
    made = attached(
        DEMO, RECORD, event_type, draw(strategies.payloads(RECORD, event_type)), draw(strategies.instants())
    )
    match draw(st.integers(0, 4)):
        case 0:
            return draw(st.sampled_from(TAMPERED)).make(made)
        case 1:
            return replaced(made, draw(st.sampled_from(list(leaves(made)))), draw(strategies.values(3)))
        case 2:
            return {**made, draw(st.sampled_from(list(made))): draw(strategies.values(3))}
        case 3:
            names = draw(st.sets(st.sampled_from(list(made))))
            return {name: value for name, value in made.items() if name not in names}
        case _:
            return draw(st.one_of(st.just(made), strategies.values(5)))


def under(*formats: str) -> Json:
    return policy(policy_key(DEMO, event_formats=list(formats)), AUTHOR)


@given(elements())
@examples(400)
def test_beside_an_unknown_format_nothing_is_invalid_and_all_else_is_the_same(element: Any) -> None:
    """CHECK-13: an element that names such a key is never accused, and the code stays as a remark."""
    (known,) = checked([element], under("pithbundle-event-1")).events
    (beside,) = checked([element], under("pithbundle-event-1", "unknown")).events
    (alone,) = checked([element], under("unknown")).events
    assert beside.verdict.code == known.verdict.code
    if known.verdict.code in VALUE_LEVEL or not isinstance(element, dict):
        assert (known.verdict.status, beside.verdict.status) == ("invalid", "unknown_format")
    elif known.verdict.status == "invalid":
        assert beside.verdict.status == "unbound"
    else:
        assert beside.verdict == known.verdict
    if known.verdict.code in VALUE_LEVEL or not isinstance(element, dict):
        assert alone.verdict.status == "unknown_format"
    elif known.verdict.status in ("unknown_key", "unknown_format"):
        assert alone.verdict.status == known.verdict.status
    else:
        assert (alone.verdict.status, alone.event_id) == ("unknown_format", None)


@given(elements(), st.sampled_from(["pithbundle-event-1", "unknown"]))
@examples(200)
def test_under_a_policy_without_the_key_nothing_that_names_it_is_accused(element: Any, form: str) -> None:
    """CHECK-5: what a format reads under a key that nobody pinned is unknown_key, whatever else it is."""
    keys = policy(policy_key(AUTHOR, event_formats=[form]))
    (one,) = checked([element], keys).events
    if isinstance(element, dict) and one.verdict.code not in VALUE_LEVEL:
        is_read = form != "unknown" and formats.reads(OURS, element)
        names_author = is_read and element["signer"]["signer_id"] == AUTHOR.signer_id
        assert names_author or one.verdict.status == ("unknown_key" if is_read else "unknown_format")
    assert one.event is None


@given(strategies.event_sets(max_size=1, record=RECORD, retractions=False, checkpoints=False), st.data())
@examples(300)
def test_no_signed_leaf_can_be_another(whole: strategies.EventSet, data: st.DataObject) -> None:
    """CHECK-3, CHECK-12: one altered leaf of the content is never valid, with its id or without it."""
    assume(whole.events)
    (made,) = whole.events
    content = {name: value for name, value in made.items() if name not in ("event_id", "signature")}
    path = data.draw(st.sampled_from(list(leaves(content))))
    new = data.draw(strategies.scalars())
    altered = replaced(made, path, new)
    assume(to_json(altered) != to_json(made))
    keys = strategies.fixture_policy()
    for element in (altered, {name: value for name, value in altered.items() if name != "event_id"}):
        (one,) = checked([element], keys).events
        assert not one.verdict.valid
        assert one.event is None
        # Only what names another key, or is not read, is left undecided.
        undecided = (one.verdict.status, path[0]) == ("unknown_key", "signer")
        unread = one.verdict.status == "unknown_format" and (
            one.verdict.code is not None or not formats.reads(OURS, element)
        )
        assert one.verdict.status == "invalid" or undecided or unread


@given(st.lists(elements(), max_size=6), st.randoms(use_true_random=False))
@examples(100)
def test_verdicts_of_ids_are_the_same_in_any_order_and_repetition(drawn: list[Any], random: Any) -> None:
    """CHECK-11, RCPT-4: neither the order nor the number of times decides a verdict."""
    keys = policy(DEMO, DEMO_NEXT, AUTHOR)
    plain = checked(drawn, keys)
    mixed = [*drawn, *(each for each in drawn if random.random() < 0.5)]
    random.shuffle(mixed)
    other = checked(mixed, keys)

    def verdicts(found: CheckedBundle) -> dict[str, tuple[str, str | None, bytes]]:
        return {
            name: (one.verdict.status, one.verdict.code, b"" if one.event is None else one.event.signature)
            for name, one in by_id(found).items()
        }

    assert verdicts(plain) == verdicts(other)
    assert plain.ids_without_valid_event == other.ids_without_valid_event
    assert {one.verdict.status for one in plain.receipts} == {one.verdict.status for one in other.receipts}


def test_the_tampered_events_get_every_verdict_but_valid() -> None:
    """The properties above draw from these: they would show little if all had one status."""
    made = attached(DEMO, RECORD, "citation", payloads.citation("x"), WHEN)
    found = checked([row.make(made) for row in TAMPERED], under("pithbundle-event-1"))
    assert {one.verdict.status for one in found.events} == {
        "invalid", "unknown_format", "unknown_key", "not_signed",
    }  # fmt: skip
