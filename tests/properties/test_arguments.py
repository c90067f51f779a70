"""An argument of a wrong type raises TypeError, which names the argument and the type that it must have."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from kit import demo, to_json
from pithbundle import (
    MERGE_1,
    EventId,
    LedgerBuilder,
    MergeRules,
    PithNumber,
    Policy,
    PublicKey,
    Rejection,
    VerifiedBundle,
    Verifier,
    probe,
)

#: What every case below gives; of any type, so that it may be of a wrong one.
THREE: Any = 3
POLICY = Policy.from_value(demo.demo_policy())


@cache
def verified() -> VerifiedBundle:
    return Verifier(POLICY).verify(to_json(demo.rich()))


WRONG: list[tuple[str, Callable[[], object]]] = [
    ("expected bytes, got int; .*", lambda: probe([THREE], POLICY)),
    ("policy must be a Policy, not int", lambda: probe([], THREE)),
    ("ledger must be a Ledger, not int", lambda: LedgerBuilder(THREE)),
    ("ledger must be a Ledger, not int", lambda: verified().ledger.builder().add(THREE)),
    ("group must be an Equivocation, not int", lambda: verified().ledger.contradiction(THREE)),
    ("event_id must be a str, not int", lambda: verified().ledger.retractions_of(THREE)),
    ("pointer must be a str, not int", lambda: verified().ledger.snapshot().explain(THREE)),
    ("of must be a class of entries, .*not 3$", lambda: verified().ledger.snapshot().entries(THREE)),
    ("of must be a class of entries, .*int'>$", lambda: verified().ledger.snapshot().entries(type(THREE))),
    ("name must be a str, not int", lambda: Rejection(THREE, POLICY)),  # type: ignore[arg-type]
    ("error must be a PithError, not ValueError", lambda: Rejection("x", ValueError())),  # type: ignore[arg-type]
    ("name must be a str, not int", lambda: MergeRules(THREE, {})),
    ("event_types must be a Mapping, not int", lambda: MergeRules("x", THREE)),
    ("an event type must be an EventType, not int", lambda: MergeRules("x", {"a": THREE})),
    ("an event type must be an EventType, not int", lambda: MergeRules.of("x", THREE)),
    ("text must be a str, not int", lambda: PublicKey.from_hex(THREE)),
    ("text must be a str, not int", lambda: PublicKey.from_base64(THREE)),
    ("text must be a str, not int", lambda: PithNumber.parse(THREE)),
    ("text must be a str, not int", lambda: PithNumber.parse_short(THREE)),
]


@pytest.mark.parametrize(("message", "call"), WRONG)
def test_an_argument_of_a_wrong_type(message: str, call: Callable[[], object]) -> None:
    with pytest.raises(TypeError, match=f"^{message}"):
        call()


def test_a_group_of_another_ledger_and_an_unknown_id() -> None:
    ledger = verified().ledger
    group = replace(ledger.equivocations()[0], event_ids=(EventId("sha256:" + "0" * 64),) * 2)
    with pytest.raises(KeyError):
        ledger.contradiction(group)
    assert ledger.retractions_of("sha256:" + "0" * 64) == ()
    assert ledger.rules is MERGE_1
