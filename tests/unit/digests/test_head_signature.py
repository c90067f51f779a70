"""The signature of a head, and what a reader knows who pinned a key (MIRROR-6)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from kit.signing import MIRROR, L, canonical
from kit.trees import KEY, OTHER_KEY, Files, head, lines, signed
from pithbundle.digests.head import Head, HeadSignature
from pithbundle.errors import DigestError

TREE = Files().build(lines(3))
HEAD = head(TREE)
SIGNED = signed(HEAD)


def test_the_message_names_its_purpose() -> None:
    assert HEAD.message == b"pithbundle mirror head v1\n" + HEAD.to_bytes()
    assert SIGNED.message == HEAD.message and SIGNED.sha256 == HEAD.sha256


def test_a_signed_head_is_read_back() -> None:
    found = Head.from_bytes(SIGNED.to_bytes())
    assert found == SIGNED and found.signature_status(KEY) == "signed"
    assert found.content == HEAD.to_bytes() != found.to_bytes()


def test_the_four_statuses() -> None:
    assert HEAD.signature_status(KEY) == "unsigned"
    assert SIGNED.signature_status(KEY) == "signed"
    assert SIGNED.signature_status(OTHER_KEY) == "other_key"
    assert replace(SIGNED, events=1).signature_status(KEY) == "invalid"


@pytest.mark.parametrize(
    "message",
    [HEAD.content, b"pithbundle mirror head v2\n" + HEAD.content, HEAD.message + b"\n", HEAD.message[:-1]],
)
def test_a_signature_of_another_message(message: bytes) -> None:
    with pytest.raises(DigestError) as caught:
        HEAD.signed(KEY, MIRROR.sign(message))
    assert (caught.value.code, caught.value.clause) == ("signature_invalid", "MIRROR-6")


def test_a_signature_under_another_key_or_of_another_length() -> None:
    for key, signature in ((OTHER_KEY, MIRROR.sign(HEAD.message)), (KEY, MIRROR.sign(HEAD.message)[:63])):
        with pytest.raises(DigestError, match="not a signature of this head"):
            HEAD.signed(key, signature)


def test_the_strict_rules_of_the_project_hold() -> None:
    """A signature with S + L verifies in other libraries (SIG-2)."""
    signature = MIRROR.sign(HEAD.message)
    malleable = signature[:32] + (int.from_bytes(signature[32:], "little") + L).to_bytes(32, "little")
    assert replace(HEAD, signature=HeadSignature(KEY, malleable)).signature_status(KEY) == "invalid"


GOOD: Any = HeadSignature(KEY, MIRROR.sign(HEAD.message)).to_value()


@pytest.mark.parametrize(
    ("signature", "pointer"),
    [
        ([], ""), ("x", ""), ({}, ""), ({**GOOD, "more": 1}, ""),
        ({"signature_b64": GOOD["signature_b64"]}, ""),
        ({**GOOD, "signature_b64": GOOD["signature_b64"][:-4]}, "/signature_b64"),
        ({**GOOD, "signature_b64": GOOD["signature_b64"].rstrip("=")}, "/signature_b64"),
        ({**GOOD, "signature_b64": 1}, "/signature_b64"),
        ({**GOOD, "public_key_hex": 1}, "/public_key_hex"),
        ({**GOOD, "public_key_hex": GOOD["public_key_hex"].upper()}, "/public_key_hex"),
        ({**GOOD, "public_key_hex": "01" + "00" * 31}, "/public_key_hex"),
    ],
    ids=range(11),
)  # fmt: skip
def test_a_signature_that_is_not_in_its_form(signature: Any, pointer: str) -> None:
    value: Any = {**Head._members(HEAD), "signature": signature}
    with pytest.raises(DigestError) as caught:
        Head.from_bytes(canonical(value))
    assert caught.value.pointer == "/signature" + pointer and caught.value.code == "digest_invalid"


def test_a_null_is_no_absent_signature() -> None:
    with pytest.raises(DigestError, match="not the canonical ones"):
        Head.from_bytes(canonical({**Head._members(HEAD), "signature": None}))
