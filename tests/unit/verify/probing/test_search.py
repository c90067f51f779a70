"""PROBE-5 and PROBE-6 by experiment: the order of the search, its end, and how rules meet all elements."""

from __future__ import annotations

import base64
import copy
import hashlib
import pickle
from collections.abc import Callable
from typing import Any, Final

import pytest

from kit import AUTHOR, DEMO, Json, Signer, bundle, event, made_record, payloads, policy, to_json
from kit.registries import draw
from kit.results import WHEN
from kit.signing import b64, canonical
from pithbundle.verify.policy import Policy
from pithbundle.verify.probing.elements import elements_of
from pithbundle.verify.probing.lenient import read_lenient
from pithbundle.verify.probing.order import LARGEST_TASK, in_order
from pithbundle.verify.probing.recipes import Recipe, Variant, pre_authentication
from pithbundle.verify.probing.rules import Rule
from pithbundle.verify.probing.search import Search
from pithbundle.verify.probing.tasks import HASHES, Material, Task

RECORD = made_record()
KEYS = Policy.from_value(policy(DEMO, AUTHOR))


def made(number: int, signer: Signer = DEMO) -> Json:
    return event(signer, RECORD, "citation", "record", payloads.citation(f"w{number}"), WHEN)


def search(*documents: list[Any], keys: Policy = KEYS, thorough: bool = False) -> Search:
    elements = []
    for source, events in enumerate(documents):
        elements += elements_of(source, read_lenient(to_json(bundle(RECORD, events))))
    return Search(elements, keys, thorough=thorough)


def searched(*documents: list[Any], most: int = 20_000, **options: Any) -> Search:
    found = search(*documents, **options)
    found.run(most)
    return found


def signed(
    number: int, message: Callable[[Json], bytes], digest: Callable[[Json], str] | None = None
) -> Json:
    """An event whose id and signature are made by another rule."""
    one = {name: value for name, value in made(number).items() if name not in ("event_id", "signature")}
    if digest is not None:
        one["event_id"] = digest(one)
    return {**one, "sig": b64(DEMO.sign(message(one)))}


def compact(value: Any) -> bytes:
    return canonical(value)


def without_id(one: Json) -> Json:
    return {name: value for name, value in one.items() if name != "event_id"}


#: Ways to sign that no event format states, each with what finds it.
FOREIGN: Final[dict[str, Callable[[Json], bytes]]] = {
    "spaced": lambda one: hashlib.sha256(__import__("json").dumps(one, sort_keys=True).encode()).digest(),
    "as written": lambda one: hashlib.sha256(to_json(one)).digest(),
    "SHA-512": lambda one: hashlib.sha512(compact(one)).digest(),
    "BLAKE2b in hex": lambda one: hashlib.blake2b(compact(one)).hexdigest().encode(),
    "DSSE": lambda one: pre_authentication("application/json", compact(one)),
    "a line feed": lambda one: compact(one) + b"\n",
    "digest of the payload": lambda one: hashlib.sha256(
        compact({**one, "payload": hashlib.sha256(compact(one["payload"])).hexdigest()})
    ).digest(),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_rules_that_no_format_states_are_found(name: str) -> None:
    found = searched([signed(n, FOREIGN[name]) for n in range(2)], most=300_000)
    (explanation,) = found.explanations
    assert sorted(explanation.elements) == [0, 1]
    rule = explanation.rule
    assert not rule.recipe.variant.is_expressible or rule.hash_name != "SHA-256"


def test_an_unstated_link_to_the_event_before_is_found() -> None:
    events: list[Json] = []
    for number in range(3):
        before = events[-1]["event_id"] if events else None

        def linked(one: Json, before: str | None = before) -> str:
            return "sha256:" + hashlib.sha256(compact({**one, "prev": before})).hexdigest()

        events.append(
            signed(number, lambda one: hashlib.sha256(one["event_id"].encode()).digest(), linked)
            | {
                "event_id": linked(
                    {k: v for k, v in made(number).items() if k not in ("event_id", "signature")}
                )
            }
        )
    found = searched(events, most=100_000)
    assert any(hit.recipe is not None and hit.recipe.variant.link == "prev" for hit in found.reproduced)


def test_a_payload_in_base64_is_decoded() -> None:
    """An envelope of DSSE: the payload is a string, and its pre-authentication encoding is signed."""
    events = []
    for number in range(2):
        body = compact(made(number)["payload"])
        text = base64.b64encode(body).decode()
        raw = DEMO.sign(pre_authentication("application/json", body))
        events.append(
            {"payload": text, "payloadType": "x", "signatures": [{"keyid": DEMO.key_id, "sig": b64(raw)}]}
        )
    (explanation,) = searched(events).explanations
    assert explanation.rule.recipe == Recipe(
        variant=Variant(pae="application/json"), text=("payload",), decoded=True
    )
    assert len(explanation.elements) == 2


def test_a_signature_over_a_claimed_digest_needs_no_preimage() -> None:
    receipt = payloads.record_created(
        RECORD, {"signature_b64": b64(DEMO.sign(hashlib.sha256(canonical(RECORD)).digest()))}
    )
    flat = {"digest": "ab" * 32, "sig": b64(DEMO.sign(b"ab" * 32)), "key": DEMO.key_id}
    found = searched([{"payload": receipt, "n": 1, "key": DEMO.key_id}, flat], most=100)
    assert [(hit.element, hit.signs) for hit in found.receipts] == [(0, "digest")]
    assert [(hit.element, hit.signs) for hit in found.signed_digests] == [(1, "hex")]
    assert found.explanations == []


def test_members_that_some_events_lack_are_kept_or_left_out_by_their_signatures() -> None:
    """One event does not show what to do with a member of another."""
    plain = [made(n) for n in range(2)]
    covered = event(
        DEMO, RECORD, "citation", "record", payloads.citation("w7"), WHEN, extra={"note": "signed"}
    )
    unsigned = made(8) | {"received_at": "later", "hops": 3}
    both = covered | {"received_at": "later"}
    found = searched([*plain, unsigned, covered, both])
    (explanation,) = found.explanations
    assert sorted(explanation.elements) == [0, 1, 2, 3, 4]
    assert set(explanation.rule.recipe.dropped) == {
        ("event_id",),
        ("hops",),
        ("received_at",),
        ("signature",),
    }
    assert ("note",) in explanation.kept


def test_an_unsigned_event_is_explained_by_its_id() -> None:
    bare = {name: value for name, value in made(0).items() if name != "signature"}
    (explanation,) = searched([bare, made(1)]).explanations
    assert explanation.elements == {0: b"", 1: DEMO.public_key}
    assert explanation.ids == {0, 1}
    (alone,) = searched([bare]).explanations
    assert not alone.is_signed
    assert alone.elements == {0: b""}


def test_two_rules_in_one_document_are_both_found() -> None:
    other = [
        {"a": {"n": n, "t": WHEN}, "s": b64(AUTHOR.sign(compact({"n": n, "t": WHEN}))), "k": AUTHOR.key_id}
        for n in range(2)
    ]
    found = searched([*(made(n) for n in range(3)), *other], most=100_000)
    assert sorted(sorted(each.elements) for each in found.explanations) == [[0, 1, 2], [3, 4]]


def test_ids_that_no_key_signs_are_reproduced_and_end_the_search() -> None:
    found = searched([made(0), made(1)], keys=Policy.registry(), most=1_000_000)
    assert found.explanations == []
    assert {hit.element for hit in found.reproduced} == {0, 1}
    assert found.preimages < 100_000


def test_a_search_is_the_same_whoever_computes_and_can_be_resumed_anywhere() -> None:
    registry = draw(9)
    keys = Policy.from_bytes(registry.policy(["unknown"]))
    elements = elements_of(0, read_lenient(registry.bundle(registry.mixed)))
    whole = Search(elements, keys)
    whole.run()
    assert whole.explanations
    # A worker has its own material, and outcomes may be computed long before they are taken.
    ahead = Search(elements, keys)
    worker: Material = pickle.loads(pickle.dumps(ahead.material))
    tasks = ahead.tasks()
    waiting: list[Task] = []
    for task in tasks:
        waiting.append(task)
        if len(waiting) > 20:
            ahead.take(waiting[0], worker.run(waiting.pop(0)))
    for task in waiting:
        ahead.take(task, worker.run(task))
    assert (ahead.preimages, ahead.checks) == (whole.preimages, whole.checks)
    assert [each.elements for each in ahead.explanations] == [each.elements for each in whole.explanations]
    # Ended after each number of preimages, and resumed.
    for most in (1, 50, 100):
        first, second = Search(elements, keys), Search(elements, keys)
        first.run(most)
        assert first.position is not None
        second.resume(first.position, first.fruitful, first.preimages, first.checks)
        second.run()
        assert [each.elements for each in second.explanations] == [
            each.elements for each in whole.explanations
        ]
        assert (second.preimages, second.checks) == (whole.preimages, whole.checks)


def test_tasks_are_bounded_distinct_and_in_the_order_of_their_positions() -> None:
    found = search([made(n) for n in range(2)])
    positions = []
    for task in in_order(found.material, lambda _: True):
        positions.append(task.position)
        assert task.stop - task.start <= LARGEST_TASK
        if len(positions) == 5_000:
            break
    assert positions == sorted(set(positions))
    again = in_order(found.material, lambda _: True, positions[-3])
    assert [next(again).position, next(again).position] == positions[-2:]


def test_junk_costs_its_share() -> None:
    """Breadth first over shapes: a thousand other elements do not put off the events."""
    events = [made(n) for n in range(2)]
    junk = [{"x": n, "sig": "ab" * 64, f"m{n % 50}": 1} for n in range(1_000)]
    alone, among = searched(events), searched([*junk, *events])
    assert len(among.explanations) == 1
    assert among.checks < 50 * max(1, alone.checks) + 10_000


def test_a_thorough_search_goes_on() -> None:
    events = [made(0), made(1), {"sig": "ab" * 64, **{f"m{n}": "é" for n in range(8)}}]
    brief, thorough = searched(events), search(events, thorough=True)
    thorough.run(3 * brief.preimages)
    assert not brief.exhausted
    assert thorough.preimages >= 3 * brief.preimages


def test_few_keys_are_tried_on_one_element() -> None:
    keys = Policy.from_value(policy(*(Signer(300 + n, f"s{n}", f"k{n}") for n in range(20))))
    found = search([{"a": 1, "sig": "ab" * 64}, {"a": 1, "sig": "ab" * 64, "k": "k7"}], keys=keys)
    assert len(found.material.keys_of(0)) == 4
    assert [key.raw for key in found.material.keys_of(1)] == [Signer(307, "s7", "k7").public_key]
    assert not found.material.is_named(0)
    assert found.material.is_named(1)
    assert {len(function(b"")) for function in HASHES.values()} == {32, 64}


def test_entries_of_a_state_are_explained_by_their_ids() -> None:
    one = made(0)
    entry = {name: one[name] for name in ("event_id", "target", "created_at", "signer", "payload")}
    state = {"pith_number": one["subject_pith_number"], "current": {"citations": [entry]}}
    elements = elements_of(0, read_lenient(to_json(state)), state=True)
    alone = Search(copy.copy(elements), KEYS)
    alone.run(50_000)
    (explanation,) = alone.explanations
    assert not explanation.is_signed
    assert explanation.ids == {0}
    # Beside its bundle the rule is that of the bundle.
    bundled = elements_of(1, read_lenient(to_json(bundle(RECORD, [one, made(1)]))))
    both = Search([*elements, *bundled], KEYS)
    both.run(50_000)
    assert [sorted(each.elements) for each in both.explanations if each.is_signed] in ([[0, 1, 2]], [[1, 2]])


def test_an_event_with_two_signatures_is_explained_once() -> None:
    events = []
    for number in range(2):
        kept = {name: value for name, value in made(number).items() if name not in ("event_id", "signature")}
        proofs = [{"kid": each.key_id, "sig": b64(each.sign(canonical(kept)))} for each in (DEMO, AUTHOR)]
        events.append({**kept, "proofs": proofs})
    (explanation,) = searched(events).explanations
    assert sorted(explanation.elements) == [0, 1]


def test_a_rule_that_explains_nothing_is_no_explanation() -> None:
    found = search([made(0)])
    found._add(Rule(Recipe(base=("none",)), "SHA-256"), 0)
    assert found.explanations == []
