"""A worker that is right until request N (hello not counted), then does what its first argument says."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from pithbundle.conformance.worker import answer


def say(text: str) -> None:
    print(text, flush=True)


def child(*, session: bool) -> None:
    """A child that keeps the pipes open; ``session``: in a group of its own."""
    made = subprocess.Popen(["sleep", "300"], start_new_session=session)
    if len(sys.argv) > 3:
        Path(sys.argv[3]).write_text(str(made.pid))


def misbehave(how: str, request: dict[str, Any], line: str) -> None:
    number = request["id"]
    match how:
        case "crash":
            os.abort()
        case "exit":
            sys.exit(7)
        case "hang":
            time.sleep(60)
        case "close":
            os.close(1)
            time.sleep(60)
        case "deaf":
            os.close(0)
            say(line)
            time.sleep(60)
        case "child":
            child(session=False)
            sys.exit(7)
        case "child-answers":
            child(session=False)
            say(line)
        case "escaped-child":
            child(session=True)
            sys.exit(7)
        case "partial":
            sys.stdout.write(line[:10])
            sys.stdout.flush()
            sys.exit(0)
        case "partial-hang":
            sys.stdout.write(line[:10])
            sys.stdout.flush()
            time.sleep(60)
        case "drip":
            while True:
                os.write(1, b" ")
                time.sleep(0.01)
        case "wrong":
            say(json.dumps({"id": number, "ok": {"canonical": "AA=="}}))
        case "true-for-one":
            say(line.replace(": 1", ": true"))
        case "accepts":
            say(json.dumps({"id": number, "ok": {}}))
        case "refuses":
            say(json.dumps({"id": number, "error": {"code": "syntax"}}))
        case "error-without-code":
            say(json.dumps({"id": number, "error": {}}))
        case "error-text":
            say(json.dumps({"id": number, "error": "syntax"}))
        case "ok-list":
            say(json.dumps({"id": number, "ok": []}))
        case "garbage":
            say("Traceback (most recent call last): \x1b[31m<script>")
        case "not-utf8":
            os.write(1, b'{"id": 1, "ok": {"canonical": "\xff"}}\n')
        case "not-an-object":
            say("[1]")
        case "nan":
            say(f'{{"id": {number}, "ok": {{"canonical": NaN}}}}')
        case "member-twice":
            say(f'{{"id": {number}, "ok": {{}}, "ok": {{"canonical": "WzJd"}}}}')
        case "no-answer":
            say(json.dumps({"id": number}))
        case "two-answers":
            say(json.dumps({"id": number, "ok": {"canonical": "WzJd"}, "error": {"code": "syntax"}}))
        case "deep":
            say("[" * 200_000)
        case "deep-in-bounds":
            say(f'{{"id": {number}, "ok": {{"canonical": {"[" * 500}{"]" * 500}}}}}')
        case "deep-decoded":
            deep = json.dumps({"canonical": ("W" * 4 + "W1tb" * 2_000)})
            say(f'{{"id": {number}, "ok": {deep}}}')
        case "other-id":
            say(json.dumps({**json.loads(line), "id": number + 1}))
        case "true-id":
            say(json.dumps({**json.loads(line), "id": True}))
        case "extra":
            say(line + "\n" + line)
        case "extra-later":
            say(line)
            time.sleep(0.1)
            say(line)
        case "long":
            say("x" * 3_000_000)
        case "huge":
            say(json.dumps({"id": number, "ok": {"canonical": "A" * 68_000_000}}))
        case "endless":
            while True:
                os.write(1, b"x" * 65_536)
        case "many-values":
            say(f'{{"id": {number}, "ok": {{"canonical": [{"1," * 2_100_000}1]}}}}')
        case "unsupported":
            say(json.dumps({"id": number, "unsupported": True}))
        case "unsupported-false":
            say(json.dumps({"id": number, "unsupported": False}))
        case "first":
            # Crashes once for all: the marker shows the next process that it has happened.
            marker = Path(sys.argv[3])
            if not marker.exists():
                marker.write_text("")
                os.abort()
            say(line)
        case _:
            say(line)


def hello(how: str, line: str) -> str:
    """The answer to hello, or what a worker does instead."""
    if how == "silent":
        time.sleep(60)
    wrong = {
        "hello-unsupported": '{"id": 1, "unsupported": true}',
        "hello-other-protocol": line.replace('"protocol": "1"', '"protocol": "2"'),
        "hello-without-name": line.replace('"name"', '"nom"'),
        "hello-garbage": "hello",
    }
    return wrong.get(how, line)


def main(how: str, when: int) -> None:
    number = 0
    for line in sys.stdin.buffer:
        request = json.loads(line)
        line = json.dumps(answer(request))
        if request["op"] == "hello":
            say(hello(how, line))
            continue
        number += 1
        if number < when:
            say(line)
        else:
            misbehave(how, request, line)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
