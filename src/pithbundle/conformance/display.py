"""A vector as people read it: its requests and what is expected, with the byte strings decoded."""

from __future__ import annotations

from typing import Any

from pithbundle.conformance.byteforms import expand, is_form, to_bytes
from pithbundle.conformance.protocol import Json, ReadFile, Vector
from pithbundle.conformance.vectorfiles import requests


def shown_vector(vector: Vector, read: ReadFile) -> Json:
    """One vector as a JSON object: each request as it is sent, and decoded.

    Of a variant the decoded form has what it replaces, the form that is sent has everything.

    Raises:
        VectorError: a byte string cannot be expanded.
    """
    spelled: list[tuple[str, Json, Json]] = [("", vector.args, vector.expect)]
    spelled += [(variant.name, variant.args, {"ok": variant.ok}) for variant in vector.variants]
    made = zip(requests(vector, read), spelled, strict=True)
    return {
        "id": vector.id,
        "about": vector.about,
        "clauses": [*vector.clauses],
        "control": vector.control,
        "op": vector.op,
        "requests": [
            {
                "variant": request.name,
                "request": {"id": 1, "op": request.op, "args": request.args},
                "expect": request.expect,
                "decoded": {
                    "args": decoded(args, vector, read),
                    "expect": decoded(expect, vector, read),
                },
            }
            for request, (_, args, expect) in made
        ],
    }


def decoded(value: Any, vector: Vector, read: ReadFile) -> Any:
    """A value of a vector, each byte string as ``{"bytes", "text"}``, or with ``hex`` if it is no text."""
    if is_form(value):
        return _bytes(to_bytes(value, vector.parts, read))
    if type(value) is dict:
        return {name: decoded(member, vector, read) for name, member in value.items()}
    if type(value) is list:
        return [decoded(item, vector, read) for item in value]
    return expand(value, vector.parts, read)


def _bytes(data: bytes) -> Json:
    try:
        return {"bytes": len(data), "text": data.decode("utf-8")}
    except UnicodeDecodeError:
        return {"bytes": len(data), "hex": data.hex()}
