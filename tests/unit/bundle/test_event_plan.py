# ruff: noqa: E501  (tables: one case, one row)
"""FORMAT-8: plans that read several pointers of an object at once."""

from __future__ import annotations

from typing import Any

import pytest

from pithbundle.bundle.event_plan import Plan, getter

VALUE: Any = {"a": {"b": 1, "c": [2], "d": {"e": "x", "f": None}}, "g": True, "h": 0.5}


def read(*kinds: tuple[tuple[str, ...], Any], constants: Any = None) -> list[Any] | None:
    plan = Plan(kinds, (constants or {}).items())
    values = plan.read(VALUE)
    return (
        None
        if values is None
        else [values[plan.index(path)] for path in (*(path for path, _ in kinds), *(constants or {}))]
    )


def test_values_of_every_type() -> None:
    assert read(
        (("a",), "object"), (("a", "b"), "integer"), (("a", "c"), "array"), (("a", "d", "e"), "string"), (("g",), "boolean"),
        (("h",), "number"), (("a", "b"), "number"),
    ) == [VALUE["a"], 1, [2], "x", True, 0.5, 1]  # fmt: skip


@pytest.mark.parametrize(
    "shape",
    [
        (("x",), "string"), (("a", "x"), "string"), (("a", "b"), "string"), (("g",), "integer"), (("g",), "number"),
        (("a", "c", "0"), "integer"), (("a", "b", "x"), "string"), (("h",), "integer"), ((), "array"),
    ],
)  # fmt: skip
def test_what_is_missing_or_of_another_type(shape: tuple[tuple[str, ...], Any]) -> None:
    assert read(shape) is None


@pytest.mark.parametrize(
    ("path", "value", "is_read"),
    [
        (("a", "b"), 1, True), (("a", "b"), True, False), (("g",), True, True), (("g",), 1, False), (("a", "d", "f"), None, True),
        (("a", "d", "e"), "x", True), (("a", "d", "e"), "y", False), (("x",), None, False),
    ],
)  # fmt: skip
def test_constants_are_equal_in_value_and_type(path: tuple[str, ...], value: Any, is_read: bool) -> None:
    assert (read(constants={path: value}) is not None) is is_read


def test_two_types_of_one_path() -> None:
    assert Plan([(("a",), "string"), (("a",), "object")]).never
    assert Plan([(("a",), "string"), (("a", "b"), "string")]).never
    assert read((("a",), "string"), (("a",), "object")) is None
    assert not Plan([(("h",), "number"), (("h",), "integer")]).never


def test_two_constants_of_one_path() -> None:
    path = ("a", "b")
    assert Plan([], [(path, 1), (path, 1)]).read(VALUE) is not None
    assert Plan([], [(path, 2), (path, 1)]).read(VALUE) is None
    assert Plan([], [(path, 1), (path, 2)]).read(VALUE) is None
    assert Plan([], [(path, True), (path, 1)]).never


def test_a_plan_of_nothing_reads_any_object() -> None:
    plan = Plan([])
    assert plan.read({}) == [{}]
    assert (len(plan), () in plan, ("a",) in plan) == (1, True, False)


@pytest.mark.parametrize(("names", "found"), [([], ()), (["a"], (1,)), (["a", "b"], (1, 2))])
def test_getters_give_tuples(names: list[str], found: tuple[int, ...]) -> None:
    assert getter(names)({"a": 1, "b": 2}) == found
