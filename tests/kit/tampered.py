# ruff: noqa: E501  (a table: one way, one row)
"""The tampered events: name, function, verdict, code, pointer, clauses.

The demo's tampered bundle, the vectors and the tests of the checks draw from this table. Every
function leaves its argument unchanged and returns a copy. The verdicts assume an event
that :func:`kit.signing.event` made under ``pithbundle-event-1``, in the bundle of its own record,
under a policy that has its key active for every type.
"""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from kit import ed25519_reference as reference
from kit.signing import DEMO, SIGNERS, Json, L, b64, sign, signed_bytes

_B64: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
OTHER_NUMBER: Final = "pith:2017:J2LUZ564FUOB74RUDD6Q7Q3WSE"


def changed(value: Any, path: tuple[str | int, ...], new: Any) -> Any:
    """A deep copy with one value replaced."""
    made = copy.deepcopy(value)
    container = made
    for step in path[:-1]:
        container = container[step]
    container[path[-1]] = new
    return made


def without(value: Any, path: tuple[str | int, ...]) -> Any:
    """A deep copy with one member or item left out."""
    made = copy.deepcopy(value)
    container = made
    for step in path[:-1]:
        container = container[step]
    del container[path[-1]]
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
    """A copy without an id, so that only its content is checked."""
    return {name: copy.deepcopy(value) for name, value in event.items() if name != "event_id"}


def _other_digit(claimed: str) -> str:
    return claimed[:-1] + ("0" if claimed[-1] != "0" else "1")


def _upper_hex(claimed: str) -> str:
    return claimed[:7] + claimed[7:].upper()


def _nested(depth: int) -> list[Any]:
    made: list[Any] = []
    for _ in range(depth - 1):
        made = [made]
    return made


def twin_key(text: bytes, marker: str, key: str) -> bytes:
    """JSON in which the member named ``marker`` is renamed to ``key``: how a key comes twice."""
    return text.replace(f'"{marker}"'.encode(), f'"{key}"'.encode())


@dataclass(frozen=True, slots=True)
class Tampered:
    """One way to tamper with an event, and the verdict that the result must get."""

    name: str
    make: Callable[[Json], Json]
    verdict: str
    #: None where the status alone is the verdict.
    code: str | None
    #: Where the fault is, inside the event; None where the verdict has no fault.
    pointer: str | None
    #: The clauses that decide it, separated by spaces.
    clauses: str
    about: str


def _set(path: tuple[str | int, ...], new: Any, otherwise: Any = None) -> Callable[[Json], Json]:
    """Set one value and keep the claimed id; ``otherwise`` is used where the event has ``new`` already."""

    def made(event: Json) -> Json:
        result: Json = changed(event, path, new)
        return result if result != event else changed(event, path, otherwise)

    return made


def _remove(*path: str) -> Callable[[Json], Json]:
    return lambda event: without(event, path)


def _set_anonymously(path: tuple[str | int, ...], new: Any) -> Callable[[Json], Json]:
    return lambda event: changed(anonymous(event), path, new)


def _set_and_sign(path: tuple[str | int, ...], new: Any) -> Callable[[Json], Json]:
    """Set one value before the event is signed, so that the signature is genuine."""
    return lambda event: sign(changed(event, path, new), DEMO)


def _respell(spell: Callable[[str], str], *path: str) -> Callable[[Json], Json]:
    def made(event: Json) -> Json:
        text: Any = event
        for step in path:
            text = text[step]
        result: Json = changed(event, path, spell(text))
        return result

    return made


_UNKNOWN: Final = ("unknown",)
_SIGNATURE: Final = ("signature", "signature_b64")
_ALGORITHM: Final = ("signature", "algorithm")
_KEY_ID: Final = ("signer", "key_id")
_SIGNER_ID: Final = ("signer", "signer_id")
_FINGERPRINT: Final = ("signer", "public_key_fingerprint")
_ALIAS: Final = ("payload", "alias_value")


def _group(
    verdict: str,
    code: str | None,
    pointer: str | None,
    clauses: str,
    *rows: tuple[str, Callable[[Json], Json], str],
) -> tuple[Tampered, ...]:
    """Rows of one verdict: name, function, comment."""
    return tuple(Tampered(name, make, verdict, code, pointer, clauses, about) for name, make, about in rows)


#: Other spellings of a signature that are no padded standard base64 of 64 bytes.
_SPELLINGS: Final[tuple[tuple[str, Callable[[str], str]], ...]] = (
    ("empty", lambda text: ""), ("space", lambda text: text + " "), ("newline", lambda text: text + "\n"),
    ("url_safe", lambda text: "-" + text[1:]), ("hex", lambda text: "ab" * 64), ("twice", lambda text: text + text),
    ("pad_first", lambda text: "=" + text[:-1]),
)  # fmt: skip

#: One fault each, in the order of the checks (CHECK-1 to CHECK-9). The demo's bundle contains these.
DEMO_TAMPERED: Final = (
    *_group("unknown_format", None, None, "FORMAT-8", ("no_target", _remove("target"), "a required member")),
    *_group("unknown_format", None, None, "FORMAT-8", ("created_at_is_number", _set(("created_at",), 1779070754), "a time is a string")),
    *_group("unknown_format", None, None, "FORMAT-8", ("signer_without_key_id", _remove(*_KEY_ID), "a required member of the signer")),
    *_group("unknown_format", None, None, "FORMAT-8", ("receipt_as_signature", _set(("signature", "kind"), "pith_receipt"), "the kind of a receipt")),
    *_group("invalid", "time", "/created_at", "CHECK-1",
            ("hour_24", _set(("created_at",), "2026-05-18T24:00:00Z"), "no such hour"),
            ("leap_second", _set(("created_at",), "2016-12-31T23:59:60Z"), "no leap second")),
    *_group("invalid", "number_form", "/unknown", "CHECK-1", ("whole_float", _set(_UNKNOWN, 1.0), "a whole float")),
    *_group("invalid", "number_range", "/unknown", "CHECK-1", ("integer_2_to_53", _set(_UNKNOWN, 2**53), "an integer beyond 2^53 - 1")),
    *_group("invalid", "string", "/unknown", "CHECK-1", ("nul_character", _set(_UNKNOWN, "a\0b"), "U+0000")),
    *_group("invalid", "key", "/" + "k" * 257, "CHECK-1", ("long_key", _set(("k" * 257,), 1), "a member name of 257 bytes")),
    # The event itself is level 1, so the array makes 25.
    *_group("invalid", "depth", "", "CHECK-1", ("depth_25", _set(_UNKNOWN, _nested(24)), "25 levels")),
    *_group("not_signed", None, None, "CHECK-2", ("unsigned", _remove("signature"), "no signature")),
    *_group("invalid", "hash_mismatch", "/event_id", "CHECK-3",
            ("payload_swapped", _set(("payload",), {"swapped": True}), "another payload"),
            ("member_added", _set(_UNKNOWN, "added"), "a member added after signing"),
            ("wrong_id", _respell(_other_digit, "event_id"), "one digit of the claimed id")),
    *_group("invalid", "encoding", "/event_id", "CHECK-3 CHECK-8",
            ("upper_case_id", _respell(_upper_hex, "event_id"), "an id in upper case"),
            ("bare_id", _respell(lambda text: text[7:], "event_id"), "an id without its prefix")),
    *_group("invalid", "subject", "/subject_pith_number", "CHECK-4",
            ("other_subject", _set_anonymously(("subject_pith_number",), OTHER_NUMBER), "the number of another record")),
    *_group("unknown_key", "key_unknown", "/signer/signer_id", "CHECK-5", ("unknown_signer", _set_anonymously(_SIGNER_ID, "nobody"), "a signer of no key")),
    *_group("unknown_key", "key_unknown", "/signer/public_key_fingerprint", "CHECK-5", ("other_fingerprint", _set_anonymously(_FINGERPRINT, "0" * 32), "a fingerprint of no key")),
    *_group("unknown_key", "key_unknown", "/signer/key_id", "CHECK-5", ("other_signature_key_id", _set(("signature", "key_id"), "other"), "the signature names another key")),
    *_group("invalid", "algorithm", "/signature/algorithm", "CHECK-7",
            ("algorithm_ph", _set(_ALGORITHM, "ed25519ph"), "another algorithm"),
            ("algorithm_case", _set(_ALGORITHM, "Ed25519"), "another case")),
    *_group("invalid", "encoding", "/signature/signature_b64", "CHECK-3 CHECK-8",
            ("respelt_base64", _respell(respelt, *_SIGNATURE), "unused bits set"),
            ("unpadded_base64", _respell(lambda text: text[:86], *_SIGNATURE), "no padding"),
            ("short_signature", lambda e: with_signature(e, signature_of(e)[:63]), "63 bytes")),
    *_group("invalid", "signature_invalid", "/signature/signature_b64", "CHECK-9",
            ("s_plus_l", plus_order, "S + L in place of S"),
            ("flipped_bit", flipped, "one bit of the signature"),
            ("shifted_time", _set_anonymously(("created_at",), "2026-05-18T01:39:15.500000Z"), "the time changed, without the id that would show it")),
)  # fmt: skip

#: More values of the same faults.
TAMPERED: Final = (
    *DEMO_TAMPERED,
    *_group("invalid", "encoding", "/event_id", "CHECK-8",
            ("id_empty", _set(("event_id",), ""), "an empty id"),
            ("id_prefix", _set(("event_id",), "sha256:"), "nothing but the prefix"),
            ("id_sha512", _respell(lambda text: "sha512:" + text[7:], "event_id"), "another prefix"),
            ("id_space", _respell(lambda text: text + " ", "event_id"), "a space behind")),
    *_group("invalid", "hash_mismatch", "/event_id", "CHECK-3", ("id_zero", _set(("event_id",), "sha256:" + "0" * 64), "no digest of anything")),
    *_group("invalid", "hash_mismatch", "/event_id", "CHECK-3 CHECK-12",
            ("altered_letter", _set(_ALIAS, "X", "Y"), "altered after signing: one letter of a signed string"),
            ("altered_time", _set(("created_at",), "2026-05-18T01:39:15Z", "2026-05-18T01:39:16Z"), "altered after signing: the time"),
            ("altered_type", _set(("event_type",), "peer_review", "review"), "altered after signing: the type, to one of no rules"),
            ("altered_target", _set(("target",), "graph", "record"), "altered after signing: the target"),
            ("altered_signer_type", _set(("signer", "signer_type"), "author", "mirror"), "altered after signing: the signer's type"),
            ("altered_member", lambda e: {**e, "note": 1}, "altered after signing: a member added"),
            ("neither", lambda e: flipped(changed(e, _ALIAS, "X")), "altered after signing: content and signature altered: no genuine signature")),
    *_group("unknown_key", "key_unknown", "/signer/signer_id", "CHECK-5 POL-3", *(
        (f"unknown_{name}", _set_and_sign(_SIGNER_ID, value), "the pair of signer and key_id is in no key of the policy")
        for name, value in (("signer_id", "nobody"), ("signer_case", "Demo.example"), ("signer_proto", "__proto__")))),
    *_group("unknown_key", "key_unknown", "/signer/key_id", "CHECK-5 POL-3", *(
        (f"unknown_{name}", _set_and_sign(_KEY_ID, value), "the pair of signer and key_id is in no key of the policy")
        for name, value in (("key_id", "nothing"), ("key_proto", "constructor")))),
    *_group("unknown_key", "key_unknown", "/signer/public_key_fingerprint", "CHECK-5 POL-3", *(
        (f"unknown_fingerprint_{name}", _set_and_sign(_FINGERPRINT, value), "the fingerprint is of no key of the pair")
        for name, value in (
            ("upper", DEMO.fingerprint.upper()), ("base32", "RVFV5Z2OI2J3ZUO7ERDEBCYNKS"),
            ("raw_key", DEMO.public_key.hex()), ("empty", "")))),
    *_group("invalid", "algorithm", "/signature/algorithm", "CHECK-7", *(
        (f"algorithm_{name}", _set(_ALGORITHM, value), "exactly the string ed25519")
        for name, value in (
            ("upper", "ED25519"), ("space", "ed25519 "), ("hs256", "HS256"), ("none", "none"), ("empty", ""), ("ed448", "ed448"),
            ("ctx", "ed25519ctx"))),
        ("algorithm_missing", _remove(*_ALGORITHM), "exactly the string ed25519")),
    *_group("invalid", "type", "/signature/algorithm", "CHECK-1", *(
        (f"algorithm_{name}", _set(_ALGORITHM, value), "an optional role of another type")
        for name, value in (("null", None), ("list", ["ed25519"]), ("object", {"name": "ed25519"}), ("number", 25519), ("true", True)))),
    *_group("invalid", "encoding", "/signature/signature_b64", "CHECK-8 TEXT-3", *(
        (f"form_{name}", _respell(spell, *_SIGNATURE), "88 characters of padded standard base64")
        for name, spell in _SPELLINGS)),
    *_group("invalid", "encoding", "/signature/signature_b64", "CHECK-8 TEXT-1 TEXT-3", *(
        (f"form_spare_{spare}", _respell(partial(respelt, spare=spare), *_SIGNATURE), "unused bits are zero: another spelling of one signature")
        for spare in range(2, 16))),
    *_group("invalid", "signature_invalid", "/signature/signature_b64", "CHECK-9 SIG-2", *(
        (f"bit_{bit}", partial(flipped, bit=bit), "one bit of the signature") for bit in (0, 7, 255, 256, 511)),
        ("zero_signature", lambda e: with_signature(e, bytes(64)), "64 zero bytes")),
)  # fmt: skip


#: Those that contain no new genuine signature: what somebody without a key can make.
ALTERED: Final = tuple(row for row in TAMPERED if row in DEMO_TAMPERED or row.verdict != "unknown_key")


def tampered(name: str) -> Tampered:
    """The row of a name."""
    return next(row for row in TAMPERED if row.name == name)


def decorated(event: Json) -> Json:
    """A copy with an unsigned member beside the signature's four: dropped and named, the verdict kept."""
    made: Json = changed(event, ("signature", "verified"), True)
    return made
