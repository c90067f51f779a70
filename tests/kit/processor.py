"""How slow this machine is now, so that a bound in seconds is one of work."""

from __future__ import annotations

import json
import time
from typing import Final

_TEXT: Final = "{" + ",".join(f'"{number}":[{number},"\\u00e9"]' for number in range(40_000)) + "}"
#: The seconds of the work below on the machine on which the bounds were set, with nothing beside it.
_USUAL: Final = 0.04


def _work() -> float:
    """What readers do: make many small objects, and look them up."""
    started = time.process_time()
    members = json.loads(_TEXT)
    assert len({name: (name, len(value)) for name, value in members.items()}) == 40_000
    return time.process_time() - started


def slowness() -> float:
    """How many times longer a given work takes here and now than where the bounds were set; at least 1.

    A processor that shares its core and its memory with others takes longer for the same work, also in
    its own time.
    """
    return max(1.0, sorted(_work() for _ in range(3))[1] / _USUAL)
