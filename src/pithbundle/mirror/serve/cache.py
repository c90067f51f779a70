"""What was rendered and belongs to the view that is served (spec SERVE-12)."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from pithbundle.mirror.serve.responses import Rendered

#: The bytes of the bodies that are held, and what each entry counts beside its body.
_MOST_BYTES: Final = 32 << 20
_OVERHEAD: Final = 2_048


class Cache:
    """Rendered answers of one moment by their keys; those used last stay. One thread uses it.

    Args:
        most: the bytes of bodies that are held, with 2,048 more for each.
    """

    def __init__(self, most: int = _MOST_BYTES) -> None:
        self._most = most
        self._moment: object = None
        self._held: OrderedDict[object, Rendered] = OrderedDict()
        self.bytes = 0

    def get(self, moment: object, key: object) -> Rendered | None:
        """What is held of a moment; that of other moments is dropped."""
        if moment is not self._moment:
            self._moment = moment
            self._held.clear()
            self.bytes = 0
            return None
        found = self._held.get(key)
        if found is not None:
            self._held.move_to_end(key)
        return found

    def keep(self, moment: object, key: object, found: Rendered) -> None:
        """Hold what was found at a moment, if it is the one of which :meth:`get` was asked last."""
        size = len(found.body) + _OVERHEAD
        if moment is not self._moment or size > self._most or key in self._held:
            return
        self._held[key] = found
        self.bytes += size
        while self.bytes > self._most:
            self.bytes -= len(self._held.popitem(last=False)[1].body) + _OVERHEAD
