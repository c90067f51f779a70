"""PROBE-1 by experiment: foreign registries, drawn from the rules alone, are settled."""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import kit.registries
from kit.processor import slowness
from kit.registries import Json, Registry, changed, draw, verifies
from kit.runs import spread
from pithbundle.verifier import Verifier
from pithbundle.verify.policy import Policy
from pithbundle.verify.probing.results import ProbeResult
from pithbundle.verify.probing.run import probe

#: More than any of the drawn registries needs.
MOST = 10_000_000


def probed(registry: Registry, events: list[Any] | None = None) -> ProbeResult:
    keys = Policy.from_bytes(registry.policy(["unknown"]))
    return probe([registry.bundle(registry.mixed if events is None else events)], keys, most=MOST)


def cpu_seconds() -> float:
    """The CPU time of this process and of those that it waited for, in seconds."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def settles(registry: Registry, result: ProbeResult) -> None:
    """The registry is settled by a document under which every untouched event is valid, and no other."""
    assert result.status == "settled", result.found
    best = result.best
    assert best is not None and best.event_format is not None
    document: Any = best.event_format.to_value()
    indices = {index for _, index in best.elements}
    untouched = {index for index, event in enumerate(registry.mixed) if event in registry.events}
    assert untouched <= indices
    for event in registry.events:
        assert verifies(event, document, registry.key, registry.number)
    # The subject, the type, the payload and the time are those that the registry means.
    for role in ("event_type", "subject", "payload", "created_at", "target"):
        assert document["body"]["roles"][role] == registry.document["body"]["roles"][role]
    letter_changes(registry, document)
    verified_by_the_found_policy(registry, result)


#: A change of one letter, and the outcome under the found policy.
CHANGES = {
    **dict.fromkeys(("payload", "type", "subject", "target", "time"), "invalid"),
    **dict.fromkeys(("role_name", "signer_id", "key_id"), "unverified"),
    "unsigned": "valid",
}


def verified_by_the_found_policy(registry: Registry, result: ProbeResult) -> None:
    """The policy that probe writes verifies the bundle; under those before it nothing is invalid."""
    unknown = Policy.from_bytes(registry.policy(["unknown"]))
    for before in (unknown, Policy.registry()):
        whole = Verifier(before).verify(registry.bundle(registry.mixed))
        assert whole.outcome == "unverified"
        assert "invalid" not in {each.verdict.status for each in whole.events}
    value = result.policy(unknown)
    assert value is not None
    found = Verifier(Policy.from_value(value))
    assert found.verify(registry.bundle()).outcome == "valid"
    for what, outcome in CHANGES.items():
        event = changed(registry, what, random.Random(registry.seed))
        if event is not None:
            assert found.verify(registry.bundle([event])).outcome == outcome, what


def letter_changes(registry: Registry, document: Json) -> None:
    for what in ("payload", "type", "subject", "target", "time", "signer_id", "key_id", "role_name"):
        event = changed(registry, what, random.Random(registry.seed))
        if event is not None:
            assert not verifies(event, document, registry.key, registry.number), what
    unsigned = changed(registry, "unsigned", random.Random(registry.seed))
    if unsigned is not None:
        assert verifies(unsigned, document, registry.key, registry.number)


# The payload of 182 and 466 is excluded, and its digest is of one escape where the signed bytes are of both.
@pytest.mark.parametrize("seed", [*range(25), 53, 182, 466])
def test_a_registry_of_its_own_format_is_settled(seed: int) -> None:
    registry = draw(seed)
    settles(registry, probed(registry))


@pytest.mark.long
@pytest.mark.parametrize("first", range(0, 500, 50))
def test_five_hundred_registries_are_settled_in_time(first: int) -> None:
    """Seconds of one core, whatever else the machine does: milliseconds to 10 s, the median below one."""
    seconds = []
    for seed in range(first, first + 50):
        registry = draw(seed)
        start = cpu_seconds()
        result = probed(registry)
        seconds.append(cpu_seconds() - start)
        settles(registry, result)
    print(f"median {statistics.median(seconds):.2f} s, maximum {max(seconds):.2f} s")
    assert statistics.median(seconds) < 1
    assert max(seconds) < 10 * slowness()


@pytest.mark.parametrize("seed", spread(range(50), ordinary=range(3)))
def test_numbers_outside_the_model_give_words_and_no_document(seed: int) -> None:
    registry = draw(seed, outside_model=True)
    result = probed(registry)
    assert result.status == "in_words"
    (found,) = [each for each in result.found if len(each.elements) >= len(registry.events)]
    assert found.event_format is None
    assert found.obstacles == (
        "every event that it explains contains numbers outside the data model (DATA-2 to DATA-4)",
    )
    assert "numbers as written" in found.recipe
    assert result.preimages > 0
    whole = Verifier(Policy.from_bytes(registry.policy(["unknown"]))).verify(registry.bundle())
    assert whole.outcome == "unverified"
    assert "invalid" not in {each.verdict.status for each in whole.events}


def test_the_generator_imports_nothing_of_the_package() -> None:
    code = "import runpy, sys; runpy.run_path(sys.argv[1]); sys.exit('pithbundle' in sys.modules)"
    path = Path(kit.registries.__file__)
    done = subprocess.run([sys.executable, "-I", "-c", code, str(path)], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
