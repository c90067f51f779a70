"""A worker that is right until request N, and then does what its first argument says."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from pithbundle.conformance.worker import answer


def main(how: str, when: int) -> None:
    for number, line in enumerate(sys.stdin.buffer, 1):
        request = json.loads(line)
        said = json.dumps(answer(request))
        if number < when:
            print(said, flush=True)
            continue
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
            case "wrong":
                print(json.dumps({"id": request["id"], "ok": {"canonical": "AA=="}}), flush=True)
            case "true-for-one":
                print(said.replace(": 1", ": true"), flush=True)
            case "accepts":
                print(json.dumps({"id": request["id"], "ok": {}}), flush=True)
            case "refuses":
                print(json.dumps({"id": request["id"], "error": {"code": "syntax"}}), flush=True)
            case "garbage":
                print("Traceback (most recent call last): \x1b[31m<script>", flush=True)
            case "not-an-object":
                print("[1]", flush=True)
            case "no-answer":
                print(json.dumps({"id": request["id"]}), flush=True)
            case "deep":
                print("[" * 200_000, flush=True)
            case "other-id":
                print(json.dumps({**json.loads(said), "id": request["id"] + 1}), flush=True)
            case "extra":
                print(said + "\n" + said, flush=True)
            case "long":
                print("x" * 3_000_000, flush=True)
            case "unsupported":
                print(json.dumps({"id": request["id"], "unsupported": True}), flush=True)
            case "once":
                # Crashes once for all: the marker tells the next process that it has happened.
                marker = Path(sys.argv[3])
                if not marker.exists():
                    marker.write_text("")
                    os.abort()
                print(said, flush=True)
            case _:
                print(said, flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
