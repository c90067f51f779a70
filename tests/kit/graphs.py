"""Graphs of claims that the tests sign."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from kit import AUTHOR, DEMO, Json, Signer, attached, bundle, made_record, to_json
from kit.strategies import fixture_policy
from pithbundle import Policy, Verifier
from pithbundle.graph import Claim, Finding, GraphBuilder, Occurrence, claims_of_bundles
from pithbundle.graph.claims import Read

FIRST, SECOND = DEMO, AUTHOR
VERIFIER = Verifier(Policy.from_value(fixture_policy()))


def made(signer: Signer, seed: int, kind: str, payload: Any, minute: int = 0) -> Json:
    """A signed event of the record with this seed."""
    when = f"2026-06-01T{minute // 60:02}:{minute % 60:02}:00Z"
    return attached(signer, made_record(seed), kind, payload, when)


def bundle_of(seed: int, events: Iterable[Any]) -> bytes:
    """A bundle of the record with this seed."""
    return to_json(bundle(made_record(seed), events))


def claim_in(read: Read) -> tuple[Claim, Occurrence]:
    """What was read, which is no finding."""
    assert not isinstance(read, Finding)
    return read


def built(events: Mapping[int, Iterable[Any]], verifier: Verifier = VERIFIER) -> GraphBuilder:
    """The claims of a bundle for each seed."""
    builder = GraphBuilder()
    for seed, each in events.items():
        builder.add(claims_of_bundles(verifier, [bundle_of(seed, each)]))
    return builder
