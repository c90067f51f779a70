"""Which run of the tests has a case of a parametrized test: the ordinary one, ``slow`` or ``long``."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any, TypeVar

import pytest

T = TypeVar("T")


def spread(cases: Iterable[T], *, ordinary: Collection[T] = (), slow: Collection[T] = ()) -> list[Any]:
    """The cases of a test: what is neither in ``ordinary`` nor in ``slow`` only repeats, and is ``long``.

    A tuple is the values of several parameters.
    """
    return [
        pytest.param(
            *_values(case),
            marks=() if case in ordinary else pytest.mark.slow if case in slow else pytest.mark.long,
        )
        for case in cases
    ]


def _values(case: object) -> tuple[Any, ...]:
    return case if isinstance(case, tuple) else (case,)
