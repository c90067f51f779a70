"""FORMAT-1 to FORMAT-15: laws of policies with several event formats."""

from __future__ import annotations

import copy
import json
import random
from itertools import permutations
from typing import Any, Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kit import DEMO, Json, bundle, canonical, payloads, policy, policy_key, to_json
from kit.demo import CREATED, RECORD
from kit.formats import FLAT_MILLISECONDS, LAYOUTS, OURS, element, renamed
from kit.oracle import formats as oracle
from pithbundle import Policy, VerifiedBundle, Verifier
from pithbundle.bundle.event_format import EventFormat
from pithbundle.errors import FormatError

WORDS: Final = ("strong", "weak")
VALID: Final = {"verified", "unknown_type"}


def time_of(document: Json, later: int = 0) -> Any:
    """A time in the form of a document; each later one is an hour later."""
    seconds = 1_779_068_354 + 3_600 * later
    form = oracle.effective(document)["body"]["time"]
    return {"seconds": seconds, "milliseconds": 1_000 * seconds}.get(
        form, CREATED if later == 0 else f"2026-05-18T{1 + later:02}:39:14Z"
    )


def claim(document: Json, later: int = 0, strength: str = "strong") -> Json:
    payload = payloads.author_claim(payloads.orcid(later % 3), strength=strength)
    return element(document, DEMO, RECORD, "author_claim", "record", payload, time_of(document, later))


def verifier(*formats: Any) -> Verifier:
    return Verifier(Policy.from_value(policy(policy_key(DEMO, event_formats=[*formats]))))


def verified(by: Verifier, elements: list[Any]) -> VerifiedBundle:
    return by.verify(to_json(bundle(RECORD, elements, aliases_at=CREATED)))


def statuses(by: Verifier, elements: list[Any]) -> list[str]:
    return [one.verdict.status for one in verified(by, elements).events]


def state(by: Verifier, elements: list[Any]) -> bytes:
    return verified(by, elements).ledger.snapshot().to_json()


@pytest.mark.parametrize("count", [2, 8])
def test_events_of_all_formats_of_a_policy_are_valid(count: int) -> None:
    by = verifier(*LAYOUTS[:count])
    assert (
        statuses(by, [claim(document, at) for at, document in enumerate(LAYOUTS[:count])])
        == ["verified"] * count
    )


def test_every_order_of_six_events_of_six_formats_is_one_state() -> None:
    by = verifier(*LAYOUTS)
    parts = [
        verified(by, [claim(document, at // 2, WORDS[at % 2])]).ledger
        for at, document in enumerate(LAYOUTS[:6])
    ]
    found = set()
    for order in permutations(parts):
        merged = order[0]
        for ledger in order[1:]:
            merged = merged | ledger
        found.add(merged.snapshot().to_json())
    assert len(found) == 1


@pytest.mark.slow
def test_drawn_orders_of_many_events_of_eight_formats_are_one_state() -> None:
    by = verifier(*LAYOUTS)
    elements = [
        claim(document, at % 4, WORDS[at % 2]) for at, document in enumerate([*LAYOUTS, *LAYOUTS[::-1]])
    ]
    elements += [{}, {"x": 1}, {**elements[0], "signature": None}]
    expected = state(by, elements)
    draws = random.Random(7)
    for _ in range(1_000):
        draws.shuffle(elements)
        assert state(by, elements) == expected


@pytest.mark.parametrize("document", LAYOUTS, ids=lambda one: str(one["name"]))
def test_two_meanings_are_ambiguous_from_every_side(document: Json) -> None:
    roles = document["body"]["roles"]
    other = renamed(
        document, "other", body={"roles": {"event_type": roles["target"], "target": roles["event_type"]}}
    )
    one = claim(document)
    for formats in ((document, other), (other, document), (document, other, "unknown")):
        (event,) = verified(verifier(*formats), [one]).events
        assert (event.verdict.status, event.verdict.code) == ("unbound", "ambiguous")
    assert statuses(verifier(document), [one]) == ["verified"]


def test_nothing_untouched_is_invalid_where_the_key_lists_unknown() -> None:
    elements = [claim(document, at) for at, document in enumerate(LAYOUTS)]
    for document in LAYOUTS:
        found = statuses(verifier(document, "unknown"), elements)
        assert "invalid" not in found
        assert "verified" in found


def pointers(value: Any, pointer: str = "") -> list[str]:
    """The pointers of the scalars in a value."""
    if isinstance(value, dict):
        named = [(name.replace("~", "~0").replace("/", "~1"), one) for name, one in value.items()]
        return [found for name, one in named for found in pointers(one, f"{pointer}/{name}")]
    if isinstance(value, list):
        return [found for at, one in enumerate(value) for found in pointers(one, f"{pointer}/{at}")]
    return [pointer]


def changed_at(value: Json, pointer: str, new: Any) -> Json:
    made = copy.deepcopy(value)
    container: Any = made
    *path, last = oracle.tokens(pointer)
    for token in path:
        container = container[int(token)] if isinstance(container, list) else container[token]
    container[int(last) if isinstance(container, list) else last] = new
    return made


@given(st.data())
def test_no_changed_content_is_valid_whatever_members_are_added(data: st.DataObject) -> None:
    document = data.draw(st.sampled_from(LAYOUTS))
    one = claim(document)
    signed = [pointer for pointer in pointers(one) if oracle.covered(document, pointer)]
    pointer = data.draw(st.sampled_from(signed))
    new: Any = data.draw(
        st.sampled_from([None, 0, "", "x", "record", "citation", DEMO.signer_id, 1779068355, [], {}])
    )
    tampered = changed_at(one, pointer, new)
    if tampered == one:
        return
    extra = data.draw(
        st.lists(st.sampled_from([name for other in LAYOUTS for name in claim(other)]), max_size=4)
    )
    sources = [claim(other) for other in LAYOUTS]
    for name in extra:
        tampered.setdefault(name, next(source[name] for source in sources if name in source))
    (event,) = verified(verifier(*LAYOUTS), [tampered]).events
    if event.verdict.status in VALID:
        # The members that were added can be a whole event of another format: then that is what is read.
        others = [other for other in LAYOUTS if other is not document and set(claim(other)) <= set(tampered)]
        assert event.event in [
            verified(verifier(*LAYOUTS), [claim(other)]).events[0].event for other in others
        ]
    assert json.loads(json.dumps(tampered)) == tampered


def test_a_whole_event_of_another_format_among_the_members_of_one_that_was_changed() -> None:
    """What another format signs whole is read, and the members of the changed event are unsigned."""
    document, other = (one for one in LAYOUTS if one["name"] in ("pithbundle-event-1", "detached"))
    by = verifier(document, other)
    whole = claim(other, 1, "weak")
    tampered = {**claim(document), "event_type": None, **whole}
    (listed,) = verified(by, [tampered]).report("x").events
    assert listed.element.event == verified(by, [whole]).events[0].event
    assert {"/event_type", "/payload", "/target"} <= {*listed.unsigned}


def test_a_name_and_its_document_are_one_policy() -> None:
    one, other = (
        Policy.from_value(policy(policy_key(DEMO, event_formats=[item])))
        for item in ("pithbundle-event-1", OURS)
    )
    assert one.sha256 == other.sha256


@given(st.sampled_from(LAYOUTS), st.integers(15_000, 16_500), st.booleans())
@example(OURS, 15_500, False)
@example(FLAT_MILLISECONDS, 16_300, False)
def test_what_is_written_of_a_format_is_read(document: Json, size: int, written_out: bool) -> None:
    """A document near the limit of FORMAT-1: the policy with it is written with its defaults."""
    long: Json = copy.deepcopy(document)
    if written_out:
        # The defaults are those of the oracle itself.
        long = copy.deepcopy({"name": document["name"], **oracle.effective(document)})
    base, constants = long["body"].get("base", ""), long["body"].setdefault("constants", {})
    for number in range(4):
        constants[f"{base}/long{number}"] = ""
    constants[f"{base}/long0"] = "x" * (size - len(canonical(long)))
    long["name"] = "long"
    key = policy_key(DEMO, event_formats=[long])
    try:
        made = EventFormat.from_value(long)
    except FormatError:
        # Too long: then the policy is not read either, and nothing is written.
        assert len(canonical({"name": "long", **oracle.effective(long)})) > 16_384
        return
    assert EventFormat.from_value(made.to_value()) == made
    read = Policy.from_value(policy(key))
    again = Policy.from_bytes(to_json(read.to_value()))
    assert again == read and again.sha256 == read.sha256
    assert again.to_value() == read.to_value()
