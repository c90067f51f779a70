"""Ways to spoil an event, one fault each, with the verdict and code that it must get.

Every function leaves its argument alone and returns a copy. The verdicts suppose an event
that :func:`kit.signing.event` made under ``event-v1``, in the bundle of its own record,
under a policy that has its key active for every type.
"""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from kit import ed25519_reference as reference
from kit.signing import SIGNERS, Json, L, b64, signed_bytes

_B64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
OTHER_NUMBER: Final = "pith:2017:J2LUZ564FUOB74RUDD6Q7Q3WSE"


def changed(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    """A deep copy with one place set."""
    made = copy.deepcopy(value)
    place = made
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = new
    return made


def without(value: Any, path: tuple[str | int, ...]) -> Any:
    """A deep copy with one member or item left out."""
    made = copy.deepcopy(value)
    place = made
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return made


def signature_of(event: Json) -> bytes:
    """The 64 raw bytes of an event's signature."""
    return base64.b64decode(event["signature"]["signature_b64"], validate=True)


def with_signature(event: Json, raw: bytes) -> Json:
    """A copy with other signature bytes, properly spelt."""
    made: Json = changed(event, ("signature", "signature_b64"), b64(raw))
    return made


def signed_again(event: Json, nonce: int) -> Json:
    """A copy with another valid signature of its signer: Ed25519 lets the signer choose the nonce."""
    (signer,) = (one for one in SIGNERS if one.key_id == event["signer"]["key_id"])
    secret = reference.Secret.from_seed(signer.seed)
    r = reference.encode(reference.multiply(nonce, reference.B))
    k = reference.hash_to_scalar(r, signer.public_key, signed_bytes(event))
    return with_signature(event, r + ((nonce + k * secret.scalar) % L).to_bytes(32, "little"))


def respelt(text: str, spare: int = 1) -> str:
    """The base64 of 64 bytes with its 4 unused bits set to ``spare``, 1 to 15: Python decodes it alike."""
    last = _B64.index(text[85])
    return text[:85] + _B64[last & 0b110000 | spare] + text[86:]


def plus_order(event: Json) -> Json:
    """S + L in place of S: the same signature to a verifier that forgets to compare S with L."""
    raw = signature_of(event)
    return with_signature(event, raw[:32] + (int.from_bytes(raw[32:], "little") + L).to_bytes(32, "little"))


def flipped(event: Json, bit: int = 0) -> Json:
    """One bit of the signature, 0 to 511, changed."""
    raw = bytearray(signature_of(event))
    raw[bit // 8] ^= 1 << bit % 8
    return with_signature(event, bytes(raw))


def anonymous(event: Json) -> Json:
    """A copy that states no id, so that only what it holds is checked."""
    return {name: copy.deepcopy(value) for name, value in event.items() if name != "event_id"}


def _other_digit(stated: str) -> str:
    return stated[:-1] + ("0" if stated[-1] != "0" else "1")


def _upper_hex(stated: str) -> str:
    return stated[:7] + stated[7:].upper()


def _nested(depth: int) -> list[Any]:
    made: list[Any] = []
    for _ in range(depth - 1):
        made = [made]
    return made


def twin_key(text: bytes, marker: str, key: str) -> bytes:
    """JSON in which the member named ``marker`` is renamed to ``key``: how a key comes twice."""
    return text.replace(f'"{marker}"'.encode(), f'"{key}"'.encode())


@dataclass(frozen=True, slots=True)
class Spoilt:
    """One way to spoil an event and what must be said of the copy."""

    name: str
    make: Callable[[Json], Json]
    verdict: str
    #: None where the verdict says it all.
    code: str | None


def _set(path: tuple[str | int, ...], new: Any) -> Callable[[Json], Json]:
    """Set one place and leave the stated id, and so the digest it states, alone."""
    return lambda event: changed(event, path, new)


def _set_anonymously(path: tuple[str | int, ...], new: Any) -> Callable[[Json], Json]:
    return lambda event: changed(anonymous(event), path, new)


def _respell(spell: Callable[[str], str], *path: str) -> Callable[[Json], Json]:
    def made(event: Json) -> Json:
        text: Any = event
        for step in path:
            text = text[step]
        spoilt: Json = changed(event, path, spell(text))
        return spoilt

    return made


_UNKNOWN: Final = ("unknown",)
_SIGNATURE_TEXT: Final = ("signature", "signature_b64")

#: One fault each, in the order of the checks (CHECK-1 to CHECK-9).
SPOILT: Final = (
    Spoilt("no_target", lambda e: without(e, ("target",)), "invalid", "type"),
    Spoilt("created_at_is_number", _set(("created_at",), 1779070754), "invalid", "type"),
    Spoilt("signer_without_key_id", lambda e: without(e, ("signer", "key_id")), "invalid", "type"),
    Spoilt("receipt_as_signature", _set(("signature", "kind"), "pith_receipt"), "invalid", "type"),
    Spoilt("hour_24", _set(("created_at",), "2026-05-18T24:00:00Z"), "invalid", "time"),
    Spoilt("leap_second", _set(("created_at",), "2016-12-31T23:59:60Z"), "invalid", "time"),
    Spoilt("whole_float", _set(_UNKNOWN, 1.0), "invalid", "number_form"),
    Spoilt("integer_2_to_53", _set(_UNKNOWN, 2**53), "invalid", "number_range"),
    Spoilt("nul_character", _set(_UNKNOWN, "a\0b"), "invalid", "string"),
    Spoilt("long_key", _set(("k" * 257,), 1), "invalid", "key"),
    # The event itself is level 1, so the array makes 25.
    Spoilt("depth_25", _set(_UNKNOWN, _nested(24)), "invalid", "depth"),
    Spoilt("unsigned", lambda e: without(e, ("signature",)), "not_signed", None),
    Spoilt("payload_swapped", _set(("payload",), {"swapped": True}), "invalid", "hash_mismatch"),
    Spoilt("member_added", _set(_UNKNOWN, "added"), "invalid", "hash_mismatch"),
    Spoilt("wrong_id", _respell(_other_digit, "event_id"), "invalid", "hash_mismatch"),
    Spoilt("upper_case_id", _respell(_upper_hex, "event_id"), "invalid", "encoding"),
    Spoilt("bare_id", _respell(lambda text: text[7:], "event_id"), "invalid", "encoding"),
    Spoilt("other_subject", _set_anonymously(("subject_pith_number",), OTHER_NUMBER), "invalid", "subject"),
    Spoilt(
        "unknown_signer", _set_anonymously(("signer", "signer_id"), "nobody"), "unknown_key", "key_unknown"
    ),
    Spoilt(
        "other_fingerprint",
        _set_anonymously(("signer", "public_key_fingerprint"), "0" * 32),
        "unknown_key",
        "key_unknown",
    ),
    Spoilt("other_signature_key_id", _set(("signature", "key_id"), "other"), "unknown_key", "key_unknown"),
    Spoilt("algorithm_ph", _set(("signature", "algorithm"), "ed25519ph"), "invalid", "algorithm"),
    Spoilt("algorithm_case", _set(("signature", "algorithm"), "Ed25519"), "invalid", "algorithm"),
    Spoilt("respelt_base64", _respell(respelt, *_SIGNATURE_TEXT), "invalid", "encoding"),
    Spoilt("unpadded_base64", _respell(lambda text: text[:86], *_SIGNATURE_TEXT), "invalid", "encoding"),
    Spoilt("short_signature", lambda e: with_signature(e, signature_of(e)[:63]), "invalid", "encoding"),
    Spoilt("s_plus_l", plus_order, "invalid", "signature_invalid"),
    Spoilt("flipped_bit", flipped, "invalid", "signature_invalid"),
    Spoilt(
        "shifted_time",
        _set_anonymously(("created_at",), "2026-05-18T01:39:15.500000Z"),
        "invalid",
        "signature_invalid",
    ),
)


def decorated(event: Json) -> Json:
    """A copy with an unsigned member beside the signature's four: dropped and named, the verdict kept."""
    made: Json = changed(event, ("signature", "verified"), True)
    return made
