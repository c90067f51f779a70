"""Strict cofactorless Ed25519, and which public keys are valid (spec SIG, KEY).

Libraries disagree on which Ed25519 signatures are valid, and validity is an input to state,
so the rules and the library that keeps them are both part of the specification:

1. Pure Ed25519 (RFC 8032), neither ph nor ctx. Nothing in an input chooses the code.
2. The message is given as bytes; receipts and events sign the raw 32 bytes of a digest.
3. The signature is 64 bytes, ``R || S``.
4. ``S < L``.
5. ``A``, the public key, is canonically encoded and not of small order.
6. ``R`` is not of small order, and equals the encoding of ``[S]B - [k]A`` as bytes.
7. One signature at a time: batch verification follows another equation.
8. When a key is added to a policy, and only then: ``A`` is also in the prime-order subgroup.

libsodium, as PyNaCl >= 1.6.2 ships it, keeps rules 4 to 8. OpenSSL, Go and ZIP 215 do not;
nor does the text of RFC 8032 decide. This module alone imports nacl.
"""

from __future__ import annotations

from binascii import b2a_base64
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Final

from nacl.bindings import crypto_core_ed25519_is_valid_point, crypto_sign_open
from nacl.exceptions import BadSignatureError

from pithbundle.encoding.spellings import base32_prefix, base64_bytes, hex_bytes
from pithbundle.encoding.values import BytesLike, as_bytes, require_type
from pithbundle.errors import InvalidKeyError

#: Bytes of a raw public key.
KEY_BYTES: Final = 32
#: Bytes of a raw signature.
SIGNATURE_BYTES: Final = 64

_P: Final = 2**255 - 19
# The y coordinates of the eight points of small order. The list chooses the words of a
# message; libsodium decides.
_ORDER_8_Y: Final = 0x5FC536D880238B13933C6D305ACDFD5F098EFF289F4C345B027B2C28F95E826
_SMALL_ORDER_Y: Final = frozenset({0, 1, _P - 1, _ORDER_8_Y, _P - _ORDER_8_Y})


def verify_strict(raw_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether ``signature`` is one of ``message`` under ``raw_key`` by rules 1 to 7 (SIG-2).

    ``raw_key`` is 32 bytes and ``signature`` 64, exactly ``bytes``; anything else is False,
    never an exception. Rule 8 is not checked here: see :class:`PublicKey`.
    """
    # Both lengths are ours to check. The binding passes the pointer of a short key on to C,
    # and a short signature would borrow its missing bytes from the message.
    if (
        type(signature) is not bytes
        or len(signature) != SIGNATURE_BYTES
        or type(raw_key) is not bytes
        or len(raw_key) != KEY_BYTES
        or type(message) is not bytes
    ):
        return False
    try:
        crypto_sign_open(signature + message, raw_key)
    except BadSignatureError:
        return False
    return True


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A valid public key: every instance keeps rules 5 and 8 (KEY-2).

    Raises:
        InvalidKeyError: ``key_invalid``, for raw bytes that are not 32, not canonical, of small
            order, not on the curve, or outside the prime-order subgroup.
        TypeError: ``raw`` is not bytes-like.
    """

    raw: bytes

    def __post_init__(self) -> None:
        object.__setattr__(self, "raw", as_bytes(self.raw, "use from_hex or from_base64"))
        if len(self.raw) != KEY_BYTES:
            raise InvalidKeyError("key_invalid", "an Ed25519 public key is 32 bytes")
        if not crypto_core_ed25519_is_valid_point(self.raw):
            raise InvalidKeyError("key_invalid", _why_invalid(self.raw))

    @classmethod
    def from_bytes(cls, raw: BytesLike) -> PublicKey:
        """Return the key of 32 raw bytes, if it is valid (KEY-2).

        Raises:
            InvalidKeyError: ``key_invalid``, as :class:`PublicKey`.
            TypeError: ``raw`` is not bytes-like.
        """
        return cls(as_bytes(raw, "use from_hex or from_base64"))

    @classmethod
    def from_hex(cls, text: str) -> PublicKey:
        """Return the key that 64 lower-case hex digits spell (TEXT-2).

        Raises:
            InvalidKeyError: ``encoding`` for another spelling, ``key_invalid`` as :meth:`from_bytes`.
            TypeError: ``text`` is not a str.
        """
        require_type("text", text, str)
        raw = hex_bytes(text, KEY_BYTES)
        if raw is None:
            raise InvalidKeyError("encoding", "a public key in hex is 64 lower-case digits")
        return cls(raw)

    @classmethod
    def from_base64(cls, text: str) -> PublicKey:
        """Return the key that 44 characters of padded standard base64 spell (TEXT-3).

        Raises:
            InvalidKeyError: ``encoding`` for another spelling, ``key_invalid`` as :meth:`from_bytes`.
            TypeError: ``text`` is not a str.
        """
        require_type("text", text, str)
        raw = base64_bytes(text, KEY_BYTES)
        if raw is None:
            raise InvalidKeyError("encoding", "a public key in base64 is 44 characters, padded, one spelling")
        return cls(raw)

    def verify(self, message: BytesLike, signature: BytesLike) -> bool:
        """Whether ``signature`` is a signature of ``message`` under this key (SIG-2).

        Args:
            message: what was signed. For receipts and events under the format ``pithbundle-event-1`` it
                is the raw 32 bytes of a digest, not its hex string and not the JSON.
            signature: the raw 64 bytes; of another length it is no signature, and the result
                is False.

        Raises:
            TypeError: an argument is not bytes-like.
        """
        return verify_strict(self.raw, as_bytes(message, "decode it"), as_bytes(signature, "decode it"))

    @property
    def hex(self) -> str:
        """The raw key as 64 lower-case hex digits."""
        return self.raw.hex()

    @property
    def base64(self) -> str:
        """The raw key as 44 characters of padded standard base64."""
        return b2a_base64(self.raw, newline=False).decode("ascii")

    @property
    def fingerprint_hex(self) -> str:
        """The first 16 bytes of the key's SHA-256 in hex: the fingerprint in a signer (KEY-3)."""
        return _sha256(self.raw)[:16].hex()

    @property
    def fingerprint_base32(self) -> str:
        """The first 26 characters of the base32 of the key's SHA-256 (KEY-4).

        130 bits, two more than :attr:`fingerprint_hex`, whatever the name of the
        registry's member. A fingerprint is for people to compare; it never selects a key.
        """
        return base32_prefix(_sha256(self.raw))


@lru_cache(maxsize=1024)
def _sha256(raw: bytes) -> bytes:
    # Read once for every event of a key.
    return sha256(raw).digest()


def _why_invalid(raw: bytes) -> str:
    """Return which rule a key breaks that libsodium rejected."""
    encoded = int.from_bytes(raw, "little")
    y = encoded & ((1 << 255) - 1)
    if y % _P in _SMALL_ORDER_Y:
        return "the key is of small order: anyone can sign for it"
    if y >= _P:
        return "the key is not canonically encoded"
    return "the key is not a point of the prime-order subgroup: verifiers could disagree on its signatures"


def self_test() -> None:
    """Check that the installed libsodium keeps the rules, one vector per way to break them (KEY-5).

    For a build of PyNaCl on a system's own libsodium, which may follow others. A few
    milliseconds; the vectors are made by the project's tests with their own arithmetic.

    Raises:
        InvalidKeyError: ``backend``, naming the first vector with another verdict.
    """
    from pithbundle.ed25519 import selftest_vectors as ed25519_vectors

    for name, key, message, signature, valid in ed25519_vectors.VERIFY:
        verdict = verify_strict(bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature))
        if verdict is not valid:
            raise InvalidKeyError("backend", f"vector {name}: {'rejected' if valid else 'accepted'}")
    for name, key, valid in ed25519_vectors.KEYS:
        if crypto_core_ed25519_is_valid_point(bytes.fromhex(key)) is not valid:
            raise InvalidKeyError("backend", f"key {name}: {'rejected' if valid else 'accepted'}")
