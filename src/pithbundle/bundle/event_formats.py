"""Event formats: which members an event's id and signature cover (spec RULE-1 to RULE-5).

The registry's own format is unseen, so ``event-v1`` is CHOSEN and the plausible others are
built beside it as data. A key of the policy names one, or says that it is ``unknown``;
``probe`` tries them all on a real bundle. A format never comes from the bundle: an unsigned
field must not choose how it is checked.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

#: What the signature signs, derived from the body's digest or its canonical bytes (RULE-2).
Signed = Literal["digest", "hex", "id", "bytes"]

#: The members of an event that are never in a body (EVT-3).
ENVELOPE: Final = frozenset({"event_id", "signature"})


@dataclass(frozen=True, slots=True)
class EventRule:
    """One event format: the members left out of the body, and what is signed.

    ``payload_only`` means that the body is the payload alone. ``binds`` says whether the
    format covers type, subject, target, payload, created_at and signer; one that does not
    gives ``unbound`` at best (RULE-3).
    """

    name: str
    left_out: frozenset[str]
    signed: Signed
    payload_only: bool = False

    @property
    def binds(self) -> bool:
        """Whether a valid signature under this format can make an event ``verified`` (RULE-3)."""
        return self.left_out == ENVELOPE and not self.payload_only

    def uncovered(self, members: Set[str]) -> list[str]:
        """The members of an event that are not signed, the envelope's apart, sorted (EVT-5)."""
        outside = members - {"payload"} if self.payload_only else members & self.left_out
        return sorted(outside - ENVELOPE)

    def message(self, body: bytes, digest: bytes) -> bytes:
        """Return the signed bytes of a body: ``body`` canonical bytes, ``digest`` its 32 bytes."""
        return body if self.signed == "bytes" else self.message_of_digest(digest) or b""

    def message_of_digest(self, digest: bytes) -> bytes | None:
        """Return the signed bytes where only a digest is stated, or None if it is not enough."""
        if self.signed == "digest":
            return digest
        if self.signed == "hex":
            return digest.hex().encode("ascii")
        if self.signed == "id":
            return b"sha256:" + digest.hex().encode("ascii")
        return None


def _family() -> dict[str, EventRule]:
    covers: dict[str, tuple[frozenset[str], bool]] = {
        "full": (ENVELOPE, False),
        "no-signer": (ENVELOPE | {"signer"}, False),
        "no-time": (ENVELOPE | {"created_at"}, False),
        "no-signer-no-time": (ENVELOPE | {"signer", "created_at"}, False),
        "payload": (ENVELOPE, True),
    }
    signed: tuple[Signed, ...] = ("digest", "hex", "id", "bytes")
    rules = {}
    for cover, (left_out, payload_only) in covers.items():
        for form in signed:
            name = "event-v1" if (cover, form) == ("full", "digest") else f"event-{cover}-{form}"
            rules[name] = EventRule(name, left_out, form, payload_only)
    return rules


#: Every event format by name (RULE-5). Closed: a policy names one of these.
RULES: Final[Mapping[str, EventRule]] = MappingProxyType(_family())
#: The format of a key that names none, and of an element that names no key (RULE-1).
EVENT_V1: Final = RULES["event-v1"]
#: What a key lists whose events may be made in another way than any format here (CHECK-13).
UNKNOWN: Final = "unknown"
