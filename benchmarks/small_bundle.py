"""What verify and merge cost in addition to the signatures: the demo bundle, three signatures, in process.

The yardstick is PyNaCl itself on the same three signatures in the same run, so the result
is a ratio and travels between machines.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from nacl.signing import VerifyKey
from timing import best_of

from pithbundle import MERGE_1, Policy, Verifier, read_bundle
from pithbundle.verify.checks import check

DEMO = Path(__file__).resolve().parent.parent / "vectors" / "demo"


def main(arguments: list[str]) -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=8.0, help="how long to measure")
    options.add_argument("--json", action="store_true", help="print one JSON object")
    chosen = options.parse_args(arguments)
    data = (DEMO / "bundle.json").read_bytes()
    policy = Policy.from_bytes((DEMO / "policy.json").read_bytes())
    # The demo's format signs digests, and the cache uses a digest as the key.
    asked: dict[tuple[bytes, bytes, bytes], bool] = {}
    bundle = read_bundle(data)
    check(bundle, policy, MERGE_1.event_types.keys(), cache=asked)
    ledger = Verifier(policy).verify(data).ledger
    signatures = [(VerifyKey(key), message, signature) for key, message, signature in asked]
    best = best_of(
        {
            "signatures": lambda: [key.verify(message, raw) for key, message, raw in signatures],
            "verify and merge": lambda: Verifier(policy).verify(data).ledger.snapshot().to_json(),
            "read": lambda: read_bundle(data),
            "check": lambda: check(bundle, policy, MERGE_1.event_types.keys()),
            "merge": lambda: ledger.builder().build().snapshot().to_json(),
        },
        chosen.seconds,
    )
    ratio = best["verify and merge"] / best["signatures"]
    if chosen.json:
        print(
            json.dumps({"bytes": len(data), "signatures": len(signatures), "seconds": best, "ratio": ratio})
        )
        return 0
    print(f"demo bundle: {len(data)} bytes, {len(signatures)} signatures; best of many rounds")
    for name, seconds in best.items():
        print(f"  {name:18}{seconds * 1e6:9.1f} us")
    print(f"  ratio: verify and merge take {ratio:.2f} times the bare PyNaCl cost of the signatures")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
