"""PROBE-5 and PROBE-6 by experiment: the order of the search, its end, and how rules meet all elements."""

from __future__ import annotations

import base64
import copy
import hashlib
import json
import pickle
from collections.abc import Callable
from contextlib import suppress
from itertools import islice
from typing import Any, Final

import pytest

from kit import AUTHOR, DEMO, Json, Signer, bundle, event, made_record, payloads, policy, to_json
from kit.registries import draw
from kit.results import WHEN
from kit.signing import b64, canonical
from pithbundle.verify.policy import Policy
from pithbundle.verify.probing.elements import elements_of
from pithbundle.verify.probing.lenient import read_lenient
from pithbundle.verify.probing.order import LARGEST_TASK, ordered_tasks
from pithbundle.verify.probing.recipes import (
    CLAIMED,
    WRAPPERS,
    Recipe,
    Variant,
    in_words,
    pre_authentication,
)
from pithbundle.verify.probing.rules import Rule
from pithbundle.verify.probing.search import Search
from pithbundle.verify.probing.tasks import HASHES, MAX_EXCLUDED, MOST_BUILT, Material, Task, TimeIsOver

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


def dumped(**options: Any) -> Callable[[Json], bytes]:
    """The message of a signature over JSON as Python writes it with these options."""
    options = {"sort_keys": True, "ensure_ascii": False, **options}
    return lambda one: json.dumps(one, **options).encode()


def base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def with_digest(one: Json, digest: str) -> bytes:
    return hashlib.sha256(compact({**one, "payload": digest})).digest()


#: Ways to sign that no event format states, each with what finds it.
FOREIGN: Final[dict[str, Callable[[Json], bytes]]] = {
    "spaced": dumped(),
    "spaced and escaped": dumped(ensure_ascii=True),
    "as written": to_json,
    "as written and spaced": dumped(sort_keys=False),
    "as written under a wrapper": lambda one: to_json({"event": one}),
    "indented by 2": dumped(indent=2),
    "indented by 4": dumped(indent=4),
    "indented as written": dumped(indent=2, sort_keys=False),
    "indented and escaped": dumped(indent=4, ensure_ascii=True),
    "indented with a line feed": lambda one: dumped(indent=2)(one) + b"\n",
    "indented as written with a line feed": lambda one: dumped(indent=4, sort_keys=False)(one) + b"\n",
    "a line feed": lambda one: compact(one) + b"\n",
    "as written with a line feed": lambda one: to_json(one) + b"\n",
    "SHA-512": lambda one: hashlib.sha512(compact(one)).digest(),
    "BLAKE2b": lambda one: hashlib.blake2b(compact(one), digest_size=32).digest(),
    "BLAKE2b in hex": lambda one: hashlib.blake2b(compact(one)).hexdigest().encode(),
    "DSSE": lambda one: pre_authentication("application/json", compact(one)),
    "DSSE as written": lambda one: pre_authentication("application/vnd.pith.event+json", to_json(one)),
    "digest of the payload": lambda one: with_digest(
        one, hashlib.sha256(compact(one["payload"])).hexdigest()
    ),
    "digest of the payload with a prefix": lambda one: with_digest(
        one, "sha256:" + hashlib.sha256(compact(one["payload"])).hexdigest()
    ),
    "digest of the payload under its name": lambda one: compact(
        {name: value for name, value in one.items() if name != "payload"}
        | {"payload_sha256": hashlib.sha256(compact(one["payload"])).hexdigest()}
    ),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_rules_that_no_format_states_are_found(name: str) -> None:
    found = searched([signed(n, FOREIGN[name]) for n in range(2)], most=300_000)
    (explanation,) = found.explanations
    assert sorted(explanation.elements) == [0, 1]
    rule = explanation.rule
    assert not rule.recipe.variant.is_expressible or rule.hash_name != "SHA-256"


#: Envelopes of JWS: what makes an event of its members without id and signature, and of a header.
JWS: Final[dict[str, Callable[[Json, str], Json]]] = {
    "compact": lambda one, header: {
        "jws": signed_compact(f"{header}.{base64url(compact(one))}"), "kid": DEMO.key_id,
    },
    "compact, detached": lambda one, header: {
        **one, "jws": signed_compact(f"{header}.{base64url(compact(one))}").replace(
            base64url(compact(one)), ""),
    },
    "flattened": lambda one, header: {
        "protected": header, "payload": base64url(compact(one)),
        "signature": base64url(DEMO.sign(f"{header}.{base64url(compact(one))}".encode())),
    },
    "general": lambda one, header: {
        "payload": base64url(compact(one)),
        "signatures": [{"protected": header, "header": {"kid": DEMO.key_id},
                        "signature": base64url(DEMO.sign(f"{header}.{base64url(compact(one))}".encode()))}],
    },
    "flattened, detached": lambda one, header: {
        **one, "proof": {"protected": header,
                         "signature": base64url(DEMO.sign(f"{header}.{base64url(compact(one))}".encode()))},
    },
    "general, detached, as written": lambda one, header: {
        **one, "signatures": [{"protected": header, "signature": base64url(
            DEMO.sign(f"{header}.{base64url(to_json(one))}".encode()))}],
    },
}  # fmt: skip


def signed_compact(signing_input: str) -> str:
    return f"{signing_input}.{base64url(DEMO.sign(signing_input.encode()))}"


@pytest.mark.parametrize("name", JWS)
def test_signing_inputs_of_jws_are_found(name: str) -> None:
    header = base64url(b'{"alg":"EdDSA","kid":"a"}')
    events = []
    for number in range(2):
        kept = {key: value for key, value in made(number).items() if key not in ("event_id", "signature")}
        events.append(JWS[name](kept, header))
    (explanation,) = searched(events, most=60_000).explanations
    assert sorted(explanation.elements) == [0, 1]
    recipe, rule = explanation.rule.recipe, explanation.rule
    assert rule.signs == "bytes"
    assert recipe.variant.jws or recipe.decoding == "jws"
    assert "JWS" in in_words(recipe, rule.hash_name)


def test_a_payload_that_jws_does_not_encode_is_found() -> None:
    """RFC 7797: the bytes follow the header as they are."""
    header = base64url(b'{"alg":"EdDSA","b64":false}')

    def event_with(number: int) -> Json:
        kept = {key: value for key, value in made(number).items() if key not in ("event_id", "signature")}
        signature = DEMO.sign(header.encode() + b"." + compact(kept))
        return {**kept, "protected": header, "sig": base64url(signature)}

    (explanation,) = searched([event_with(number) for number in range(2)]).explanations
    assert explanation.rule.recipe.variant == Variant(jws="bytes")


@pytest.mark.parametrize("wrapper", WRAPPERS)
def test_every_wrapper_is_tried(wrapper: str) -> None:
    (explanation,) = searched([signed(n, lambda one: compact({wrapper: one})) for n in range(2)]).explanations
    assert explanation.rule.recipe.variant == Variant(wrapper=wrapper)


@pytest.mark.parametrize("count", [3, 9, 12])
def test_many_members_are_excluded_together(count: int) -> None:
    """Up to twelve members that no signature covers, the fewest first."""

    def event_with(number: int) -> Json:
        one = made(number)
        kept = {name: one[name] for name in ("event_type", "subject_pith_number", "target", "created_at")}
        unsigned = {f"m{each}": each for each in range(count)}
        digest = hashlib.sha256(compact(kept)).hexdigest()
        return {**unsigned, **kept, "id": digest, "sig": b64(DEMO.sign(compact(kept)))}

    found = searched([event_with(n) for n in range(2)], most=100_000)
    (explanation,) = found.explanations
    assert set(explanation.rule.recipe.excluded) == {("id",), ("sig",), *((f"m{n}",) for n in range(count))}


def test_no_more_than_twelve_members_are_excluded_together() -> None:
    value = {"sig": "ab" * 64, "id": "cd" * 32, **{f"m{n}": n for n in range(16)}}
    material = search([value]).material
    sizes = {task.size for task in ordered_tasks(material, lambda _: True) if task.level < 20}
    assert max(sizes) == MAX_EXCLUDED == 12


def test_the_payload_alone_is_hashed() -> None:
    events = []
    for number in range(2):
        one = made(number)
        one["event_id"] = "sha256:" + hashlib.sha256(compact(one["payload"])).hexdigest()
        events.append({**one, "signature": b64(DEMO.sign(compact(one["payload"])))})
    found = searched(events, most=50_000)
    assert {each.rule.recipe.base for each in found.explanations} == {("payload",)}


def test_a_signature_over_a_claimed_digest_as_it_is_written_needs_no_preimage() -> None:
    text = base64.b64encode(bytes(range(32))).decode()
    found = searched([{"digest": text, "sig": b64(DEMO.sign(text.encode())), "key": DEMO.key_id}], most=100)
    assert [hit.signs for hit in found.signed_digests] == ["text"]
    assert found.fruitful[0].preimages == 0


def test_a_link_to_an_event_that_is_not_beside_it_is_found() -> None:
    """Junk lies between the events, and the id of the one before is in an object."""
    events: list[Any] = []
    before = None
    for number in range(3):
        kept = {name: value for name, value in made(number).items() if name not in ("event_id", "signature")}
        text = "sha256:" + hashlib.sha256(compact({**kept, "parent": before})).hexdigest()
        events += [{**kept, "meta": {"id": text}}, {"x": number, "other": "ef" * 32}]
        before = text
    found = searched(events, most=300_000)
    assert [each.rule.recipe.variant.link for each in found.explanations] == ["parent"]


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
        body = compact(made(number) | {"padding": "x" * 400})
        text = base64.b64encode(body).decode()
        raw = DEMO.sign(pre_authentication("application/json", body))
        events.append(
            {"payload": text, "payloadType": "x", "signatures": [{"keyid": DEMO.key_id, "sig": b64(raw)}]}
        )
    (explanation,) = searched(events).explanations
    assert explanation.rule.recipe == Recipe(
        variant=Variant(pae="application/json"), text=("payload",), decoding="base64"
    )
    assert len(explanation.elements) == 2


@pytest.mark.parametrize("name", ["payloadType", "payload_type", "mediaType"])
def test_the_payload_type_of_dsse_is_the_one_that_an_element_states(name: str) -> None:
    """Of the string, and of the members beside it."""
    kind = "application/vnd.some-registry.event+json"
    events: list[Any] = []
    for number in range(2):
        body = compact(made(number))
        text = base64.b64encode(body).decode()
        raw = DEMO.sign(pre_authentication(kind, body))
        events.append({"payload": text, name: kind, "signatures": [{"keyid": DEMO.key_id, "sig": b64(raw)}]})
    (explanation,) = searched(events).explanations
    assert explanation.rule.recipe == Recipe(
        variant=Variant(pae=CLAIMED), text=("payload",), decoding="base64"
    )
    assert "with the payload type that the event states" in in_words(explanation.rule.recipe, "SHA-256")
    for number, one in enumerate(events):
        one["payload"] = {"work": f"w{number}", "of": "a registry"}
        one["signatures"][0]["sig"] = b64(DEMO.sign(pre_authentication(kind, compact(one["payload"]))))
    (explanation,) = searched(events).explanations
    assert explanation.rule.recipe.variant == Variant(pae=CLAIMED)
    assert explanation.rule.recipe.base == ("payload",)


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
    assert set(explanation.rule.recipe.excluded) == {
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


def test_the_time_holds_while_what_was_found_is_computed_again() -> None:
    """A file with the position of a search may name tasks without number; none of it is forgotten."""
    found = searched([made(0)])
    assert found.position is not None and found.fruitful
    (fruitful, *_) = found.fruitful
    resumed = Search(found.material.elements, KEYS)
    looks = 0

    def is_over() -> bool:
        nonlocal looks
        looks += 1
        return looks > 1_000

    resumed.material.is_over = is_over
    before = [fruitful] * 2_000
    with pytest.raises(TimeIsOver):
        resumed.resume(found.position, before, 7, 8)
    assert looks == 1_001
    assert (resumed.position, resumed.preimages, resumed.checks) == (found.position, 7, 8)
    assert resumed.fruitful == before


def test_tasks_are_bounded_distinct_and_in_the_order_of_their_positions() -> None:
    found = search([made(n) for n in range(2)])
    positions = []
    for task in ordered_tasks(found.material, lambda _: True):
        positions.append(task.position)
        assert task.stop - task.start <= LARGEST_TASK
        if len(positions) == 5_000:
            break
    assert positions == sorted(set(positions))
    again = ordered_tasks(found.material, lambda _: True, positions[-3])
    assert [next(again).position, next(again).position] == positions[-2:]


def test_what_is_not_finished_in_time_does_not_count() -> None:
    """The clock is looked at before each preimage, check and family (PROBE-5)."""
    long = {"text": "a text that is long enough", "key": DEMO.key_id, "sig": b64(b"s" * 64), "id": "ab" * 32}
    found = search([made(0), long])
    tasks = [*ordered_tasks(found.material, lambda at: at == 1)]
    assert {task.way for task in tasks} >= {"claimed", "texts", "digest", "signature"}
    found.material.is_over = lambda: True
    for way in ("claimed", "texts", "digest", "signature"):
        with pytest.raises(TimeIsOver):
            found.material.run(next(task for task in tasks if task.way == way))
    with pytest.raises(TimeIsOver):
        found.run()
    assert (found.position, found.preimages, found.exhausted) == (None, 0, False)


def test_a_rule_is_applied_until_the_time_is_over() -> None:
    """What is explained by then stays explained; nothing else is looked at."""
    counts = []
    events = [made(n) for n in range(3)] + [{**made(3), "more": 1}]
    for most in range(0, 120, 8):
        found, asked = search(events), iter(range(most))
        found.material.is_over = lambda asked=asked: next(asked, None) is None  # type: ignore[misc]
        with suppress(TimeIsOver):
            found.run(20_000)
        counts.append(sum(len(each.elements) for each in found.explanations))
    assert counts == sorted(counts)
    assert len({*counts}) >= 3 and counts[-1] >= 3


def test_builders_are_kept_as_far_as_their_bytes_go() -> None:
    wide = {f"m{n}": "x" * 1_000 for n in range(4_000)}
    found = search([{**made(0), **wide}]).material
    first = found.builder(0, 0, 0)
    assert first.size > 4_000_000 and found.builder(0, 0, 0) is first
    made_of = [found.builder(0, 0, variant) for variant in range(1, 6)]
    assert sum(each.size for each in made_of) > MOST_BUILT
    assert found.builder(0, 0, 5) is made_of[-1]
    assert found.builder(0, 0, 0) is not first


def test_large_preimages_make_small_tasks() -> None:
    small, large = (
        search([{"key": DEMO.key_id, **{f"m{n}": text for n in range(20)}, "sig": b64(b"s" * 64)}])
        for text in ("x", "x" * 50_000)
    )

    def longest(found: Search) -> int:
        tasks = islice(ordered_tasks(found.material, lambda _: True), 300)
        return max(task.stop - task.start for task in tasks)

    assert longest(small) > 10 * longest(large)


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


def test_elements_in_which_nothing_is_tried_look_at_the_time_too() -> None:
    """They have no task, so no task looks at the clock for them: 60,000 took 47 seconds of a limit of one."""
    found = search([{}, {}, {}])
    assert [*found.tasks()] == []
    found = search([{}, {}, {}])
    found.material.is_over = lambda: True
    with pytest.raises(TimeIsOver):
        next(found.tasks())
