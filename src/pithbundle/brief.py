"""Short representations of values: what a debugger, a log or a prompt shows of them.

Strings and lists from an input have any length; a representation has at most :data:`LONGEST`
characters. Python's own ``repr`` escapes what a terminal obeys in a string.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from typing import Any, Final

#: The longest representation, in characters.
LONGEST: Final = 200
# The longest text and the longest nested value that are shown whole.
_TEXT: Final = 36
_NESTED: Final = 60


def brief(self: Any) -> str:
    """The ``__repr__`` of a dataclass or named tuple: its members, the long ones cut."""
    names = getattr(self, "_fields", None) or [each.name for each in fields(self) if each.repr]
    members = ", ".join([f"{name}={_shown(getattr(self, name))}" for name in names])
    return _cut(f"{type(self).__name__}({members})", LONGEST)


def _shown(value: object) -> str:
    if isinstance(value, str | bytes):
        return repr(value) if len(value) <= _TEXT else f"{value[: _TEXT - 12]!r}... ({len(value)})"
    if isinstance(value, Collection) and not hasattr(value, "_fields") and len(value) > 1:
        return f"<{len(value)} items>"
    return _cut(repr(value), _NESTED)


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 3] + "..."
