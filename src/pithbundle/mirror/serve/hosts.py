"""Which names a request may have in its header Host (spec SERVE-6, threat G5): pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

#: The names of this machine for itself.
LOOPBACK_NAMES: Final = ("localhost", "127.0.0.1", "[::1]")
_FIELD: Final = re.compile(rb"(\[[0-9a-f:.]{2,45}\]|[a-z0-9._-]{1,253})(?::[0-9]{1,5})?").fullmatch
_NAME: Final = re.compile(r"\[[0-9a-f:.]{2,45}\]|[a-z0-9_](?:[a-z0-9._-]{0,251}[a-z0-9_])?").fullmatch


def is_host_name(name: str) -> bool:
    """Whether a text is a host name in lower case, or an address, one of IPv6 in brackets, without a port."""
    return _NAME(name) is not None


class Hosts:
    """The names by which a server is reached.

    Args:
        names: in lower case, without ports.
    """

    def __init__(self, names: Iterable[str]) -> None:
        self._names = frozenset(name.encode("ascii") for name in names)

    def accept(self, value: bytes) -> bool:
        """Whether the value of a header Host names this server, with any port or none."""
        match = _FIELD(value.lower())
        return match is not None and match[1] in self._names
