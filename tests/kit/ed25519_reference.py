"""Ed25519 in big integers, slow and plain: made to build what no honest signer builds.

RFC 8032 section 5.1 in affine coordinates. It shares no code with libsodium, so agreement
with it means something, and it can add torsion, leave S unreduced or spell a point oddly.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha512
from typing import Final

P: Final = 2**255 - 19
L: Final = 2**252 + 27742317777372353535851937790883648493
D: Final = -121665 * pow(121666, -1, P) % P

Point = tuple[int, int]
IDENTITY: Final[Point] = (0, 1)


def add(a: Point, b: Point) -> Point:
    """The sum of two points; complete, since D is not a square."""
    product = D * a[0] * b[0] * a[1] * b[1] % P
    x = (a[0] * b[1] + b[0] * a[1]) * pow(1 + product, -1, P)
    y = (a[1] * b[1] + a[0] * b[0]) * pow(1 - product, -1, P)
    return x % P, y % P


def negate(a: Point) -> Point:
    """The inverse of a point."""
    return -a[0] % P, a[1]


def multiply(scalar: int, a: Point) -> Point:
    """``scalar`` times a point, the scalar not reduced."""
    result = IDENTITY
    while scalar:
        if scalar & 1:
            result = add(result, a)
        a = add(a, a)
        scalar >>= 1
    return result


def recover_x(y: int, sign: int) -> int | None:
    """The x of a given parity that goes with y, or None where there is none."""
    square = (y * y - 1) * pow(D * y * y + 1, -1, P) % P
    x = pow(square, (P + 3) // 8, P)
    if x * x % P != square:
        x = x * pow(2, (P - 1) // 4, P) % P
    if x * x % P != square:
        return None
    return -x % P if x & 1 != sign else x


def base_point() -> Point:
    """B of RFC 8032: y = 4/5, x even."""
    y = 4 * pow(5, -1, P) % P
    x = recover_x(y, 0)
    if x is None:
        raise ArithmeticError("the base point is on the curve")
    return x, y


B: Final = base_point()


def encode(a: Point) -> bytes:
    """The canonical 32 bytes of a point."""
    return (a[1] | (a[0] & 1) << 255).to_bytes(32, "little")


def encode_raw(y: int, sign: int) -> bytes:
    """32 bytes of any y below 2**255 and any sign: canonical or not, a point or not."""
    return (y | sign << 255).to_bytes(32, "little")


def torsion_points() -> list[Point]:
    """The eight points of small order, as multiples 0 to 7 of one of order 8."""
    for y in range(2, 100):
        x = recover_x(y, 0)
        if x is None:
            continue
        point = multiply(L, (x, y))
        if multiply(4, point) != IDENTITY:
            return [multiply(n, point) for n in range(8)]
    raise ArithmeticError("some point below y = 100 has a component of order 8")


def hash_to_scalar(*parts: bytes) -> int:
    """SHA-512 of the parts, little-endian, mod L."""
    return int.from_bytes(sha512(b"".join(parts)).digest(), "little") % L


@dataclass(frozen=True, slots=True)
class Secret:
    """An expanded secret key: the scalar and the prefix of the nonce."""

    scalar: int
    prefix: bytes

    @classmethod
    def from_seed(cls, seed: bytes) -> Secret:
        """RFC 8032 section 5.1.5."""
        expanded = bytearray(sha512(seed).digest())
        expanded[0] &= 248
        expanded[31] = expanded[31] & 127 | 64
        return cls(int.from_bytes(expanded[:32], "little"), bytes(expanded[32:]))

    @property
    def public(self) -> Point:
        """A, as a point."""
        return multiply(self.scalar, B)

    def sign(self, message: bytes, dom2: bytes = b"") -> bytes:
        """RFC 8032 section 5.1.6; ``dom2`` turns it into the ctx or ph variant."""
        nonce = hash_to_scalar(dom2, self.prefix, message)
        r = encode(multiply(nonce, B))
        k = hash_to_scalar(dom2, r, encode(self.public), message)
        return r + ((nonce + k * self.scalar) % L).to_bytes(32, "little")
