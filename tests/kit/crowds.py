"""Sets of events made to be dear: what one view could go through again for each event.

Nothing here is signed. The checks are given a cache that calls every signature verified, so that
100,000 events take seconds; merge and its views see what they would see of signed ones.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

from kit import (
    AUTHOR,
    DEMO,
    MIRROR,
    Json,
    Signer,
    bundle,
    canonical,
    instant,
    made_record,
    many_events,
    payloads,
    pith_number,
    policy,
    sha256_hex,
    sign,
    to_json,
)
from kit.results import check, empty_ledger, ledger_of, one_by_one, report_on
from kit.signing import b64
from pithbundle.bundle.reader import read_bundle
from pithbundle.comparison.sides import Side, diff_sides, side_of_report
from pithbundle.merge.ledger import Ledger
from pithbundle.proof import proof_of
from pithbundle.verify.policy import Policy
from pithbundle.verify.signatures import SignatureCache
from pithbundle.verify.verdicts import CheckedBundle

RECORD: Final = made_record()
NUMBER: Final = pith_number(RECORD)
POLICY: Final = Policy.from_value(policy(DEMO, AUTHOR, MIRROR))
#: Events of one bundle: few enough that a bundle of the largest of them is within the limits.
PART: Final = 2_000
ABSENT: Final = "sha256:" + "0" * 64


class AllVerified(dict[tuple[bytes, bytes, bytes], bool]):
    """A cache in which every signature has verified already."""

    def get(self, key: tuple[bytes, bytes, bytes], default: object = None) -> bool:
        """Return True for any key."""
        return True


CACHE: Final[SignatureCache] = AllVerified()


def unsigned(
    event_type: str,
    payload: Json,
    second: int,
    signer: Signer = DEMO,
    *,
    target: str | None = None,
    mark: int = 0,
) -> Json:
    """An event of ``second`` with its id and 64 bytes where the signature is; ``mark`` chooses them."""
    body = {
        "event_type": event_type,
        "subject_pith_number": NUMBER,
        "target": target or payloads.TARGETS[event_type],
        "payload": payload,
        "created_at": instant(second),
        "signer": signer.described(),
    }
    name = "sha256:" + sha256_hex(canonical(body))
    raw = hashlib.sha512(b"%d" % mark).digest()
    return {
        **body,
        "event_id": name,
        "signature": {"kind": "pith_event_signature", "key_id": signer.key_id, "algorithm": "ed25519",
                      "signature_b64": b64(raw)},
    }  # fmt: skip


def retract(made: Json, second: int, signer: Signer = DEMO) -> Json:
    """A retraction."""
    return unsigned("event_retracted", payloads.event_retracted(made["event_id"]), second, signer)


def _claim(number: int, second: int, slot: int = 1) -> Json:
    paid = payloads.author_claim(payloads.orcid(slot), strength=payloads.STRENGTHS[number % 2], n=number)
    return unsigned("author_claim", paid, second)


def revisions(count: int) -> Iterator[Json]:
    """One slot, half of it claims; then each winner is retracted, the newest first."""
    claims = [_claim(number, number) for number in range(count // 2)]
    yield from claims
    for index, made in enumerate(reversed(claims)):
        yield retract(made, count + index)


def names(count: int) -> Iterator[Json]:
    """Equal aliases; the first one is retracted each time."""
    aliases = [
        unsigned("alias_added", {**payloads.alias_added("x", "y"), "n": number}, number)
        for number in range(count // 2)
    ]
    yield from aliases
    for index, made in enumerate(aliases):
        yield retract(made, count + index)


def receipts(count: int) -> Iterator[Json]:
    """Many record_created; the first one is retracted each time."""
    receipt = {
        "kind": "pith_receipt",
        "key_id": DEMO.key_id,
        "algorithm": "ed25519",
        "signature_b64": b64(bytes(64)),
    }
    created = [
        unsigned("record_created", payloads.record_created(RECORD, receipt, n=number), number)
        for number in range(count // 2)
    ]
    yield from created
    for index, made in enumerate(created):
        yield retract(made, count + index)


def one_conflict(count: int) -> Iterator[Json]:
    """One slot and one instant."""
    return (_claim(number, 0) for number in range(count))


def conflicts(count: int) -> Iterator[Json]:
    """Two events for each slot and instant: many slots, and many instants of one."""
    for number in range(count // 4):
        yield from (_claim(part, number, 1) for part in range(2))
        yield from (_claim(part, 0, 2 + number) for part in range(2))


def taken_back(count: int) -> Iterator[Json]:
    """Retractions of one event, every other one by another signer; the target comes last."""
    made = _claim(0, count // 2)
    for number in range(count):
        yield retract(made, number, (DEMO, AUTHOR)[number % 2])
    yield made


def early(count: int) -> Iterator[Json]:
    """Events that were retracted before their own instant, in one slot with one that is current."""
    claims = [_claim(number, count + number) for number in range(count // 2)]
    for index, made in enumerate(claims):
        yield retract(made, index)
    yield from claims


def checkpoints(count: int) -> Iterator[Json]:
    """Checkpoints of ten ids, each with two signatures, the larger first; every other one is retracted."""
    marks = sorted(range(2), key=lambda mark: hashlib.sha512(b"%d" % mark).digest(), reverse=True)
    for number in range(count // 3):
        ids = ["sha256:" + sha256_hex(b"%d" % other) for other in range(number, number + 10)]
        for mark in marks:
            yield unsigned("checkpoint", payloads.checkpoint(ids), number, mark=mark)
        if number % 2:
            yield retract(unsigned("checkpoint", payloads.checkpoint(ids), number), count + number)


def one_checkpoint(count: int) -> Iterator[Json]:
    """Citations, checkpoints of a thousand of them at a time, and of as many that are absent."""
    listed: list[str] = []
    for number in range(count):
        made = unsigned("citation", payloads.citation(f"w{number}"), number)
        listed += made["event_id"], "sha256:" + sha256_hex(b"%d" % number)
        if len(listed) == 2_000 or number == count - 1:
            yield unsigned("checkpoint", payloads.checkpoint(listed), number)
            listed = []
        yield made


def unrecognised(count: int) -> Iterator[Json]:
    """Unknown types and nonconforming events, half of them retracted."""
    for number in range(count // 3):
        strange = unsigned(f"future{number}", {"n": number}, number, target="record")
        yield strange
        yield unsigned("citation", {"n": number}, number)
        yield retract(strange, count + number)


def mixed(count: int) -> Iterator[Json]:
    """What a record may carry."""
    return many_events(RECORD, count)


CROWDS: Final[Mapping[str, Callable[[int], Iterator[Json]]]] = {
    made.__name__: made
    for made in (
        revisions, names, receipts, one_conflict, conflicts, taken_back, early, checkpoints, one_checkpoint,
        unrecognised, mixed,
    )
}  # fmt: skip


def checked(events: list[Json]) -> list[CheckedBundle]:
    """The events as checked bundles of at most :data:`PART` each."""
    parts = [events[index : index + PART] for index in range(0, len(events), PART)]
    return [check(read_bundle(to_json(bundle(RECORD, part))), POLICY, cache=CACHE) for part in parts]


def grown(parts: list[CheckedBundle]) -> Ledger:
    """The ledger of every element, added one at a time in the order of the inputs, then once more."""
    first = parts[0]
    builder = empty_ledger(first).builder()
    for part in (*parts, *parts):
        for ledger in one_by_one(part):
            builder.add(ledger)
    return builder.build()


def fresh(ledger: Ledger) -> Ledger:
    """The same ledger, of which no view has been computed."""
    return ledger.builder().build()


def _state(ledger: Ledger) -> object:
    state = ledger.snapshot()
    return state.to_json(), state.sha256, state.events_sha256


def _side(parts: list[CheckedBundle]) -> Side:
    return side_of_report(report_on(*parts, names=map(str, range(len(parts)))))


#: Every view by name: a function of the checked bundles and their ledger.
VIEWS: Final[Mapping[str, Callable[[list[CheckedBundle], Ledger], object]]] = {
    "growth": lambda parts, ledger: grown(parts),
    "growth backwards": lambda parts, ledger: grown(
        [replace(part, events=part.events[::-1]) for part in reversed(parts)]
    ),
    "state": lambda parts, ledger: _state(fresh(ledger)),
    "trace": lambda parts, ledger: fresh(ledger).snapshot().trace_json(),
    "timeline": lambda parts, ledger: fresh(ledger).timeline(),
    "status": lambda parts, ledger: fresh(ledger).snapshot().status_line(),
    "completeness": lambda parts, ledger: (fresh(ledger).missing(), ledger.completeness()),
    "equivocations": lambda parts, ledger: fresh(ledger).equivocations(),
    "proof": lambda parts, ledger: [proof_of(ledger, group) for group in fresh(ledger).equivocations()],
    "export": lambda parts, ledger: fresh(ledger).export(),
    "entries": lambda parts, ledger: fresh(ledger).snapshot().sections,
    "diff": lambda parts, ledger: diff_sides(_side(parts), _side(parts[:1])),
    "explain": lambda parts, ledger: [one.to_value() for one in fresh(ledger).snapshot().explain()],
}


def made(name: str, count: int) -> tuple[list[CheckedBundle], Ledger]:
    """A crowd of about ``count`` events, checked and merged."""
    parts = checked(list(CROWDS[name](count)))
    return parts, ledger_of(*parts)


def write(name: str, count: int, folder: Path) -> list[Path]:
    """Write a crowd as bundles for the command line, really signed, and the policy of its signers."""
    signers = {one.key_id: one for one in (DEMO, AUTHOR, MIRROR)}
    (folder / "policy.json").write_bytes(to_json(policy(*signers.values())))
    events = [sign(made, signers[made["signer"]["key_id"]]) for made in CROWDS[name](count)]
    paths = []
    for index in range(0, len(events), PART):
        paths.append(folder / f"{index:06}.json")
        paths[-1].write_bytes(to_json(bundle(RECORD, events[index : index + PART])))
    return paths
