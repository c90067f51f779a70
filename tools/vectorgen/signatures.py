# ruff: noqa: E501  (tables: one vector, one row)
"""Stage signature: which signatures verify, and which keys are acceptable.

The vectors that break one rule each are those of ``make_ed25519_vectors``, built with
arithmetic of the tests' own; here they get their clause and their control.
"""

from __future__ import annotations

import base64
from hashlib import sha256
from typing import Final

import make_ed25519_vectors as made
from kit import SIGNERS
from kit import ed25519_reference as ed
from kit.stream import Stream
from vectorgen.vector_file import File, hexed

#: Beginning of a name, clauses, what the vector breaks.
FAMILIES: Final = (
    ("valid", "SIG-1 SIG-2", "a signature that verifies"),
    ("other-", "SIG-2", "of another message or another key"),
    ("hex-text-signed", "SIG-1", "over the hex digits of the digest"),
    ("halves-", "SIG-2", "R and S swapped"),
    ("sign-of-r", "SIG-2", "the sign bit of R changed"),
    ("all-zero", "SIG-2", "64 zero bytes"),
    ("signature-", "SIG-2", "not of 64 bytes"),
    ("key-31", "SIG-2 KEY-1", "not of 32 bytes"),
    ("key-33", "SIG-2 KEY-1", "not of 32 bytes"),
    ("ed25519", "SIG-1", "another variant of the algorithm"),
    ("s-plus", "SIG-2", "S not below L: a second signature that anyone can make"),
    ("key-", "SIG-2", "under a key of small order, or spelt in another way: anyone can sign"),
    ("r-", "SIG-2", "R of small order, or spelt in another way"),
    ("mixed-key-torsion", "SIG-3", "a mixed-order key whose torsion cancels: SIG-2 alone accepts it"),
    ("mixed-", "SIG-2", "only the cofactored equation is satisfied"),
)


def strict() -> File:
    """One vector for each way to break a rule."""
    file = File("signature", "strict", "Strict cofactorless Ed25519: one vector for each way to break it.")
    parts = (made.genuine, made.wrong_lengths, made.variants, made.unreduced_s, made.small_order_keys,
             made.small_order_r, made.mixed_order)  # fmt: skip
    for build in parts:
        for name, key, message, signature, valid in build():
            clauses, about = next((c, a) for prefix, c, a in FAMILIES if name.startswith(prefix))
            args = {"key": hexed(key), "message": hexed(message), "signature": hexed(signature)}
            file.add(name, about, f"{clauses} KEY-5", "verify_signature", args, {"ok": {"valid": valid}},
                     None if valid else "valid")  # fmt: skip
    return file


def bits() -> File:
    """Each byte of a signature, a message and a key counts."""
    file = File("signature", "bytes", "One bit changed in each byte of a signature, a message and a key.")
    base = {"key": made.KEY, "message": made.MESSAGE, "signature": made.SIGNATURE}

    def args(**changed: bytes) -> dict[str, dict[str, str]]:
        return {name: hexed(value) for name, value in {**base, **changed}.items()}

    file.accept("whole", "nothing changed", "SIG-2", "verify_signature", args(), valid=True)
    stream = Stream("signature bits")
    for what in ("signature", "message", "key"):
        for position in range(0, len(base[what]), 2):
            tampered = bytearray(base[what])
            tampered[position] ^= 1 << stream.below(8)
            file.add(f"{what}-{position}", f"one bit of byte {position}", "SIG-2", "verify_signature",
                     args(**{what: bytes(tampered)}), {"ok": {"valid": False}}, "whole")  # fmt: skip
    return file


def keys() -> File:
    """Acceptable keys and others."""
    file = File("signature", "keys", "Which public keys may be pinned, and their fingerprints.")

    def key_vector(name: str, about: str, clauses: str, raw: bytes) -> None:
        digest = sha256(raw).digest()
        file.accept(name, about, clauses, "public_key", {"key": hexed(raw)}, fingerprint_hex=digest[:16].hex(),
                    fingerprint_base32=base64.b32encode(digest).decode()[:26])  # fmt: skip

    registry = bytes.fromhex("b2d552b68890857171a78b36a5dccf368a953413288c353f7c9d9d6f94b709b3")
    # The spellings of the registry's key in its manifest, read there and not computed here.
    file.accept("registry", "the registry's key, with the fingerprints of its manifest", "KEY-1 KEY-2 KEY-3 KEY-4",
                "public_key", {"key": hexed(registry)}, fingerprint_hex="8d4b5ee74e4693bcd1df2446408b0d54",
                fingerprint_base32="RVFV5Z2OI2J3ZUO7ERDEBCYNKS")  # fmt: skip
    for signer in SIGNERS:
        key_vector(
            f"test-key-{signer.number}", "a published test key", "KEY-2 KEY-3 KEY-4", signer.public_key
        )
    for name, raw, is_acceptable in made.pinned():
        if is_acceptable:
            key_vector(name, "a point of prime order", "KEY-2", raw)
        else:
            file.reject(name, "not canonical, of small or mixed order, or not on the curve", "KEY-2 KEY-5 SIG-3",
                        "public_key", {"key": hexed(raw)}, "key_invalid", "acceptable")  # fmt: skip
    for name, raw in (("empty", b""), ("31-bytes", registry[:31]), ("33-bytes", registry + b"\0"),
                      ("64-bytes", registry * 2), ("hex-text", registry.hex().encode())):  # fmt: skip
        file.reject(name, "a key is 32 bytes", "KEY-1 KEY-2", "public_key", {"key": hexed(raw)}, "key_invalid",
                    "registry")  # fmt: skip
    file.reject(
        "zero",
        "y = 0, of order 4",
        "KEY-2",
        "public_key",
        {"key": hexed(bytes(32))},
        "key_invalid",
        "registry",
    )
    file.reject(
        "all-ones", "y over p", "KEY-2", "public_key", {"key": hexed(b"\xff" * 32)}, "key_invalid", "registry"
    )
    off = 0
    for y in range(3, 200):
        if ed.recover_x(y, 0) is None and off < 12:
            off += 1
            file.reject(f"off-curve-{y}", f"no point has y = {y}", "KEY-2", "public_key",
                        {"key": hexed(y.to_bytes(32, "little"))}, "key_invalid", "acceptable")  # fmt: skip
    return file


def files() -> list[File]:
    """The files of the stage."""
    return [strict(), bits(), keys()]
