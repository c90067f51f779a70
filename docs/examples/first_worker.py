"""A first worker: it answers ``hello`` and ``parse_json`` and calls everything else unsupported.

It trusts the JSON reader of its language, as everybody does at first. What that reader forgives
is listed in ``first_worker.xfail``: docs/conforming-reader.md tells how the list gets shorter.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from typing import Any


class Refused(Exception):
    """An input that is not accepted, and the code that says why (spec.md section 16)."""


def parse_json(data: bytes) -> Any:
    """Read a JSON text (spec.md section 3), as well as the standard library does."""
    try:
        text = data.decode("utf-8")  # JSON-2
    except UnicodeDecodeError:
        raise Refused("utf8") from None
    if text.startswith("\ufeff"):  # JSON-3
        raise Refused("bom")
    try:
        return json.loads(text)  # JSON-6, nearly
    except (ValueError, RecursionError):
        raise Refused("syntax") from None


def canonical(value: Any) -> bytes:
    """Write a value as its canonical bytes."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)  # CANON-1
    return text.encode("utf-8", "surrogatepass")


def answer(op: str, args: dict[str, Any]) -> dict[str, Any]:
    """Answer one request (vectors/README.md section 2)."""
    if op == "hello":
        return {"ok": {"name": "first worker", "version": "0", "protocol": "1"}}
    if op == "parse_json":
        written = canonical(parse_json(base64.b64decode(args["data"])))
        digest = hashlib.sha256(written).hexdigest()  # CANON-2
        return {"ok": {"canonical": base64.b64encode(written).decode(), "sha256": digest}}
    return {"unsupported": True}


for line in sys.stdin.buffer:
    request = json.loads(line)
    try:
        said = answer(request["op"], request["args"])
    except Refused as refusal:
        said = {"error": {"code": str(refusal)}}
    print(json.dumps({"id": request["id"], **said}), flush=True)
