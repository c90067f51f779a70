"""What the spelling of a JSON bundle costs: white space and needless escapes against the compact text.

Each spelling is read alone, and verified and merged, in turns within one run; medians, and the
ratio to the compact spelling.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from timing import medians_of

from pithbundle import Policy, Verifier, read_bundle

DEMO = Path(__file__).resolve().parent.parent / "vectors" / "demo"


def spellings(compact: bytes) -> dict[str, bytes]:
    """The same bundle as other tools write it."""
    value = json.loads(compact)
    return {
        "compact": compact,
        "line end": compact + b"\n",
        "indent 2": json.dumps(value, indent=2).encode() + b"\n",
        "indent 4": json.dumps(value, indent=4).encode() + b"\n",
        "tabs": json.dumps(value, indent="\t").encode() + b"\n",
        "spaces": json.dumps(value).encode(),
        "escaped /": compact.replace(b"/", b"\\/"),
        "escaped e": compact.replace(b"e", b"\\u0065", 40),
    }


def main(arguments: list[str]) -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=8.0, help="how long to measure each of the two")
    options.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = options.parse_args(arguments)
    policy = Policy.from_bytes((DEMO / "policy.json").read_bytes())
    texts = spellings((DEMO / "bundle.json").read_bytes())
    measured = {
        "read": medians_of(
            {name: lambda data=data: read_bundle(data) for name, data in texts.items()}, chosen.seconds
        ),
        "verify and merge": medians_of(
            {
                name: lambda data=data: Verifier(policy).verify(data).ledger.snapshot().to_json()
                for name, data in texts.items()
            },
            chosen.seconds,
        ),
    }
    if chosen.json:
        print(json.dumps({"bytes": {name: len(data) for name, data in texts.items()}, "seconds": measured}))
        return 0
    print("demo bundle in other spellings: median us, and times the compact one")
    print(f"  {'':12}{'bytes':>8}" + "".join(f"{what:>24}" for what in measured))
    for name, data in texts.items():
        row = "".join(
            f"{seconds[name] * 1e6:16.1f}{seconds[name] / seconds['compact']:8.2f}"
            for seconds in measured.values()
        )
        print(f"  {name:12}{len(data):8}{row}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
