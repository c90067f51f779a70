"""PROBE-3 by experiment: every text form of a digest and of a signature, and what is none."""

from __future__ import annotations

import base64
import json
from typing import Final

import pytest

from pithbundle.verify.probing.candidates import MOST, candidates, decode, is_jws_header, time_form
from pithbundle.verify.probing.lenient import Number, read_lenient

DIGEST: Final = bytes(range(100, 132))
SIGNATURE: Final = bytes(range(64))
LETTERS: Final = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


def base58(raw: bytes) -> str:
    number, text = int.from_bytes(raw, "big"), ""
    while number:
        number, digit = divmod(number, 58)
        text = LETTERS[digit] + text
    return text


def unpadded(text: bytes) -> str:
    return text.decode().rstrip("=")


@pytest.mark.parametrize(
    ("text", "form", "raw"),
    [
        (DIGEST.hex(), "hex", DIGEST),
        (DIGEST.hex().upper(), "HEX", DIGEST),
        ("sha256:" + DIGEST.hex(), "prefixed", DIGEST),
        ("urn:sha256:" + DIGEST.hex(), "urn:sha256: and hex", DIGEST),
        ("sha256:" + DIGEST.hex().upper(), "sha256: and HEX", DIGEST),
        (base64.b64encode(DIGEST).decode(), "base64", DIGEST),
        (unpadded(base64.urlsafe_b64encode(DIGEST)), "base64url", DIGEST),
        (base64.b32encode(DIGEST).decode(), "base32", DIGEST),
        (unpadded(base64.b32encode(DIGEST)).lower(), "base32", DIGEST),
        ("1220" + DIGEST.hex(), "multihash in hex", DIGEST),
        (base58(b"\x12\x20" + DIGEST), "multihash in base58", DIGEST),
        ("b" + unpadded(base64.b32encode(b"\x01\x55\x12\x20" + DIGEST)).lower(), "multibase", DIGEST),
        ("u" + unpadded(base64.urlsafe_b64encode(b"\x12\x20" + DIGEST)), "multibase", DIGEST),
        ("f1220" + DIGEST.hex(), "multibase", DIGEST),
        ("z" + base58(b"\x12\x20" + DIGEST), "multibase", DIGEST),
        (base64.b64encode(SIGNATURE).decode(), "base64", SIGNATURE),
        (unpadded(base64.urlsafe_b64encode(SIGNATURE)), "base64url", SIGNATURE),
        (base64.urlsafe_b64encode(b"\xff" * 64).decode(), "base64url with padding", b"\xff" * 64),
        (unpadded(base64.b64encode(b"\xff" * 64)), "base64 without padding", b"\xff" * 64),
        (SIGNATURE.hex(), "hex", SIGNATURE),
        ("ed25519:" + SIGNATURE.hex(), "ed25519: and hex", SIGNATURE),
        (base64.b32encode(SIGNATURE).decode(), "base32", SIGNATURE),
    ],
)  # fmt: skip
def test_every_form_is_decoded(text: str, form: str, raw: bytes) -> None:
    assert decode(text) == (form, raw)


@pytest.mark.parametrize(
    "text",
    [
        "", "short", "x" * 64, "é" * 64, DIGEST.hex()[:-1], DIGEST.hex() + "00", "a" * 300,
        "pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH", "zz" + "0" * 50, "b" + "1" * 50, "u" + "!" * 50,
        "fzz" + "0" * 61, "https://registry.example/a/long/address/of/a/document", "A2" * 25 + "A",
    ],
)  # fmt: skip
def test_other_texts_are_no_candidates(text: str) -> None:
    assert decode(text) is None


def test_candidates_come_from_anywhere_the_least_deep_first() -> None:
    element = {"a": {"deep": [SIGNATURE.hex()]}, "id": DIGEST.hex(), "s": SIGNATURE.hex(), "n": 1}
    signatures, digests = candidates(read_lenient(json.dumps(element).encode()))
    assert [each.path for each in signatures] == [("s",), ("a", "deep", 0)]
    assert [each.path for each in digests] == [("id",), ("s",), ("a", "deep", 0)]
    many = read_lenient(json.dumps([DIGEST.hex()] * 50).encode())
    assert len(candidates(many)[1]) == MOST


@pytest.mark.parametrize(
    ("node", "form"),
    [
        ("2026-06-01T00:00:00Z", "rfc3339"),
        ("2026-06-01T00:00:00.123456+00:00", "rfc3339"),
        ("2026-06-01T02:00:00+02:00", "other"),
        ("2026-06-01 00:00", "other"),
        (Number("1780000000"), "seconds"),
        (Number("1780000000123"), "milliseconds"),
        (Number("17"), None),
        ("yesterday at noon", None),
        ("now", None),
        (True, None),
    ],
)
def test_times_are_known_by_their_shape(node: object, form: str | None) -> None:
    assert time_form(node) == form  # type: ignore[arg-type]


def test_a_compact_jws_is_decoded_to_its_signature() -> None:
    header = unpadded(base64.urlsafe_b64encode(b'{"alg":"EdDSA"}'))
    signature = unpadded(base64.urlsafe_b64encode(SIGNATURE))
    for payload in ("", "eyJhIjoxfQ"):
        assert decode(f"{header}.{payload}.{signature}") == ("compact JWS", SIGNATURE)
    for text in (
        f"{header}.{signature}",
        f"x.y.{signature}",
        f"{header}..{signature[1:]}",
        f"eyJ..{signature}",
    ):
        assert decode(text) is None
    assert is_jws_header(header)
    # No JSON, no object with alg, no base64.
    for other in ("eyJhbGciOiJFZERTQ", "eyJhIjoxfQ", "WyJhbGciXQ", "ey!", "eyJ"):
        assert not is_jws_header(other)
