"""An attribute that is computed when it is first read, and then kept.

As functools.cached_property, without the lock that it takes in Python 3.11: what it computes
is a pure function of an immutable instance, so two threads compute the same value.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic, Self, TypeVar, overload

T = TypeVar("T")


class lazy(Generic[T]):
    """A method as an attribute: called once, the result is in the ``__dict__`` of the instance."""

    def __init__(self, compute: Callable[[Any], T]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, instance: None, owner: type) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type) -> T: ...
    def __get__(self, instance: object | None, owner: type) -> T | Self:
        """Compute and keep the value; Python calls this only while the instance has none."""
        if instance is None:
            return self
        value = instance.__dict__[self._name] = self._compute(instance)
        return value
