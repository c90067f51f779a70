"""What a key of the policy may sign, and whether it did (spec CHECK-6 to CHECK-9, RCPT-2).

Shared by the envelope, the flat shape and receipts, so that there is one order of checks
and one place that verifies a signature.
"""

from __future__ import annotations

from collections.abc import Iterable, MutableMapping
from hashlib import sha256
from typing import Final, NamedTuple, TypeAlias

from pithbundle.ed25519.strict import SIGNATURE_BYTES
from pithbundle.encoding.spellings import base64_bytes
from pithbundle.encoding.values import Value
from pithbundle.errors import Fault
from pithbundle.verify.policy import Policy, PolicyKey
from pithbundle.verify.verdicts import (
    STEP_ALGORITHM,
    STEP_ENCODING,
    STEP_RIGHT,
    STEP_SIGNATURE,
    Verdict,
)

#: Results of signature checks, keyed by (raw key, digest of the message, raw signature): a
#: pure function, so sharing one between calls changes no verdict, only time (CHECK-9, FORMAT-13).
SignatureCache: TypeAlias = MutableMapping[tuple[bytes, bytes, bytes], bool]


def trim(cache: SignatureCache, size: int) -> None:
    """Keep the newest half of ``size`` results where the cache has more than ``size``.

    It is called between bundles, so that the check of a signature pays nothing for the bound.
    """
    if len(cache) > size:
        newest = list(cache.items())[len(cache) - size // 2 :]
        cache.clear()
        cache.update(newest)


#: The algorithm of a receipt (CHECK-7).
ALGORITHM: Final = "ed25519"
_NO_SUCH_KEY: Final = "the policy has no key of this key_id"


class ClaimedSignature(NamedTuple):
    """A signature under a key_id, with no signer named: its parts, and the pointer of its key_id."""

    key_id: str
    key_at: str
    event_type: str
    algorithm: Value
    text: str


class Attempt(NamedTuple):
    """What is left to do for a signature: the keys that may have made it, the verdicts of the others."""

    keys: tuple[PolicyKey, ...]
    raw: bytes
    failures: tuple[Verdict, ...]

    @property
    def failed(self) -> Verdict:
        """The verdict if no key verifies: that of the one that got furthest (RCPT-2)."""
        # A key that is left to try got further than any that failed.
        return NOT_VERIFIED if self.keys else min(self.failures, key=lambda verdict: verdict.rank)


def right_lacking(key: PolicyKey, event_type: str, event_id: str | None) -> str | None:
    """CHECK-6: the code of the right that a key lacks, None where it may sign.

    It signs this type, and if it is revoked it has this id in ``accepted_event_ids``.
    """
    if not key.may_sign(event_type):
        return "key_role"
    if key.status == "revoked" and event_id not in key.accepted_event_ids:
        return "key_revoked"
    return None


def algorithm_fault(algorithm: Value) -> Verdict | None:
    """CHECK-7: the algorithm is exactly the string ``ed25519``."""
    if algorithm == ALGORITHM:
        return None
    return Verdict("invalid", STEP_ALGORITHM, Fault("algorithm", "", "/algorithm"))


def raw_signature(text: str) -> bytes | Verdict:
    """CHECK-8: the 64 bytes that the text of a signature spells."""
    raw = base64_bytes(text, SIGNATURE_BYTES)
    if raw is not None:
        return raw
    detail = "a signature is 64 bytes in padded standard base64, 88 characters"
    return Verdict("invalid", STEP_ENCODING, Fault("encoding", detail, "/signature_b64"))


#: CHECK-9 failed.
NOT_VERIFIED: Final = Verdict("invalid", STEP_SIGNATURE, Fault("signature_invalid", "", "/signature_b64"))


class Signatures:
    """The keys of one policy and the signature checks made with them."""

    __slots__ = ("cache", "policy")

    def __init__(self, policy: Policy, cache: SignatureCache) -> None:
        self.policy = policy
        self.cache = cache

    def valid(self, key: PolicyKey, message: bytes, raw: bytes) -> bool:
        """CHECK-9: whether ``raw`` is a signature of ``message`` under ``key``."""
        question = (key.public_key.raw, message if len(message) == 32 else _digest_of(message), raw)
        known = self.cache.get(question)
        if known is None:
            known = self.cache[question] = key.public_key.verify(message, raw)
        return known

    def attempt(self, claimed: ClaimedSignature, keys: Iterable[PolicyKey]) -> Attempt:
        """The checks before CHECK-9 where a key_id of the policy is named and no signer (RCPT-2).

        Any of the keys may have signed; of several that fail the one that got furthest decides.
        A revoked key never does: its ``accepted_event_ids`` are of events, and there is none here.
        """
        failures: list[Verdict] = []
        left: list[PolicyKey] = []
        raw = raw_signature(claimed.text)
        for key in keys:
            lacking = right_lacking(key, claimed.event_type, None)
            verdict = algorithm_fault(claimed.algorithm)
            if lacking is not None:
                verdict = Verdict("invalid", STEP_RIGHT, Fault(lacking, "", claimed.key_at))
            if verdict is None and isinstance(raw, Verdict):
                verdict = raw
            if verdict is None:
                left.append(key)
            else:
                failures.append(verdict)
        return Attempt(tuple(left), b"" if isinstance(raw, Verdict) else raw, tuple(failures))

    def verifies(self, attempt: Attempt, message: bytes) -> PolicyKey | None:
        """CHECK-9: the key among those left that made the signature, or None."""
        for key in attempt.keys:
            if self.valid(key, message, attempt.raw):
                return key
        return None


def _digest_of(message: bytes) -> bytes:
    """The digest of a message in the key of the cache, which keeps no long message.

    One of 32 bytes, which most formats sign, is already a digest: another hash of it takes 0.5
    microseconds. The prefix keeps it apart from another message whose hash it is.
    """
    return b"sha256:" + sha256(message).digest()


def unknown_key_id(pointer: str) -> Fault:
    """The fault of a key_id that no key of the policy has."""
    return Fault("key_unknown", _NO_SUCH_KEY, pointer)
