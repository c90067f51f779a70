"""Builds src/pithbundle/ed25519/selftest_vectors.py: ``python tools/make_ed25519_vectors.py --write``.

Each vector breaks one rule of the signature clauses and nothing else, so that a library
without that rule accepts it. Everything comes from fixed seeds; the ordinary test
run rebuilds the file and compares bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from hashlib import sha256, sha512
from pathlib import Path

from kit import ed25519_reference as ed

TARGET = Path(__file__).parent.parent / "src" / "pithbundle" / "ed25519" / "selftest_vectors.py"

Signed = tuple[str, bytes, bytes, bytes, bool]
Pinned = tuple[str, bytes, bool]

TORSION = ed.torsion_points()
SECRET = ed.Secret.from_seed(sha256(b"pithbundle self-test key 1").digest())
OTHER = ed.Secret.from_seed(sha256(b"pithbundle self-test key 2").digest())
KEY = ed.encode(SECRET.public)
MESSAGE = sha256(b"pithbundle self-test message").digest()
SIGNATURE = SECRET.sign(MESSAGE)

#: Every other spelling of a point of small order: y + p where it fits, and "minus zero".
ODD_SMALL_ORDER = [
    ("minus-zero-identity", ed.encode_raw(1, 1)),
    ("minus-zero-order-2", ed.encode_raw(ed.P - 1, 1)),
    ("y-is-p", ed.encode_raw(ed.P, 0)),
    ("y-is-p-signed", ed.encode_raw(ed.P, 1)),
    ("y-is-p-plus-1", ed.encode_raw(ed.P + 1, 0)),
    ("y-is-p-plus-1-signed", ed.encode_raw(ed.P + 1, 1)),
]
ORDERS = (1, 8, 4, 8, 2, 8, 4, 8)


def scalar_bytes(scalar: int) -> bytes:
    """A scalar as it is written in a signature, reduced or not."""
    return scalar.to_bytes(32, "little")


def messages() -> Iterator[bytes]:
    """32-byte messages to try until the challenge has the wanted residue."""
    for counter in range(4096):
        yield sha256(b"pithbundle self-test grind %d" % counter).digest()


def with_challenge(r: bytes, key: bytes, residue: int, modulus: int = 8) -> tuple[bytes, int]:
    """The first message whose challenge k is ``residue`` mod ``modulus``, and k."""
    for message in messages():
        k = ed.hash_to_scalar(r, key, message)
        if k % modulus == residue:
            return message, k
    raise ArithmeticError("one of 4096 challenges has each residue mod 8")


def genuine() -> Iterator[Signed]:
    """Valid signatures, and the plain ways not to be one."""
    yield "valid", KEY, MESSAGE, SIGNATURE, True
    yield "valid-empty-message", KEY, b"", SECRET.sign(b""), True
    yield "valid-long-message", KEY, MESSAGE * 9, SECRET.sign(MESSAGE * 9), True
    yield "valid-other-key", ed.encode(OTHER.public), MESSAGE, OTHER.sign(MESSAGE), True
    yield "other-message", KEY, sha256(MESSAGE).digest(), SIGNATURE, False
    yield "other-key", ed.encode(OTHER.public), MESSAGE, SIGNATURE, False
    yield "hex-text-signed", KEY, MESSAGE, SECRET.sign(MESSAGE.hex().encode()), False
    swapped = SIGNATURE[32:] + SIGNATURE[:32]
    yield "halves-swapped", KEY, MESSAGE, swapped, False
    flipped = SIGNATURE[:31] + bytes([SIGNATURE[31] ^ 128]) + SIGNATURE[32:]
    yield "sign-of-r-flipped", KEY, MESSAGE, flipped, False
    yield "all-zero-signature", KEY, MESSAGE, bytes(64), False


def wrong_lengths() -> Iterator[Signed]:
    """Rule 3: 64 bytes, 32 bytes. A short signature must not borrow from the message."""
    yield "signature-63", KEY, SIGNATURE[63:] + MESSAGE, SIGNATURE[:63], False
    yield "signature-65", KEY, MESSAGE, SIGNATURE + MESSAGE[:1], False
    yield "signature-0-message-signed", KEY, SIGNATURE + MESSAGE, b"", False
    yield "key-31", KEY[:31], MESSAGE, SIGNATURE, False
    yield "key-33", KEY + b"\0", MESSAGE, SIGNATURE, False


def variants() -> Iterator[Signed]:
    """Rule 1: Ed25519ctx and Ed25519ph signatures are not Ed25519 signatures."""
    prefix = b"SigEd25519 no Ed25519 collisions"
    yield "ed25519ctx", KEY, MESSAGE, SECRET.sign(MESSAGE, prefix + b"\x00\x04pith"), False
    prehashed = SECRET.sign(sha512(MESSAGE).digest(), prefix + b"\x01\x00")
    yield "ed25519ph", KEY, MESSAGE, prehashed, False


def unreduced_s() -> Iterator[Signed]:
    """Rule 4: S + nL satisfies the equation for every n that fits in 32 bytes."""
    s = int.from_bytes(SIGNATURE[32:], "little")
    for n in (1, 2, 8, 15):
        yield f"s-plus-{n}l", KEY, MESSAGE, SIGNATURE[:32] + scalar_bytes(s + n * ed.L), False


def small_order_keys() -> Iterator[Signed]:
    """Rule 5: with k = 0 mod 8, R = [S]B satisfies the equation under a key of small order."""
    spelt = [(f"order-{order}-{n}", ed.encode(TORSION[n])) for n, order in enumerate(ORDERS)]
    s = ed.hash_to_scalar(b"pithbundle self-test s")
    r = ed.encode(ed.multiply(s, ed.B))
    for name, key in spelt + ODD_SMALL_ORDER:
        message, _ = with_challenge(r, key, 0)
        yield f"key-{name}", key, message, r + scalar_bytes(s), False


def small_order_r() -> Iterator[Signed]:
    """Rule 6: with R of small order S = ka satisfies the equation, under a key of the same torsion."""
    for n, order in enumerate(ORDERS):
        if n == 0:
            key, residue = KEY, 0
        else:
            # A = aB - T with k = n mod 8 leaves R = [n]T, T of order 8.
            key, residue = ed.encode(ed.add(SECRET.public, ed.negate(TORSION[1]))), n
        r = ed.encode(TORSION[n])
        message, k = with_challenge(r, key, residue)
        yield f"r-order-{order}-{n}", key, message, r + scalar_bytes(k * SECRET.scalar % ed.L), False
    for name in ("minus-zero-identity", "y-is-p-plus-1", "y-is-p-plus-1-signed"):
        r = dict(ODD_SMALL_ORDER)[name]
        k = ed.hash_to_scalar(r, KEY, MESSAGE)
        yield f"r-{name}", KEY, MESSAGE, r + scalar_bytes(k * SECRET.scalar % ed.L), False


def mixed_order() -> Iterator[Signed]:
    """Rule 6, cofactorless: torsion in A or R must cancel, not be multiplied away."""
    nonce = ed.hash_to_scalar(b"pithbundle self-test nonce")
    for n in (1, 2, 4):
        mixed_key = ed.encode(ed.add(SECRET.public, TORSION[n]))
        r = ed.encode(ed.multiply(nonce, ed.B))
        message, k = with_challenge(r, mixed_key, 1)
        s = scalar_bytes((nonce + k * SECRET.scalar) % ed.L)
        yield f"mixed-key-cofactored-only-{n}", mixed_key, message, r + s, False
        message, k = with_challenge(r, mixed_key, 0)
        s = scalar_bytes((nonce + k * SECRET.scalar) % ed.L)
        # Valid, and so the reason for rule 8: only the check of a key rejects it.
        yield f"mixed-key-torsion-cancels-{n}", mixed_key, message, r + s, True
        mixed_r = ed.encode(ed.add(ed.multiply(nonce, ed.B), TORSION[n]))
        k = ed.hash_to_scalar(mixed_r, KEY, MESSAGE)
        s = scalar_bytes((nonce + k * SECRET.scalar) % ed.L)
        yield f"mixed-r-cofactored-only-{n}", KEY, MESSAGE, mixed_r + s, False


def pinned() -> Iterator[Pinned]:
    """Rules 5 and 8, as applied when a key is loaded."""
    yield "acceptable", KEY, True
    yield "acceptable-other", ed.encode(OTHER.public), True
    for n, order in enumerate(ORDERS):
        yield f"order-{order}-{n}", ed.encode(TORSION[n]), False
    for name, key in ODD_SMALL_ORDER:
        yield name, key, False
    for n in range(1, 8):
        yield f"mixed-{n}", ed.encode(ed.add(SECRET.public, TORSION[n])), False
    # The only spellings of a larger point that are not canonical: y = 2 to 18, plus p.
    for y in range(2, 19):
        if ed.recover_x(y, 0) is not None:
            yield f"y-is-p-plus-{y}", ed.encode_raw(ed.P + y, 0), False
    off_curve = next(y for y in range(2, 99) if ed.recover_x(y, 0) is None)
    yield "not-on-the-curve", ed.encode_raw(off_curve, 0), False


def build() -> str:
    """The text of the vector module."""
    lines = [
        '"""One vector per way to break the signature rules (spec KEY-5). Generated: do not edit.',
        "",
        "Built by tools/make_ed25519_vectors.py from fixed seeds; the tests compare the bytes.",
        '"""',
        "",
        "# fmt: off",
        "# ruff: noqa: E501",
        "from typing import Final",
        "",
        "#: Name, key, message, signature (hex), and whether the signature is valid by rules 1 to 7.",
        "VERIFY: Final[tuple[tuple[str, str, str, str, bool], ...]] = (",
    ]
    for part in (genuine, wrong_lengths, variants, unreduced_s, small_order_keys, small_order_r, mixed_order):
        for name, key, message, signature, valid in part():
            lines.append(f'    ("{name}", "{key.hex()}", "{message.hex()}", "{signature.hex()}", {valid}),')
    lines += [
        ")",
        "",
        "#: Name, key (hex), and whether the key is valid by rules 5 and 8.",
        "KEYS: Final[tuple[tuple[str, str, bool], ...]] = (",
    ]
    lines += [f'    ("{name}", "{key.hex()}", {acceptable}),' for name, key, acceptable in pinned()]
    return "\n".join([*lines, ")", ""])


if __name__ == "__main__":
    built = build()
    if sys.argv[1:] == ["--write"]:
        TARGET.write_text(built, encoding="utf-8")
    elif TARGET.read_text(encoding="utf-8") != built:
        sys.exit(f"{TARGET.name} is not what this script builds; run it with --write")
