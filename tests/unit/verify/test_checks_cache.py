"""The cache of signature checks: what one entry has, and that it mixes up no two messages (CHECK-9)."""

from __future__ import annotations

import hashlib

import pytest

from kit import DEMO
from kit.strategies import fixture_policy
from pithbundle.verify.policy import Policy
from pithbundle.verify.signatures import SignatureCache, Signatures

POLICY = Policy.from_value(fixture_policy())
(KEY,) = (key for key in POLICY.keys if key.public_key.raw == DEMO.public_key)


@pytest.mark.parametrize("length", [0, 32, 64, 65, 200_000])
def test_an_entry_has_a_fixed_size(length: int) -> None:
    cache: SignatureCache = {}
    message = b"x" * length
    signature = DEMO.sign(message)
    signatures = Signatures(POLICY, cache)
    assert [signatures.valid(KEY, message, signature) for _ in range(2)] == [True, True]
    ((raw, kept, also_kept),) = cache
    assert (raw, also_kept) == (KEY.public_key.raw, signature)
    assert kept == (message if length == 32 else b"sha256:" + hashlib.sha256(message).digest())


def test_a_message_is_not_mixed_up_with_what_represents_another() -> None:
    cache: SignatureCache = {}
    signatures = Signatures(POLICY, cache)
    message = b"x" * 65
    signature = DEMO.sign(message)
    assert signatures.valid(KEY, message, signature)
    ((_, kept, _),) = cache
    for other in (b"y" * 65, kept, hashlib.sha256(message).digest(), hashlib.sha256(kept).digest()):
        assert not signatures.valid(KEY, other, signature)
    assert len(cache) == 5


def test_a_digest_is_not_mixed_up_with_a_message_that_has_it() -> None:
    """A format that signs the digest and one that signs the bytes may be in one policy (FORMAT-1)."""
    cache: SignatureCache = {}
    signatures = Signatures(POLICY, cache)
    message = b"x" * 65
    hashed = hashlib.sha256(message).digest()
    signature = DEMO.sign(hashed)
    assert signatures.valid(KEY, hashed, signature)
    assert not signatures.valid(KEY, message, signature)
