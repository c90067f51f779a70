"""Says of bundles, on standard output, everything that no environment may change. Run as a program."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path

import pithbundle
from pithbundle import Input, PithError, Policy, Report, canonical_bytes, merge, read_bundle
from pithbundle.merge.rules import MERGE_1
from pithbundle.verify.checks import check


def told(name: str, data: bytes, policy: Policy) -> None:
    try:
        checked = check(read_bundle(data), policy, MERGE_1.event_types.keys())
    except PithError as error:
        print(name, "rejected", error.code, error.pointer, error.offset, ascii(str(error)))
        return
    merged = merge(checked)
    report = canonical_bytes(Report([Input(name, checked)], merged).to_value())
    print(name, hashlib.sha256(merged.state_bytes).hexdigest(), merged.state_sha256, merged.events_sha256)
    print(name, hashlib.sha256(report).hexdigest())
    for copy in checked.events:
        print(name, copy.pointer, copy.verdict.status, copy.verdict.code, copy.event_id)


def main() -> None:
    folder = Path(sys.argv[1])
    policy = Policy.from_bytes((folder / "policy.json").read_bytes())
    for name in ("bundle.json", "bundle.cbor", "rich.json", "tampered.json"):
        told(name, (folder / name).read_bytes(), policy)
    sound = (folder / "bundle.json").read_bytes()
    # Whatever a stack, a limit on digits, an assertion or a codec could get in the way of.
    told("digits", sound.replace(b'"version":1', b'"version":' + b"9" * 5_000), policy)
    told("deep", b"[" * 100_000, policy)
    told("bool", sound.replace(b'"version":1', b'"version":true'), policy)
    told("latin", sound.replace(b"arxiv", b"arx\xefv"), policy)
    told("hash", sound.replace(b'"hep-lat"', b'"hep-LAT"'), policy)
    print(policy.sha256, pithbundle.title_sha256("\u0130I\u1e9e\u03a3 i\u0307"))


if __name__ == "__main__":
    main()
