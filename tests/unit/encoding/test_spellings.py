from __future__ import annotations

import base64
import binascii
import hashlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pithbundle.encoding.spellings import base32_prefix, base64_bytes, event_id_digest, hex_bytes

RAW = hashlib.sha512(b"a signature").digest()
TEXT = base64.b64encode(RAW).decode()
# An older Python decoder takes all of these; none is the one spelling.
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
INSERTED = ("\n", "\r", " ", "\t", "!", "\0", "=", "-", "_", "\u200b", "\ud800")


def spellings_of_the_same_bits() -> list[str]:
    """The 15 other last characters that differ in unused bits alone."""
    last = ALPHABET.index(TEXT[85])
    return [TEXT[:85] + ALPHABET[last & ~15 | bits] + "==" for bits in range(16) if bits != last & 15]


def base64_attacks() -> list[str]:
    attacks = spellings_of_the_same_bits()
    attacks += [TEXT[:at] + extra + TEXT[at:] for extra in INSERTED for at in range(0, 89, 4)]
    attacks += [TEXT[:at] + extra + TEXT[at + 1 :] for extra in INSERTED for at in range(0, 88, 8)]
    attacks += [TEXT[:-1], TEXT[:-2], TEXT + "=", TEXT + "==", TEXT + TEXT, TEXT + "AAAA", "=" + TEXT]
    attacks += [TEXT.replace("=", "%3D"), TEXT.rstrip("=") + "\u003d\uff1d", "", "=" * 88, "A" * 88]
    attacks += [base64.b64encode(RAW + b"\0").decode(), base64.b64encode(RAW[:63]).decode()]
    return [*dict.fromkeys(attacks)]


def hex_attacks() -> list[str]:
    text = RAW[:32].hex()
    attacks = [text.upper(), text + "\n", " " + text, text + "00", text[:-2], text[:-1], "0x" + text, ""]
    attacks += [text[:at] + char + text[at + 1 :] for at in range(0, 64, 2) for char in "gG \n٣\ud800"]
    attacks += [text[:at] + " " + text[at:] for at in range(0, 64, 4)]
    attacks += [text[: 2 * at] + text[2 * at :].upper() for at in range(1, 28)]
    attacks += [" " * 64, text.replace(text[0], chr(ord("\uff10") + int(text[0], 16)))]
    return [attack for attack in dict.fromkeys(attacks) if attack != text]


def test_the_attacks_are_many_and_some_decoders_take_them() -> None:
    assert len(base64_attacks()) + len(hex_attacks()) >= 464
    for text in spellings_of_the_same_bits():
        assert base64.b64decode(text, validate=True) == RAW
        assert binascii.a2b_base64(text, strict_mode=True) == RAW


@pytest.mark.parametrize("text", base64_attacks(), ids=ascii)
def test_base64_has_one_spelling(text: str) -> None:
    assert base64_bytes(text, 64) is None


@pytest.mark.parametrize("text", hex_attacks(), ids=ascii)
def test_hex_has_one_spelling(text: str) -> None:
    assert hex_bytes(text, 32) is None
    assert event_id_digest("sha256:" + text) is None


def test_the_url_alphabet_is_not_the_standard_one() -> None:
    assert base64_bytes(base64.urlsafe_b64encode(b"\xff" * 64).decode(), 64) is None
    assert base64_bytes(base64.b64encode(b"\xff" * 64).decode(), 64) == b"\xff" * 64


@pytest.mark.parametrize("prefix", ["SHA256:", "sha256", "sha256::", "sha512:", "", " sha256:", "sha-256:"])
def test_an_id_has_one_prefix(prefix: str) -> None:
    assert event_id_digest(prefix + RAW[:32].hex()) is None
    # Of the right length, so that the prefix alone rejects it.
    assert event_id_digest((prefix + RAW[:32].hex() + "0" * 9)[:71]) is None


@given(st.binary(max_size=70))
@example(b"")
def test_what_is_written_is_read(raw: bytes) -> None:
    assert hex_bytes(raw.hex(), len(raw)) == raw
    assert base64_bytes(base64.b64encode(raw).decode(), len(raw)) == raw
    assert hex_bytes(raw.hex(), len(raw) + 1) is None
    assert base64_bytes(base64.b64encode(raw).decode(), len(raw) + 1) is None


@given(st.text(max_size=100), st.integers(0, 40))
@example("=" * 4, 1)
@example("A===", 1)
def test_no_string_raises(text: str, length: int) -> None:
    raw = hex_bytes(text, length)
    assert raw is None or raw.hex() == text
    raw = base64_bytes(text, length)
    assert raw is None or base64.b64encode(raw).decode() == text
    assert event_id_digest(text) is None


@given(st.binary(min_size=32, max_size=32))
def test_ids_and_base32_of_a_digest(digest: bytes) -> None:
    assert event_id_digest("sha256:" + digest.hex()) == digest
    assert base32_prefix(digest) == base64.b32encode(digest).decode()[:26]
