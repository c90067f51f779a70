"""Format documents and elements of the committed vectors, for tests of the modules that read them."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from kit.data import REPO
from kit.oracle.formats import NAMED, format_sha256
from kit.signing import Json
from pithbundle.conformance.runner import load, reader
from pithbundle.conformance.vectorfiles import requests

FOLDER: Final = REPO / "vectors"
_FILES: Final = tuple(f"event/{name}/" for name in ("formats", "meanings", "messages", "pointers", "several"))


def _requests(stage: str, op: str) -> Iterator[tuple[str, Json, Json]]:
    for vector in load(FOLDER, stage):
        if vector.op == op:
            for request in requests(vector, reader(FOLDER)):
                yield vector.id, request.args, request.expect


@cache
def documents() -> tuple[Json, ...]:
    """The documents that are accepted."""
    found = [
        json.loads(b64decode(args["data"]))
        for _, args, expect in _requests("policy", "format")
        if "ok" in expect
    ]
    return tuple({json.dumps(one): one for one in found}.values())


@cache
def rejected() -> tuple[tuple[str, Any, str], ...]:
    """The documents that are rejected, each with its vector and the pointer of its fault."""
    return tuple(
        (name, json.loads(b64decode(args["data"])), expect["error"].get("pointer"))
        for name, args, expect in _requests("policy", "format")
        if expect.get("error", {}).get("code") == "format"
    )


@cache
def pairs() -> tuple[tuple[Json, Json], ...]:
    """Each document of a policy of the vectors with each element that is checked under it."""
    found: dict[str, tuple[Json, Json]] = {}
    for name, args, _ in _requests("event", "check"):
        if not name.startswith(_FILES) or args["policy"] is None:
            continue
        policy = json.loads(b64decode(args["policy"]))
        listed = [item for key in policy["keys"] for item in key.get("event_formats", [])]
        known = [NAMED.get(item) if isinstance(item, str) else item for item in listed]
        chosen = {format_sha256(item): item for item in known if item is not None}
        for element in json.loads(b64decode(args["data"]))["events"]:
            text = json.dumps(element)
            if isinstance(element, dict) and len(text) < 30_000:
                found.update({digest + text: (document, element) for digest, document in chosen.items()})
    return tuple(found.values())
