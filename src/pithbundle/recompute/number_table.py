"""Numbers by keys, in a fifth of the memory of a dict: archives may have a million units (spec RECOMP-9)."""

from __future__ import annotations

from array import array
from typing import Final

#: The slots of a new table, a power of 2.
_SLOTS: Final = 1 << 8
#: What a slot has that was never used, and one whose number was removed; others have their number and 1.
_FREE: Final = 0
_REMOVED: Final = (1 << 32) - 1


class NumberTable:
    """Numbers below 2**32 - 2 by keys of at most 64 bits, in 18 to 36 bytes each.

    The keys are digests, so that their last bits are spread over the table.
    """

    def __init__(self) -> None:
        self._allocate(_SLOTS)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def get(self, key: int) -> int | None:
        """Return the number of a key; None if it has none."""
        stored = self._numbers[self._slot(key)]
        return None if stored in (_FREE, _REMOVED) else stored - 1

    def put(self, key: int, number: int) -> None:
        """Give a key a number, instead of the one that it has."""
        slot = self._slot(key)
        before = self._numbers[slot]
        self._keys[slot], self._numbers[slot] = key, number + 1
        self._count += before in (_FREE, _REMOVED)
        self._used += before == _FREE
        if 3 * self._used > 2 * len(self._keys):
            self._grow()

    def remove(self, key: int) -> None:
        """Take its number from a key that has one."""
        # The slot stays in use: keys behind it are found past it.
        self._numbers[self._slot(key)] = _REMOVED
        self._count -= 1

    def _slot(self, key: int) -> int:
        """The slot of a key, or the free one where it belongs."""
        keys, numbers, last = self._keys, self._numbers, len(self._keys) - 1
        slot = key & last
        while numbers[slot] != _FREE and keys[slot] != key:
            slot = slot + 1 & last
        return slot

    def _allocate(self, slots: int) -> None:
        self._keys = array("Q", [0]) * slots
        self._numbers = array("I", [_FREE]) * slots
        self._used = 0

    def _grow(self) -> None:
        keys, numbers = self._keys, self._numbers
        self._allocate(2 * len(keys))
        for key, number in zip(keys, numbers, strict=True):
            if number not in (_FREE, _REMOVED):
                slot = self._slot(key)
                self._keys[slot], self._numbers[slot] = key, number
                self._used += 1
