from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import nacl
import nacl.bindings
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nacl.exceptions import BadSignatureError

import make_ed25519_vectors
from kit import ed25519_reference as ed
from pithbundle.ed25519 import selftest_vectors as ed25519_vectors
from pithbundle.ed25519 import strict as keys
from pithbundle.ed25519.strict import PublicKey, self_test, verify_strict
from pithbundle.errors import InvalidKeyError

SECRET = ed.Secret.from_seed(hashlib.sha256(b"a key of these tests").digest())
KEY = ed.encode(SECRET.public)
DIGEST = hashlib.sha256(b"a message").digest()
SIGNATURE = SECRET.sign(DIGEST)


@pytest.mark.parametrize(
    ("key", "message", "signature", "valid"),
    [
        pytest.param(*map(bytes.fromhex, vector[1:4]), vector[4], id=vector[0])
        for vector in ed25519_vectors.VERIFY
    ],
)
def test_every_way_to_break_the_rules(key: bytes, message: bytes, signature: bytes, valid: bool) -> None:
    assert verify_strict(key, message, signature) is valid


@pytest.mark.parametrize(
    ("key", "valid"),
    [pytest.param(bytes.fromhex(key), valid, id=name) for name, key, valid in ed25519_vectors.KEYS],
)
def test_every_way_to_be_invalid(key: bytes, valid: bool) -> None:
    if valid:
        assert PublicKey.from_bytes(key).raw == key
        return
    with pytest.raises(InvalidKeyError) as caught:
        PublicKey.from_bytes(key)
    assert caught.value.code == "key_invalid"


def test_the_reason_of_invalidity() -> None:
    reasons = {}
    for name, key, valid in ed25519_vectors.KEYS:
        if not valid:
            with pytest.raises(InvalidKeyError) as caught:
                PublicKey.from_hex(key)
            reasons[name] = caught.value.fault.detail
    small = {name for name, reason in reasons.items() if "small order" in reason}
    odd = {name for name, reason in reasons.items() if "canonically" in reason}
    rest = {name for name, reason in reasons.items() if "prime-order" in reason}
    assert small == {n for n in reasons if n.startswith(("order-", "minus-zero"))} | {
        "y-is-p",
        "y-is-p-signed",
        "y-is-p-plus-1",
        "y-is-p-plus-1-signed",
    }
    assert odd == {n for n in reasons if n.startswith("y-is-p-plus-")} - small
    assert rest == {n for n in reasons if n.startswith("mixed-")} | {"not-on-the-curve"}


def test_the_vectors_are_what_the_generator_builds() -> None:
    assert make_ed25519_vectors.TARGET.read_text(encoding="utf-8") == make_ed25519_vectors.build()


def test_the_vectors_break_one_rule_each() -> None:
    """Names are unique; the cofactored equation without point checks accepts the forged ones."""
    names = [vector[0] for vector in ed25519_vectors.VERIFY]
    assert len(set(names)) == len(names)
    loose = {"s-plus", "key-order", "key-minus", "key-y", "r-order", "r-minus", "r-y", "mixed"}
    for name, key, message, signature, valid in ed25519_vectors.VERIFY:
        if name.startswith(tuple(loose)):
            assert zip215(*map(bytes.fromhex, (key, message, signature))), name
        elif valid:
            assert zip215(*map(bytes.fromhex, (key, message, signature)))


def zip215(key: bytes, message: bytes, signature: bytes) -> bool:
    """[8]([S]B - R - [k]A) = 0, any encoding taken, S not bounded."""
    points = []
    for raw in (key, signature[:32]):
        number = int.from_bytes(raw, "little")
        y = number & (1 << 255) - 1
        x = ed.recover_x(y % ed.P, number >> 255)
        assert x is not None
        points.append((x, y % ed.P))
    k = ed.hash_to_scalar(signature[:32], key, message)
    s = int.from_bytes(signature[32:], "little")
    rest = ed.add(ed.multiply(s, ed.B), ed.negate(ed.add(points[1], ed.multiply(k, points[0]))))
    return ed.multiply(8, rest) == ed.IDENTITY


WRONG: list[Any] = [None, "", "00" * 64, 0, 64, [], {}, object()]
BYTES_LIKE: list[Any] = [bytearray, memoryview]


@pytest.mark.parametrize("wrong", WRONG, ids=lambda wrong: type(wrong).__name__)
def test_wrong_types_are_false_and_never_raise(wrong: Any) -> None:
    assert verify_strict(KEY, DIGEST, wrong) is False
    assert verify_strict(KEY, wrong, SIGNATURE) is False
    assert verify_strict(wrong, DIGEST, SIGNATURE) is False
    key = PublicKey.from_bytes(KEY)
    for call in (lambda: key.verify(DIGEST, wrong), lambda: key.verify(wrong, SIGNATURE),
                 lambda: PublicKey.from_bytes(wrong), lambda: PublicKey(wrong)):  # fmt: skip
        with pytest.raises(TypeError, match=f"^expected bytes, got {type(wrong).__name__}; "):
            call()


@pytest.mark.parametrize("kind", BYTES_LIKE)
def test_a_key_takes_what_is_bytes_like(kind: Any) -> None:
    key = PublicKey.from_bytes(kind(KEY))
    assert key == PublicKey(kind(KEY)) == PublicKey.from_bytes(KEY)
    assert type(key.raw) is bytes
    assert key.verify(kind(DIGEST), kind(SIGNATURE))
    assert not key.verify(kind(DIGEST), kind(SIGNATURE)[:-1])
    # The low-level function takes bytes alone.
    assert verify_strict(KEY, kind(DIGEST), SIGNATURE) is False
    assert verify_strict(KEY, DIGEST, kind(SIGNATURE)) is False


@pytest.mark.parametrize("length", [*range(0, 64), *range(65, 130)])
def test_wrong_lengths_are_false(length: int) -> None:
    signed = SIGNATURE + DIGEST * 3
    # The second call would pass if missing bytes were taken from the message.
    assert verify_strict(KEY, DIGEST, signed[:length]) is False
    assert verify_strict(KEY, signed[length:] + DIGEST, signed[:length]) is False
    if length != 32:
        assert verify_strict((KEY * 5)[:length], DIGEST, SIGNATURE) is False


@given(st.binary(max_size=70), st.binary(max_size=100), st.binary(max_size=100))
def test_random_bytes_never_verify_or_raise(key: bytes, message: bytes, signature: bytes) -> None:
    assert verify_strict(key, message, signature) is False


@settings(max_examples=15)
@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_genuine_signatures_verify(seed: bytes, message: bytes) -> None:
    secret = ed.Secret.from_seed(seed)
    key = PublicKey.from_bytes(ed.encode(secret.public))
    assert key.verify(message, secret.sign(message))
    assert not key.verify(message + b"\0", secret.sign(message))


def test_every_bit_of_a_signature_counts() -> None:
    for bit in range(512):
        changed = (int.from_bytes(SIGNATURE) ^ 1 << bit).to_bytes(64)
        assert not verify_strict(KEY, DIGEST, changed)


def test_forms_and_fingerprints() -> None:
    """The registry's manifest contains all five spellings of its key."""
    text = "b2d552b68890857171a78b36a5dccf368a953413288c353f7c9d9d6f94b709b3"
    key = PublicKey.from_hex(text)
    assert key == PublicKey.from_base64("stVStoiQhXFxp4s2pdzPNoqVNBMojDU/fJ2db5S3CbM=")
    assert key == PublicKey.from_bytes(bytes.fromhex(text)) == PublicKey(bytes.fromhex(text))
    assert (key.hex, key.base64) == (text, "stVStoiQhXFxp4s2pdzPNoqVNBMojDU/fJ2db5S3CbM=")
    assert key.fingerprint_hex == "8d4b5ee74e4693bcd1df2446408b0d54"
    assert key.fingerprint_base32 == "RVFV5Z2OI2J3ZUO7ERDEBCYNKS"
    assert hash(key) == hash(PublicKey.from_hex(text))


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (PublicKey.from_hex, KEY.hex().upper()),
        (PublicKey.from_hex, KEY.hex() + "\n"),
        (PublicKey.from_hex, KEY.hex()[2:]),
        (PublicKey.from_hex, ""),
        (PublicKey.from_base64, base64.b64encode(KEY).decode().rstrip("=")),
        (PublicKey.from_base64, base64.b64encode(KEY).decode()[:42] + "/="),
        (PublicKey.from_base64, base64.b64encode(KEY + b"\0").decode()),
        (PublicKey.from_base64, ""),
    ],
)
def test_a_key_has_one_spelling(parse: Callable[[str], PublicKey], text: str) -> None:
    with pytest.raises(InvalidKeyError) as caught:
        parse(text)
    assert caught.value.code == "encoding"


@pytest.mark.parametrize("parse", [PublicKey.from_hex, PublicKey.from_base64])
def test_the_right_spelling_of_an_invalid_key(parse: Callable[[str], PublicKey]) -> None:
    text = bytes(32).hex() if parse == PublicKey.from_hex else base64.b64encode(bytes(32)).decode()
    with pytest.raises(InvalidKeyError) as caught:
        parse(text)
    assert caught.value.code == "key_invalid"


def test_self_test_passes_here() -> None:
    self_test()


def test_self_test_finds_a_library_with_other_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(keys, "crypto_sign_open", lambda signed, key: signed[64:])
        with pytest.raises(InvalidKeyError) as caught:
            self_test()
        assert caught.value.code == "backend"
        assert "other-message: accepted" in str(caught.value)

    def reject(signed: bytes, key: bytes) -> bytes:
        raise BadSignatureError

    with monkeypatch.context() as patched:
        patched.setattr(keys, "crypto_sign_open", reject)
        with pytest.raises(InvalidKeyError, match="vector valid: rejected"):
            self_test()
    for answer, message in ((True, "order-1-0: accepted"), (False, "key acceptable: rejected")):
        with monkeypatch.context() as patched:
            patched.setattr(keys, "crypto_core_ed25519_is_valid_point", lambda key, answer=answer: answer)
            with pytest.raises(InvalidKeyError, match=message):
                self_test()


def test_self_test_finds_the_subgroup_check_of_old_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """CVE-2025-69277: before PyNaCl 1.6.2 points of order 2L passed for prime-order ones."""
    check = nacl.bindings.crypto_core_ed25519_is_valid_point
    order_2l = ed.encode(ed.add(make_ed25519_vectors.SECRET.public, make_ed25519_vectors.TORSION[4]))
    monkeypatch.setattr(keys, "crypto_core_ed25519_is_valid_point", lambda key: key == order_2l or check(key))
    with pytest.raises(InvalidKeyError, match="key mixed-4: accepted"):
        self_test()


def test_pynacl_is_of_the_version_whose_rules_these_are() -> None:
    assert tuple(int(part) for part in nacl.__version__.split(".")[:3]) >= (1, 6, 2)
