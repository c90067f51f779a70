"""Print of bundles everything that no environment may change. Run as a program."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pithbundle
from pithbundle import PithError, Policy, Verifier, canonical_bytes


def report_on(name: str, data: bytes, policy: Policy) -> None:
    try:
        bundle = Verifier(policy).verify(data)
    except PithError as error:
        print(name, "rejected", error.code, error.pointer, error.offset, ascii(str(error)))
        return
    state = bundle.ledger.snapshot()
    report = canonical_bytes(bundle.report(name).to_value())
    print(name, hashlib.sha256(state.to_json()).hexdigest(), state.sha256, state.events_sha256)
    print(name, hashlib.sha256(report).hexdigest())
    for element in bundle.events:
        print(name, element.pointer, element.verdict.status, element.verdict.code, element.event_id)


def main() -> None:
    folder = Path(sys.argv[1])
    policy = Policy.from_bytes((folder / "policy.json").read_bytes())
    for name in ("bundle.json", "bundle.cbor", "rich.json", "tampered.json"):
        report_on(name, (folder / name).read_bytes(), policy)
    valid = (folder / "bundle.json").read_bytes()
    # Whatever a stack, a limit on digits, an assertion or a codec could get in the way of.
    report_on("digits", valid.replace(b'"version":1', b'"version":' + b"9" * 5_000), policy)
    report_on("deep", b"[" * 100_000, policy)
    report_on("bool", valid.replace(b'"version":1', b'"version":true'), policy)
    report_on("latin", valid.replace(b"arxiv", b"arx\xefv"), policy)
    report_on("hash", valid.replace(b'"hep-lat"', b'"hep-LAT"'), policy)
    print(policy.sha256, pithbundle.title_sha256("\u0130I\u1e9e\u03a3 i\u0307"))


if __name__ == "__main__":
    main()
