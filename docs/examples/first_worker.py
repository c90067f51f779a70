"""A first worker: it answers ``hello`` and ``parse_json`` and calls everything else unsupported.

It uses the JSON library of its language. The vectors that this library fails are listed in
``first_worker.xfail``; docs/conforming-reader.md describes how to make the list shorter.
"""

from __future__ import annotations

import base64
import hashlib
import json
import sys
from typing import Any


class Rejected(Exception):
    """An input that is not accepted, with the code of the fault (ERR-2)."""


def parse_json(data: bytes) -> Any:
    """Read JSON (spec/encoding.md) as well as the standard library does."""
    try:
        text = data.decode("utf-8")  # JSON-2
    except UnicodeDecodeError:
        raise Rejected("utf8") from None
    if text.startswith("\ufeff"):  # JSON-3
        raise Rejected("bom")
    try:
        return json.loads(text)  # JSON-6, nearly
    except (ValueError, RecursionError):
        raise Rejected("syntax") from None


def canonical(value: Any) -> bytes:
    """Write a value as its canonical bytes."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)  # CANON-1
    return text.encode("utf-8", "surrogatepass")


def answer(op: str, args: dict[str, Any]) -> dict[str, Any]:
    """Answer one request (vectors/README.md section 2)."""
    if op == "hello":
        return {"ok": {"name": "first worker", "version": "0", "protocol": "1"}}
    if op == "parse_json":
        data = canonical(parse_json(base64.b64decode(args["data"])))
        digest = hashlib.sha256(data).hexdigest()  # CANON-2
        return {"ok": {"canonical": base64.b64encode(data).decode(), "sha256": digest}}
    return {"unsupported": True}


for line in sys.stdin.buffer:
    request = json.loads(line)
    try:
        reply = answer(request["op"], request["args"])
    except Rejected as error:
        reply = {"error": {"code": str(error)}}
    print(json.dumps({"id": request["id"], **reply}), flush=True)
