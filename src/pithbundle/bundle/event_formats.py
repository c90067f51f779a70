"""Event formats: which members of an event its id and its signature cover (spec RULE-1 to RULE-5).

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

#: What the signature signs: a form of the digest of the signed content, or its bytes (RULE-2).
Signed = Literal["digest", "hex", "id", "bytes"]

#: The members of an event that are never part of its signed content (EVT-3).
ENVELOPE: Final = frozenset({"event_id", "signature"})


@dataclass(frozen=True, slots=True)
class EventFormat:
    """One event format: the members excluded from the signed content, and what is signed.

    ``payload_only`` means that the signed content is the payload alone.
    """

    name: str
    excluded: frozenset[str]
    signed: Signed
    payload_only: bool = False

    @property
    def is_binding(self) -> bool:
        """Whether the signed content has type, subject, target, payload, created_at and signer (RULE-3).

        Under a format that is not binding a valid signature gives ``unbound`` at best.
        """
        return self.excluded == ENVELOPE and not self.payload_only

    def unsigned_members(self, members: Set[str]) -> list[str]:
        """The members of an event that are not signed, without id and signature, sorted (EVT-5)."""
        outside = members - {"payload"} if self.payload_only else members & self.excluded
        return sorted(outside - ENVELOPE)

    def message(self, content: bytes, digest: bytes) -> bytes:
        """Return what is signed: of the canonical bytes of a signed content, and their digest."""
        return content if self.signed == "bytes" else self.message_of_digest(digest) or b""

    def message_of_digest(self, digest: bytes) -> bytes | None:
        """Return what is signed where only a digest is claimed, or None if a digest is not enough."""
        if self.signed == "digest":
            return digest
        if self.signed == "hex":
            return digest.hex().encode("ascii")
        if self.signed == "id":
            return b"sha256:" + digest.hex().encode("ascii")
        return None


def _family() -> dict[str, EventFormat]:
    contents: dict[str, tuple[frozenset[str], bool]] = {
        "full": (ENVELOPE, False),
        "no-signer": (ENVELOPE | {"signer"}, False),
        "no-time": (ENVELOPE | {"created_at"}, False),
        "no-signer-no-time": (ENVELOPE | {"signer", "created_at"}, False),
        "payload": (ENVELOPE, True),
    }
    signed: tuple[Signed, ...] = ("digest", "hex", "id", "bytes")
    formats = {}
    for content, (excluded, payload_only) in contents.items():
        for form in signed:
            name = "event-v1" if (content, form) == ("full", "digest") else f"event-{content}-{form}"
            formats[name] = EventFormat(name, excluded, form, payload_only)
    return formats


#: Every event format by name (RULE-5). Closed: a policy names one of these.
EVENT_FORMATS: Final[Mapping[str, EventFormat]] = MappingProxyType(_family())
#: The format of a key that names none, and of an element that names no key (RULE-1).
EVENT_V1: Final = EVENT_FORMATS["event-v1"]
#: What a key lists whose events may be made in another way than any format here (CHECK-13).
UNKNOWN: Final = "unknown"
