"""FORMAT-2: pointers of format documents, the part to which they belong, and the values at them."""

from __future__ import annotations

from typing import Any

import pytest

from kit.format_vectors import documents
from kit.oracle import formats as oracle
from pithbundle.bundle.event_pointers import (
    MISSING,
    is_above,
    is_covered,
    is_index,
    overlap,
    path_of,
    region,
    value_at,
    without,
)


def path(text: str) -> tuple[str, ...]:
    found = path_of(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", ()),
        ("/", ("",)),
        ("/a/b", ("a", "b")),
        ("/a~1b/~0", ("a/b", "~")),
        ("/~01", ("~1",)),
        ("/a" * 16, ("a",) * 16),
    ],
)
def test_a_pointer_is_its_tokens(text: str, tokens: tuple[str, ...]) -> None:
    assert path_of(text) == tokens


@pytest.mark.parametrize(
    "text", ["a", "/-", "/a/-/b", "/~", "/~2", "/a~", "/a" * 17, "/\uff5e", "/\0", "/" + "a" * 257]
)
def test_what_is_no_pointer_of_a_document(text: str) -> None:
    assert path_of(text) is None


def test_above_and_overlap() -> None:
    assert is_above(("a",), ("a", "b")) and is_above(("a",), ("a",)) and not is_above(("a", "b"), ("a",))
    assert overlap(("a", "b"), ("a",)) and not overlap(("a", "b"), ("a", "c"))


def test_regions_are_those_of_the_oracle() -> None:
    for document in documents():
        body = oracle.effective(document)["body"]
        base, excluded = path(body["base"]), [path(one) for one in body["excluded"]]
        roles = [
            *document["body"]["roles"].values(),
            *document["proof"]["roles"].values(),
            "",
            "/x",
            *body["excluded"],
        ]
        for where in roles:
            if isinstance(where, str):
                assert region(path(where), base, excluded) == oracle.region(document, where), (
                    document,
                    where,
                )
                assert is_covered(path(where), base, excluded) is oracle.covered(document, where)


@pytest.mark.parametrize(
    ("token", "indexes"),
    [
        ("0", True),
        ("9", True),
        ("63", True),
        ("64", False),
        ("01", False),
        ("", False),
        ("-1", False),
        ("x", False),
        ("\u0663", False),
        ("100", False),
    ],
)
def test_tokens_that_index(token: str, indexes: bool) -> None:
    assert is_index(token) is indexes


@pytest.mark.parametrize(
    ("value", "tokens", "found"),
    [
        ({"a": [1, {"b": None}]}, ("a", "1", "b"), None),
        ({"a": [1]}, ("a", "1"), MISSING),
        ({"a": [1]}, ("a", "00"), MISSING),
        ({"a": {"1": 2}}, ("a", "1"), 2),
        ({"a": "text"}, ("a", "0"), MISSING),
        ({}, ("a",), MISSING),
        ([7], (), [7]),
    ],
)
def test_what_is_at_a_path(value: Any, tokens: tuple[str, ...], found: Any) -> None:
    assert value_at(value, tokens) == found


def test_without_leaves_the_object_as_it_is() -> None:
    value: Any = {"a": {"b": 1, "c": {"d": 2}}, "e": 3, "f": [1]}
    assert without(value, [("a", "b"), ("a", "c", "d"), ("e",), ("x",)]) == {"a": {"c": {}}, "f": [1]}
    assert value == {"a": {"b": 1, "c": {"d": 2}}, "e": 3, "f": [1]}
