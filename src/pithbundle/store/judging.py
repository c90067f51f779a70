"""What a store decides of the bytes of one bundle: admission and what is in it (spec STORE-5)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from pithbundle.digests.lines import leaf_digest
from pithbundle.encoding.parsed import Encoding, detect_encoding
from pithbundle.errors import PithError, StoreError
from pithbundle.joined import unverified_sha256
from pithbundle.verifier import VerifiedBundle, Verifier

#: The verified bundles that are held, and the bytes of all of them as they were received.
_MOST_BUNDLES: Final = 4_096
_MOST_BYTES: Final = 64 << 20
_ID: Final = 32


@dataclass(frozen=True, slots=True)
class Facts:
    """What follows from the bytes of a bundle, the suffix requested and the policy."""

    #: The recomputed suffix, empty without a readable record.
    suffix: str
    #: In hex, empty without a readable record.
    canonical_sha256: str
    #: Why it is in quarantine; empty if it is admitted.
    code: str
    reason: str
    #: The ids of the valid events, 32 bytes each, sorted.
    valid_ids: bytes
    #: The identities of the unverified elements, 32 bytes each, sorted.
    unverified_ids: bytes
    #: The number of elements that are invalid.
    invalid: int


def ids_in(packed: bytes) -> list[str]:
    """The ids that :class:`Facts` contains, in hex."""
    return [packed[at : at + _ID].hex() for at in range(0, len(packed), _ID)]


class Judge:
    """Verifies bundles, and holds those that were verified last."""

    def __init__(self, verifier: Verifier) -> None:
        self.verifier = verifier
        self._held: OrderedDict[str, tuple[VerifiedBundle, int]] = OrderedDict()
        self._bytes = 0

    def verify(self, data: bytes, encoding: Encoding, digest: str) -> VerifiedBundle:
        """Verify a bundle whose digest is known.

        Raises:
            PithError: it is rejected.
        """
        name = f"{encoding}{digest}"
        held = self._held.get(name)
        if held is not None:
            self._held.move_to_end(name)
            return held[0]
        found = self.verifier.verify(data, encoding=encoding)
        self._held[name] = found, len(data)
        self._bytes += len(data)
        while len(self._held) > _MOST_BUNDLES or self._bytes > _MOST_BYTES:
            _, (_, size) = self._held.popitem(last=False)
            self._bytes -= size
        return found

    def judge(self, data: bytes, encoding: Encoding, digest: str, requested: str) -> Facts:
        """Decide whether a bundle is admitted (STORE-5)."""
        try:
            bundle = self.verify(data, encoding, digest)
        except PithError as error:
            return Facts("", "", error.code, error.fault.message, b"", b"", 0)
        suffix, canonical = bundle.record.number.suffix, bundle.record.hex
        try:
            _require_admitted(bundle, requested)
        except StoreError as error:
            return Facts(suffix, canonical, error.code, error.fault.message, b"", b"", 0)
        valid = sorted(event.event_id for event in bundle.ledger)
        unverified = sorted(unverified_of(bundle))
        invalid = sum(one.verdict.status == "invalid" for one in bundle.events)
        packed = b"".join(bytes.fromhex(one.removeprefix("sha256:")) for one in valid)
        return Facts(suffix, canonical, "", "", packed, bytes.fromhex("".join(unverified)), invalid)

    def _verified(self, parts: Sequence[bytes]) -> list[VerifiedBundle]:
        return [self.verify(part, detect_encoding(part), sha256(part).hexdigest()) for part in parts]

    def ids_of(self, parts: Sequence[bytes]) -> tuple[set[str], set[str]]:
        """The ids of valid events and the identities of unverified elements of bundles, in hex.

        Raises:
            PithError: one of them is rejected.
        """
        bundles = self._verified(parts)
        valid = {event.event_id.removeprefix("sha256:") for bundle in bundles for event in bundle.ledger}
        return valid, {one for bundle in bundles for one in unverified_of(bundle)}

    def leaf_of(self, parts: Sequence[bytes]) -> str | None:
        """The leaf digest of bundles of one record by themselves; None if one is rejected (STORE-10)."""
        try:
            bundles = self._verified(parts)
            builder = bundles[0].ledger.builder()
            for bundle in bundles[1:]:
                builder.add(bundle.ledger)
            ledger = builder.build()
        except PithError:
            return None
        state = ledger.snapshot()
        unverified = unverified_sha256(one for bundle in bundles for one in unverified_of(bundle))
        digests = ledger.record.hex, state.events_sha256, state.sha256, unverified
        return leaf_digest(*digests)


def unverified_of(bundle: VerifiedBundle) -> set[str]:
    """The identities of the unverified elements of a bundle, in hex (UNV-1)."""
    return {one.element_sha256 for one in bundle.events if one.element_sha256 is not None}


def _require_admitted(bundle: VerifiedBundle, requested: str) -> None:
    """Check that a bundle is one that the store keeps (STORE-5).

    Raises:
        StoreError: it is not.
    """
    suffix = bundle.record.number.suffix
    if requested and suffix != requested:
        raise StoreError("subject", f"the bundle of {suffix} was served for {requested}")
    receipts = any(receipt.verdict.valid for receipt in bundle.receipts)
    if not receipts and not len(bundle.ledger):
        raise StoreError("key_unknown", "no signature of a key of the policy over this record verifies")
