"""Probing: which event format reproduces the ids and signatures of a real bundle (spec RULE-5).

The registry's format is not public. The first person with a complete bundle settles it:
every known format is tried on every event, and counted.

**Bound.** A signature check costs about as much as everything else that is done for an
event, so their number is bounded: at most ``(NAMED + SAMPLE) * formats`` for each signed
event, and ``SAMPLE * keys * formats`` once. It is linear in the events and does not multiply
them by the keys of the policy. Each event is tried under the few keys that it names, and
under the keys that a sample found; the first signature that verifies ends its search, since a
signature is one of one message. Each cover of an event is encoded once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from pithbundle.brief import brief
from pithbundle.bundle.event import Envelope, SignedContent, read_event, signed_contents
from pithbundle.bundle.event_formats import EVENT_FORMATS, EventFormat
from pithbundle.bundle.reader import Bundle
from pithbundle.ed25519.strict import SIGNATURE_BYTES
from pithbundle.encoding.spellings import base64_bytes, event_id_digest, hex_bytes
from pithbundle.encoding.values import require_type
from pithbundle.verify.policy import Policy, PolicyKey

#: The keys that an event names by whatever it states are tried first, at most so many of them.
NAMED: Final = 4
#: On so many signed events that no named key explains, every key of the policy is tried.
SAMPLE: Final = 4


@dataclass(frozen=True, slots=True)
class Found:
    """What one format reproduces: ``ids`` of claimed ids, ``signatures`` under keys of the policy."""

    event_format: EventFormat
    ids: int
    signatures: int
    keys: tuple[PolicyKey, ...]

    __repr__ = brief


@dataclass(frozen=True, slots=True)
class Probe:
    """What all formats reproduce on one bundle; the best first.

    ``events`` well-formed events were tried; ``claimed_ids`` of them claim an id and
    ``signed`` of them carry a signature in its text form.
    """

    events: int
    claimed_ids: int
    signed: int
    found: tuple[Found, ...]

    __repr__ = brief

    @property
    def settled(self) -> tuple[Found, ...]:
        """The formats that reproduce every signature and every claimed id; empty if none does."""
        return tuple(
            found
            for found in self.found
            if self.signed and found.signatures == self.signed and found.ids == self.claimed_ids
        )


class _Signed(NamedTuple):
    """A signed event: the key_id beside its signature, the raw signature, and the message of each format."""

    event: Envelope
    key_id: str
    raw: bytes
    messages: Mapping[str, bytes]


def probe(bundle: Bundle, policy: Policy) -> Probe:
    """Try every event format on every well-formed event of ``bundle`` under the keys of ``policy``.

    What the keys list as their ``event_formats`` is not asked: this is how one finds it.

    Raises:
        TypeError: an argument is of another type.
    """
    require_type("bundle", bundle, Bundle)
    require_type("policy", policy, Policy)
    search = _Search(policy)
    ids = dict.fromkeys(EVENT_FORMATS, 0)
    events = claimed_ids = signed = 0
    for event in _envelopes(bundle):
        found = signed_contents(event, EVENT_FORMATS.values())
        # One over its limits is counted, and reproduced by nothing.
        bodies = found if isinstance(found, dict) else {}
        events += 1
        claimed = _digest(event)
        claimed_ids += claimed is not None
        for name, body in bodies.items():
            ids[name] += body.digest == claimed
        attempt = _signed(event, bodies)
        if attempt is not None:
            signed += 1
            search.add(attempt)
    search.finish()
    results = [
        Found(event_format, ids[name], search.hits[name], tuple(sorted(search.keys[name], key=_raw)))
        for name, event_format in EVENT_FORMATS.items()
    ]
    # Stable: equals keep the order of the family, event-v1 first.
    results.sort(key=lambda each: (-each.signatures, -each.ids))
    return Probe(events, claimed_ids, signed, tuple(results))


class _Search:
    """Which format and key made each signature, within the bound that the module states."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self.hits = dict.fromkeys(EVENT_FORMATS, 0)
        self.keys: dict[str, set[PolicyKey]] = {name: set() for name in EVENT_FORMATS}
        self.by_fingerprint = {key.fingerprint: key for key in policy.keys}
        #: What no named key explains, and the keys that the sample of it found.
        self.left: list[_Signed] = []
        self.sampled = 0
        self.learned: list[PolicyKey] = []

    def add(self, signed: _Signed) -> None:
        """Try the keys that an event names, and the whole policy if it is one of the sample."""
        named = self.named(signed)
        if self.explains(signed, named):
            return
        if self.sampled == SAMPLE:
            self.left.append(signed)
            return
        self.sampled += 1
        self.explains(signed, [key for key in self.policy.keys if key not in named], learn=True)

    def finish(self) -> None:
        """Try the keys that the sample found on all that is left."""
        for signed in self.left:
            self.explains(signed, self.learned)

    def named(self, signed: _Signed) -> list[PolicyKey]:
        """The keys that an event names: by its whole name, its fingerprint, its pair, its key ids."""
        event = signed.event
        exact = self.policy.key(event.signer_id, event.key_id, event.fingerprint)
        by_fingerprint = self.by_fingerprint.get(event.fingerprint)
        named = dict.fromkeys(key for key in (exact, by_fingerprint) if key is not None)
        named.update(dict.fromkeys(self.policy.keys_of(event.signer_id, event.key_id)))
        named.update(dict.fromkeys(self.policy.keys_with_id(event.key_id)))
        named.update(dict.fromkeys(self.policy.keys_with_id(signed.key_id)))
        return [*named][:NAMED]

    def explains(self, signed: _Signed, keys: Sequence[PolicyKey], *, learn: bool = False) -> bool:
        """Whether a format and a key reproduce the signature; the formats that did so before come first."""
        for name in sorted(signed.messages, key=lambda name: -self.hits[name]):
            for key in keys:
                if key.public_key.verify(signed.messages[name], signed.raw):
                    self.hits[name] += 1
                    self.keys[name].add(key)
                    if learn and key not in self.learned:
                        self.learned.append(key)
                    return True
        return False


def _envelopes(bundle: Bundle) -> Iterator[Envelope]:
    for value in bundle.events:
        event = read_event(value) if type(value) is dict else None
        if isinstance(event, Envelope):
            yield event


def _signed(event: Envelope, bodies: Mapping[str, SignedContent]) -> _Signed | None:
    """The signature of an event in its text form and what it may sign, or None without one."""
    if event.signature is None:
        return None
    raw = base64_bytes(event.signature.text, SIGNATURE_BYTES)
    if raw is None:
        return None
    messages = {
        name: EVENT_FORMATS[name].message(body.canonical, body.digest) for name, body in bodies.items()
    }
    return _Signed(event, event.signature.key_id, raw, messages)


def _raw(key: PolicyKey) -> bytes:
    return key.public_key.raw


def _digest(event: Envelope) -> bytes | None:
    """The digest in a claimed id, with or without its prefix: the registry's form is not known."""
    claimed = event.claimed_id
    return None if claimed is None else event_id_digest(claimed) or hex_bytes(claimed, 32)
