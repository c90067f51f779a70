"""Graphs of claims that the tests sign."""

from __future__ import annotations

import base64
import hashlib
import random
from collections.abc import Iterable, Mapping
from typing import Any

from kit import AUTHOR, DEMO, Json, Signer, attached, bundle, made_record, to_json
from kit.strategies import fixture_policy
from pithbundle import Policy, Verifier
from pithbundle.graph import (
    Claim,
    Finding,
    Graph,
    GraphBuilder,
    Occurrence,
    RecordClaims,
    RecordNode,
    Work,
    claims_of_bundles,
)
from pithbundle.graph.claims import Read
from pithbundle.merge.event_types.citation import RELATIONSHIPS
from pithbundle.merge.event_types.replication import OUTCOMES

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


def generated(records: int, claims: int, seed: int = 1) -> Graph:
    """A graph without signatures: few works are cited often, some claims do not count, and findings."""
    draw = random.Random(seed)
    reads: list[list[Read]] = [[] for _ in range(records)]
    for number in range(claims):
        often = records // draw.randrange(1, records + 1) - 1
        target = min(often + (draw.randrange(records) if draw.random() < 0.35 else 0), records - 1)
        suffix = _suffix(target)
        made_by = Occurrence(f"sha256:{number:064x}", "x", draw.random() < 0.06)
        if draw.random() < 0.85:
            source = draw.choice(
                (_work(draw.randrange(records)).id, f"doi:10.1000/x{draw.randrange(records)}")
            )
            word = draw.choice(RELATIONSHIPS)
            reads[target].append((Claim(suffix, "citation", source, word, f"s{number % 5}"), made_by))
        else:
            claim = Claim(
                suffix, "replication", f"claimant:{draw.choice(('Ada', '再現性'))} {number % 9}",
                draw.choice(OUTCOMES), "s", "replication", draw.choice(("accepted", "pending", "rejected")),
                "c",
            )  # fmt: skip
            reads[target].append((claim, made_by))
    for number in range(0, records, 1 + records // 10):
        finding = Finding(
            f"pith:2020:{_suffix(number)}", 1, "ref-check", "doi_compliance", "incident", "advisory", "s",
            f"sha256:{number:064x}", number % 2 == 1,
        )  # fmt: skip
        reads[number].append(finding)
    builder = GraphBuilder()
    for number, each in enumerate(reads):
        suffix = _suffix(number)
        node = RecordNode(f"pith:2020:{suffix}", suffix, "0" * 64, 1, "valid", _work(number))
        builder.add(RecordClaims(node, tuple(each), (), 0))
    return builder.build()


def _suffix(number: int) -> str:
    return base64.b32encode(hashlib.sha256(str(number).encode()).digest())[:26].decode()


def _work(number: int) -> Work:
    return Work("arxiv", f"2001.{10_000 + number}")
