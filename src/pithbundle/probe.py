"""Probing: which event rule reproduces the ids and signatures of a real bundle (spec RULE-5).

The registry's rule is not public. The first person with a complete bundle settles it:
every known rule is tried on every event, under every key of the policy, and counted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pithbundle.bundle import Bundle
from pithbundle.errors import Fault
from pithbundle.event import Body, Envelope, bind, read_event
from pithbundle.policy import Policy
from pithbundle.rules import RULES, EventRule
from pithbundle.textforms import base64_bytes, event_id_digest, hex_bytes

_SIGNATURE_BYTES: Final = 64


@dataclass(frozen=True, slots=True)
class Found:
    """What one rule reproduces: ``ids`` of stated ids, ``signatures`` under keys of the policy."""

    rule: EventRule
    ids: int
    signatures: int
    keys: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Probe:
    """What all rules reproduce on one bundle; the best first.

    ``events`` well-formed events were tried; ``stated_ids`` of them state an id and
    ``signed`` of them carry a signature in its text form.
    """

    events: int
    stated_ids: int
    signed: int
    found: tuple[Found, ...]

    @property
    def settled(self) -> tuple[Found, ...]:
        """The rules that reproduce every signature and every stated id; empty if none does."""
        return tuple(
            found
            for found in self.found
            if self.signed and found.signatures == self.signed and found.ids == self.stated_ids
        )


def probe(bundle: Bundle, policy: Policy | None = None) -> Probe:
    """Try every event rule on every well-formed event of ``bundle`` under every key of ``policy``."""
    keys = (policy or Policy.default()).keys
    events = [event for value in bundle.events if type(event := _envelope(value)) is Envelope]
    stated = [event for event in events if _digest(event) is not None]
    signed = [(event, raw) for event in events if (raw := _signature(event)) is not None]
    found = []
    for rule in RULES.values():
        bodies = {id(event): bind(event, rule) for event in events}
        ids = 0
        for event in stated:
            body = bodies[id(event)]
            ids += type(body) is Body and body.digest == _digest(event)
        hits: dict[tuple[str, str], int] = {}
        for event, raw in signed:
            body = bodies[id(event)]
            if type(body) is not Body:
                continue
            message = rule.message(body.canonical, body.digest)
            for key in keys:
                if key.public_key.verify(message, raw):
                    hits[key.signer_id, key.key_id] = hits.get((key.signer_id, key.key_id), 0) + 1
                    break
        found.append(Found(rule, ids, sum(hits.values()), tuple(sorted(hits))))
    # Stable: among equals the family's own order stands, event-v1 first.
    found.sort(key=lambda each: (-each.signatures, -each.ids))
    return Probe(len(events), len(stated), len(signed), tuple(found))


def _envelope(value: object) -> object:
    return value if type(value) is Fault else read_event(value)  # type: ignore[arg-type]


def _digest(event: Envelope) -> bytes | None:
    """The digest in a stated id, with or without its prefix: the registry's form is not known."""
    stated = event.stated_id
    return None if stated is None else event_id_digest(stated) or hex_bytes(stated, 32)


def _signature(event: Envelope) -> bytes | None:
    return None if event.signature is None else base64_bytes(event.signature.text, _SIGNATURE_BYTES)
