"""PROBE-4 by experiment: what each variant makes of an event, and how a recipe reads in words."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any, Final

import pytest

from pithbundle.verify.probing.elements import Element
from pithbundle.verify.probing.lenient import Layout, read_lenient
from pithbundle.verify.probing.recipes import Recipe, Variant, in_words, pre_authentication

EVENT: Final[dict[str, Any]] = {
    "t": "x",
    "p": {"b": 1, "a": "é", "c": "longer"},
    "sig": {"v": "0", "k": "k"},
    "id": "7",
    "text": base64.b64encode(b"a long text").decode(),
}


def made(recipe: Recipe, other_ids: tuple[str, ...] = ()) -> list[bytes]:
    node = read_lenient(json.dumps(EVENT).encode())
    assert isinstance(node, dict)
    return [*recipe.preimages(Element(0, 0, node, other_ids=other_ids))]


def dumped(value: Any, **options: Any) -> bytes:
    options = {"sort_keys": True, "separators": (",", ":"), "ensure_ascii": False, **options}
    return json.dumps(value, **options).encode()


def sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


KEPT: Final = {"t": "x", "p": {"b": 1, "a": "é", "c": "longer"}, "sig": {"k": "k"}}
EXCLUDED: Final = (("id",), ("sig", "v"), ("text",), ("no", "such"))
PAYLOAD: Final = sha(dumped(KEPT["p"]))


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        (Variant(), [dumped(KEPT)]),
        (Variant(Layout(in_order=True)), [dumped(KEPT, sort_keys=False)]),
        (Variant(Layout(ascii_only=True, spaced=True)), [json.dumps(KEPT, sort_keys=True).encode()]),
        (Variant(wrapper="event"), [dumped({"event": KEPT})]),
        (Variant(replaced="hex"), [dumped({**KEPT, "p": PAYLOAD})]),
        (Variant(replaced="prefixed"), [dumped({**KEPT, "p": "sha256:" + PAYLOAD})]),
        (Variant(replaced="named"), [dumped({"t": "x", "p_sha256": PAYLOAD, "sig": {"k": "k"}})]),
        (Variant(newline=True), [dumped(KEPT) + b"\n"]),
        (Variant(pae="a/b"), [b"DSSEv1 3 a/b %d %s" % (len(dumped(KEPT)), dumped(KEPT))]),
    ],
)
def test_a_variant_makes_these_bytes(variant: Variant, expected: list[bytes]) -> None:
    assert made(Recipe(excluded=EXCLUDED, variant=variant)) == expected


def test_links_are_tried_with_each_neighbour() -> None:
    digest = "ab" * 32
    link = Recipe(excluded=EXCLUDED, variant=Variant(link="prev"))
    assert made(link) == []
    assert made(link, ("x", digest)) == [dumped({**KEPT, "prev": "x"}), dumped({**KEPT, "prev": digest})]
    parents = Recipe(excluded=EXCLUDED, variant=Variant(link="parents"))
    assert made(parents, ("x",)) == [dumped({**KEPT, "parents": ["x"]})]
    raw, data = bytes.fromhex(digest), dumped(KEPT)
    before = Recipe(excluded=EXCLUDED, variant=Variant(link="before"))
    after = Recipe(excluded=EXCLUDED, variant=Variant(link="after"))
    assert made(before, (digest,)) == [digest.encode() + data, raw + data]
    assert made(after, ("x",)) == [data + b"x"]


def test_a_string_may_be_the_preimage() -> None:
    assert made(Recipe(text=("text",))) == [EVENT["text"].encode()]
    assert made(Recipe(text=("text",), decoding="base64")) == [b"a long text"]
    assert made(Recipe(text=("text",), decoding="base64", variant=Variant(pae="t"))) == [
        pre_authentication("t", b"a long text")
    ]
    assert made(Recipe(text=("p",))) == made(Recipe(text=("t",), decoding="base64")) == []


def test_a_base_that_is_no_object_makes_nothing() -> None:
    assert made(Recipe(base=("t",))) == made(Recipe(base=("none",))) == []
    assert made(Recipe(base=("p",), excluded=(("p", "b"),))) == [dumped({"a": "é", "c": "longer"})]
    without_payload = Recipe(excluded=(("p",), *EXCLUDED), variant=Variant(replaced="hex"))
    assert made(without_payload) == [dumped({"t": "x", "sig": {"k": "k"}})]
    assert made(Recipe(base=("p",), variant=Variant(replaced="hex"))) == [dumped(KEPT["p"])]


@pytest.mark.parametrize(
    ("recipe", "words"),
    [
        (
            Recipe(("a", "b"), (("a", "b", "c"),), Variant(wrapper="event")),
            'take "a/b"; exclude "a/b/c"; put it into an object under "event"; write JSON: members sorted, '
            "no spaces, UTF-8, numbers as written; hash with SHA-256",
        ),
        (
            Recipe(
                variant=Variant(
                    Layout(True, True, True), replaced="named", link="prev", newline=True, pae="x"
                )
            ),
            "take the event; replace the payload by its SHA-256 in hex under its name and "
            '_sha256; add the id of another event as "prev"; write JSON: members as written, a '
            "space after each comma and colon, characters outside U+0020 to U+007E escaped, numbers as "
            'written; add a line feed; encode for DSSE with the payload type "x"; hash with SHA-256',
        ),
        (
            Recipe(text=("a",), decoding="base64"),
            'take the string at "a"; decode it from base64; hash with SHA-256',
        ),
        (
            Recipe(text=("a",)),
            'take the string at "a"; hash with SHA-256',
        ),
    ],
)
def test_a_recipe_reads_in_words(recipe: Recipe, words: str) -> None:
    assert in_words(recipe, "SHA-256") == words
    assert "before the bytes" in in_words(Recipe(variant=Variant(link="before")), "SHA-256")


def test_what_a_document_can_state_is_marked() -> None:
    assert Variant(Layout(ascii_only=True), "event").is_expressible
    for variant in (
        Variant(Layout(in_order=True)), Variant(Layout(spaced=True)), Variant(Layout(indent=2)),
        Variant(replaced="hex"), Variant(pae="x"), Variant(link="prev"), Variant(newline=True),
        Variant(jws="bytes"),
    ):  # fmt: skip
        assert not variant.is_expressible


def test_an_indented_recipe_reads_in_words() -> None:
    words = in_words(Recipe(variant=Variant(Layout(indent=4), jws="base64url")), "SHA-256")
    assert "indented by 4 spaces" in words
    assert "put the protected header of JWS and a full stop before the bytes, the bytes in base64url" in words
