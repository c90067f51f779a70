"""PROBE-1: what one call of ``probe`` takes and returns."""

from __future__ import annotations

import copy

import pytest

from kit import to_json
from kit.registries import Json, Key, Registry, draw, policy, put_text, steps
from pithbundle.errors import InputError
from pithbundle.verify.policy import Policy
from pithbundle.verify.probing.run import probe

#: More than any of the drawn registries needs.
MOST = 10_000_000


def unknown_signers(registry: Registry) -> list[Json]:
    """The events with signatures of a key that nobody knows, in place."""
    events = copy.deepcopy(registry.events)
    path = steps(registry.document["proof"]["roles"]["signature"])
    for number, event in enumerate(events):
        put_text(event, path, Key(900 + number, "x", "x").sign(b"what was signed is not known"))
    return events


def test_an_unknown_rule_is_reported_and_a_twin_beside_it_is_settled() -> None:
    """The same shapes, one signed by a test key over what nobody knows: the search does not just give up."""
    registry = draw(16)
    keys = Policy.from_bytes(registry.policy(["unknown"]))
    unknown, twin = registry.bundle(unknown_signers(registry)), registry.bundle()
    alone = probe([unknown], keys, most=2_000)
    assert alone.status in ("not_settled", "partial")
    assert alone.best is None and alone.preimages >= 2_000
    both = probe([unknown, twin], keys, most=30_000)
    assert both.inputs[1] == "settled"
    assert both.inputs[0] != "settled"
    assert both.status == "partial"
    assert both.preimages >= 30_000 or both.exhausted


def test_what_the_keys_list_makes_no_difference() -> None:
    registry = draw(3)
    results = []
    for formats in (["unknown"], ["pithbundle-event-1"], ["integrity-1", "unknown"]):
        keys = Policy.from_bytes(registry.policy(formats))
        results.append(probe([registry.bundle()], keys).best)
    assert results[0] is not None and results[0].event_format is not None
    assert len({each.event_format for each in results if each is not None}) == 1


def test_a_wrong_argument_is_named() -> None:
    keys = Policy.registry()
    with pytest.raises(TypeError, match="policy must be a Policy"):
        probe([], 3)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="write \\[data\\]"):
        probe(b"{}", keys)  # type: ignore[arg-type]
    with pytest.raises(InputError):
        probe([b"{"], keys)
    assert probe([], keys).status == "not_settled"
    assert probe([to_json({"events": []})], keys, states=[b"{}"]).inputs == ("not_settled", "not_settled")


def test_keys_beyond_the_named_one_cost_nothing() -> None:
    registry = draw(3)
    others = [Key(100 + n, f"s{n}", f"other-{n}").in_policy(["unknown"]) for n in range(30)]
    keys = Policy.from_bytes(policy(registry.key.in_policy(["unknown"]), *others))
    few = probe([registry.bundle()], Policy.from_bytes(registry.policy(["unknown"])))
    many = probe([registry.bundle()], keys)
    assert (few.preimages, few.checks) == (many.preimages, many.checks)
    assert many.status == "settled"
