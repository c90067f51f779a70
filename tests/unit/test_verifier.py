"""The verifier: what it accepts, what it returns, and that its cache is bounded."""

from __future__ import annotations

from typing import Any

import pytest

from kit import DEMO, attached, bundle, made_record, payloads, to_json
from kit.results import WHEN
from kit.strategies import house_policy
from pithbundle import Limits, PithError, Policy, Verifier
from pithbundle.encoding.cbor import cbor_bytes

POLICY = Policy.from_value(house_policy())
RECORD = made_record()
EVENTS = [
    attached(DEMO, RECORD, "alias_added", payloads.alias_added("x", str(number)), WHEN) for number in range(5)
]
DATA = to_json(bundle(RECORD, EVENTS))


def verifier(**options: Any) -> Verifier:
    return Verifier(POLICY, **options)


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes_like_input_is_accepted(kind: type[Any]) -> None:
    verified = verifier().verify(kind(DATA))
    assert verified.outcome == "valid"
    assert len(verified.events) == len(verified.ledger) == 5
    assert verified.policy_sha256 == POLICY.sha256


def test_the_encoding_is_detected_or_named() -> None:
    cbor = cbor_bytes(bundle(RECORD, EVENTS))
    assert verifier().verify(cbor).events == verifier().verify(cbor, encoding="cbor").events
    with pytest.raises(PithError):
        verifier().verify(DATA, encoding="cbor")


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda: Verifier("policy.json"), "policy must be a Policy, not str"),  # type: ignore[arg-type]
        (lambda: Verifier(POLICY, rules="merge-1"), "rules must be MergeRules, not str"),  # type: ignore[arg-type]
        (lambda: Verifier(POLICY, limits=5), "limits must be Limits, not int"),  # type: ignore[arg-type]
        (lambda: Verifier(POLICY, cache_size=-1), "cache_size must be an int from 0, not -1"),
        (lambda: verifier().verify("bundle.json"), "expected bytes, got str"),  # type: ignore[arg-type]
        (lambda: verifier().verify(DATA, encoding="xml"), "encoding must be"),  # type: ignore[arg-type]
    ],
)
def test_wrong_argument_types_are_type_errors(call: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call()


def test_the_limits_are_applied() -> None:
    with pytest.raises(PithError) as caught:
        verifier(limits=Limits(size=100)).verify(DATA)
    assert caught.value.code == "size"


@pytest.mark.parametrize("size, kept", [(0, 0), (3, 1), (5, 5), (100, 5)])
def test_the_cache_is_bounded(size: int, kept: int) -> None:
    mine = verifier(cache_size=size)
    assert mine.verify(DATA).events == mine.verify(DATA).events
    assert len(mine._cache) == kept


def test_representations_are_short() -> None:
    assert len(repr(verifier().verify(DATA))) < 200
    assert len(repr(verifier())) < 200


def test_the_built_in_policy_is_named() -> None:
    assert Verifier(Policy.registry()).verify(DATA).outcome == "unverified"
