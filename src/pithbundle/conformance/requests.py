"""Requests as a worker reads them: one JSON object a line (vectors/README.md section 1)."""

from __future__ import annotations

import json
from base64 import b64decode
from typing import Any, Final

from pithbundle.conformance.protocol import Json

_MEMBERS: Final = (("id", int, "an integer"), ("op", str, "a string"), ("args", dict, "an object"))


class RequestError(Exception):
    """A line that is no request of the protocol: no runner sends one."""


class Args(dict[str, Any]):
    """The arguments of a request; one that is missing is a fault of the request."""

    def __missing__(self, name: str) -> Any:
        raise RequestError(f"the argument {name!r} is missing")


def request_of(line: bytes) -> Json:
    """Return the request in a line. Only its frame is checked here.

    Raises:
        RequestError: the line is not a JSON object with an id, an operation and arguments.
    """
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        raise RequestError("not a JSON text") from None
    if type(request) is not dict:
        raise RequestError("not a JSON object")
    for name, wanted, expected in _MEMBERS:
        if type(request.get(name)) is not wanted:
            raise RequestError(f"{name} must be {expected}")
    return request


def decoded(text: Any, name: str) -> bytes:
    """Return the bytes of a base64 argument.

    Raises:
        RequestError: it is not padded standard base64.
    """
    try:
        return b64decode(text, validate=True)
    except (TypeError, ValueError):
        raise RequestError(f"the argument {name!r} is not base64") from None
