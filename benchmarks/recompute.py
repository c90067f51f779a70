"""What recompute costs: against the signatures alone, other libraries, more processes and earlier runs.

    make bench-archive
    python benchmarks/recompute.py --sizes 1000 10000 --rounds 5 --save benchmarks/recompute.json
    python benchmarks/recompute.py --growth 1000 10000 100000

Every figure is a ratio within one run: the best of rounds in which all candidates take turns, because noise
only ever adds. What one process does is measured in processor time, so that other work on the machine costs
nothing; what several do at once in elapsed time, for which the machine has to be idle. The other libraries
are in requirements/benchmarks.txt. ``recompute_page.py`` writes the page of the documentation.
"""

from __future__ import annotations

import argparse
import base64
import json
import multiprocessing
import platform
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from archive_recipe import made_bundles, made_policy
from canonicaljson import encode_canonical_json
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from nacl.signing import SigningKey, VerifyKey
from securesystemslib.signer import Signature, SSlibKey
from signedjson.key import decode_verify_key_bytes
from signedjson.sign import sign_json, verify_signed_json

from kit import DEMO
from pithbundle import MERGE_1, Policy, Verifier, cbor_bytes, parse_json, read_bundle
from pithbundle.archive.lines import Line, line_of
from pithbundle.archive.reader import Frame, Reader
from pithbundle.archive.writer import Writer
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.parsed import Encoding
from pithbundle.recompute.run import recompute
from pithbundle.recompute.unit import compute
from pithbundle.verify.checks import check

#: The key of a signature, its message, and it.
Signed = tuple[bytes, bytes, bytes]
PROCESSES = (1, 2, 4)


class Registry:
    """A generated archive, in JSON and in CBOR, and what other programs need of it."""

    def __init__(self, size: int, folder: Path) -> None:
        self.size = size
        self.folder = folder
        self.policy = Policy.from_bytes(made_policy())
        self.lines = sorted(line_of(data) for data in made_bundles(size))
        self.signed: list[Signed] = []
        self.events = 0
        for line in self.lines:
            asked: dict[Signed, bool] = {}
            bundle = read_bundle(line.data)
            self.events += len(json.loads(line.data)["events"])
            check(bundle, self.policy, MERGE_1.event_types.keys(), cache=asked)
            self.signed += asked
        items = (line_of(cbor_bytes(parse_json(line.data))) for line in self.lines)
        self.packed = self._archive("json", self.lines)
        self._archive("cbor", sorted(items))
        self.frames = [*self._frames()]

    def _frames(self) -> Iterator[tuple[Encoding, bytes]]:
        reader = Reader(self.folder / "json")
        for info in reader.packs:
            with reader.open(info) as pack:
                for frame in pack.frames():
                    assert isinstance(frame, Frame)
                    yield frame.encoding, frame.raw

    def _archive(self, name: str, lines: list[Line]) -> int:
        with Writer(self.folder / name) as writer:
            return sum(info.file_bytes for info in writer.write_sorted(lines).packs)

    @property
    def raw(self) -> int:
        """The bytes of all lines."""
        return sum(line.raw_size for line in self.lines)

    def recompute(self, name: str = "json", out: str = "out", **options: Any) -> None:
        """Recompute an archive with a new verifier, as the command does."""
        recompute(
            [str(self.folder / name)], str(self.folder / out), Verifier(self.policy), force=True, **options
        )

    def loop(self) -> None:
        """Verify each bundle in a loop, with the bytes of its state and of its report."""
        verifier = Verifier(self.policy)
        for line in self.lines:
            report = verifier.verify(line.data).report(line.digest.hex())
            assert report.state is not None
            report.state.to_json()
            encode(report.to_value())

    def units(self) -> None:
        """Compute the units of the archive: what processes do, without the parent."""
        verifier = Verifier(self.policy)
        for encoding, raw in self.frames:
            compute(verifier, [(encoding, raw)])

    def verify(self) -> None:
        """Verify each bundle, nothing more."""
        verifier = Verifier(self.policy)
        for line in self.lines:
            verifier.verify(line.data)

    def read(self) -> None:
        """Read each bundle strictly."""
        for line in self.lines:
            read_bundle(line.data)

    def out_bytes(self) -> dict[str, int]:
        """The bytes of each part of the output."""
        out = self.folder / "out"
        return {
            name: sum(path.stat().st_size for path in [out / name, *out.glob(f"{name}/*")] if path.is_file())
            for name in ("states", "reports", "digests.txt")
        }


def pynacl(signed: list[Signed]) -> None:
    """The signatures alone, each with its message at hand."""
    keys = {key: VerifyKey(key) for key, _, _ in signed}
    for key, message, signature in signed:
        keys[key].verify(message, signature)


def openssl(signed: list[Signed]) -> None:
    """The same by the package cryptography."""
    keys = {key: Ed25519PublicKey.from_public_bytes(key) for key, _, _ in signed}
    for key, message, signature in signed:
        keys[key].verify(signature, message)


def securesystems(signed: list[Signed]) -> None:
    """The same by securesystemslib."""
    keys = {key: SSlibKey("k", "ed25519", "ed25519", {"public": key.hex()}) for key, _, _ in signed}
    for key, message, signature in signed:
        keys[key].verify_signature(Signature("k", signature.hex()), message)


def plain_script(registry: Registry) -> None:
    """What a careful user would write: json, PyNaCl, sorted dumps. It merges nothing."""
    key = VerifyKey(DEMO.public_key)
    found: dict[str, dict[str, Any]] = {}
    for line in registry.lines:
        bundle = json.loads(line.data)
        record = dumped(bundle["canonical_record"])
        assert sha256(record).hexdigest() == bundle["canonical_sha256"]
        events = found.setdefault(bundle["pith_number"], {})
        for event in bundle["events"]:
            content = {name: value for name, value in event.items() if name not in ("event_id", "signature")}
            digest = sha256(dumped(content)).digest()
            assert event["event_id"] == "sha256:" + digest.hex()
            key.verify(digest, base64.b64decode(event["signature"]["signature_b64"]))
            receipt = event["payload"].get("receipt")
            if receipt is not None:
                key.verify(sha256(record).digest(), base64.b64decode(receipt["signature_b64"]))
            events[event["event_id"]] = event
    for number, events in sorted(found.items()):
        dumped({"pith_number": number, "events": [events[each] for each in sorted(events)]})


def dumped(value: Any) -> bytes:
    """The canonical bytes by the standard library."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def signed_json(registry: Registry) -> Callable[[], None]:
    """Verify the same events by signedjson with canonicaljson, which sign canonical JSON in another form."""
    signing = SigningKey(DEMO.seed)
    signing.alg, signing.version = "ed25519", "1"  # type: ignore[attr-defined]
    verifying = decode_verify_key_bytes("ed25519:1", DEMO.public_key)
    texts = [
        json.dumps([sign_json(event, DEMO.signer_id, signing) for event in plain_events(line)]).encode()
        for line in registry.lines
    ]

    def run() -> None:
        for text in texts:
            for event in json.loads(text):
                verify_signed_json(event, DEMO.signer_id, verifying)
                encode_canonical_json(event)

    return run


def plain_events(line: Line) -> list[dict[str, Any]]:
    """The events of a bundle without their signatures, of values that canonicaljson takes."""
    return [
        {name: value for name, value in event.items() if name != "signature"}
        for event in json.loads(line.data)["events"]
    ]


# -- measuring --------------------------------------------------------------------------------


def in_turns(
    candidates: dict[str, Callable[[], object]], rounds: int, clock: Callable[[], float]
) -> dict[str, float]:
    """The best seconds of each candidate, all of them in turns."""
    best: dict[str, float] = {}
    for _ in range(rounds):
        for name, call in candidates.items():
            start = clock()
            call()
            best[name] = min(best.get(name, float("inf")), clock() - start)
    return best


def one_process(registry: Registry, rounds: int, *, others: bool) -> dict[str, float]:
    """Processor seconds of everything that one process does."""
    candidates: dict[str, Callable[[], object]] = {
        "pynacl": lambda: pynacl(registry.signed),
        "read": registry.read,
        "verify": registry.verify,
        "loop": registry.loop,
        "units": registry.units,
        "recompute": registry.recompute,
    }
    if others:
        candidates |= {
            "recompute cbor": lambda: registry.recompute("cbor", "out-cbor"),
            "plain script": lambda: plain_script(registry),
            "signedjson": signed_json(registry),
            "securesystemslib": lambda: securesystems(registry.signed),
            "cryptography": lambda: openssl(registry.signed),
        }
    return in_turns(candidates, rounds, time.process_time)


def processes(registry: Registry, rounds: int) -> dict[str, float]:
    """Elapsed seconds of several processes. Those of PyNaCl have started before the clock does."""
    context = multiprocessing.get_context("spawn")
    pools = {count: ProcessPoolExecutor(count, context) for count in PROCESSES}
    candidates: dict[str, Callable[[], object]] = {}
    for count, pool in pools.items():
        parts = [registry.signed[at :: count * 4] for at in range(count * 4)]
        [*pool.map(pynacl, [part[:1] for part in parts])]
        candidates[f"pynacl {count}"] = lambda pool=pool, parts=parts: [*pool.map(pynacl, parts)]
        candidates[f"recompute {count}"] = lambda count=count: registry.recompute(jobs=count)
    found = in_turns(candidates, rounds, time.perf_counter)
    for pool in pools.values():
        pool.shutdown()
    return found


class Half:
    """Ends a run when half of the bundles are verified."""

    def __init__(self, bundles: int) -> None:
        self._most = bundles // 2

    def begin(self, what: str, total: int | None) -> None:
        """Do nothing."""

    def __call__(self, done: int, rejected: int = 0) -> None:
        """End the run if half is done.

        Raises:
            KeyboardInterrupt: it is.
        """
        if done >= self._most:
            raise KeyboardInterrupt


def again(registry: Registry, rounds: int) -> dict[str, float]:
    """Processor seconds of a first run, of second ones with its cache, and of one that goes on half way."""
    best: dict[str, float] = {}

    def timed(name: str, **options: Any) -> None:
        start = time.process_time()
        registry.recompute(out="out-again", **options)
        best[name] = min(best.get(name, float("inf")), time.process_time() - start)

    for number in range(rounds):
        cache = str(registry.folder / f"cache-{number}")
        timed("first", cache=cache, recheck=0)
        timed("second", cache=cache, recheck=0)
        timed("second, 1 % computed again", cache=cache, recheck=1)
        with suppress(KeyboardInterrupt):
            registry.recompute(out="out-again", progress=Half(registry.size))
        timed("resumed, half was done", resume=True)
    return best


def measured(size: int, rounds: int, *, everything: bool, process_rounds: int) -> dict[str, Any]:
    """All figures of one size."""
    with tempfile.TemporaryDirectory() as folder:
        registry = Registry(size, Path(folder))
        found = {
            "bundles": size,
            "events": registry.events,
            "signatures": len(registry.signed),
            "raw_bytes": registry.raw,
            "packed_bytes": registry.packed,
            "cpu": one_process(registry, rounds, others=everything),
            "out_bytes": registry.out_bytes(),
        }
        if everything:
            found["again"] = again(registry, rounds)
        if process_rounds:
            found["elapsed"] = processes(registry, process_rounds)
        return found


def growth(sizes: list[int], rounds: int) -> dict[int, float]:
    """The best processor seconds of recompute for one bundle of each size, all sizes in turns."""
    policy = Policy.from_bytes(made_policy())
    with tempfile.TemporaryDirectory() as folder:

        def run(size: int) -> None:
            path = str(Path(folder) / f"{size}")
            recompute([path], path + "-out", Verifier(policy), force=True)

        for size in sizes:
            with Writer(Path(folder) / f"{size}") as writer:
                for data in made_bundles(size):
                    writer.add(line_of(data))
                writer.finish()
        best = in_turns({str(size): partial(run, size) for size in sizes}, rounds, time.process_time)
    return {size: best[str(size)] / size for size in sizes}


def shown(found: dict[str, Any]) -> str:
    """The figures of one size as lines of text."""
    cpu, lines = found["cpu"], [f"{found['bundles']} bundles, {found['signatures']} signatures"]
    base = cpu["pynacl"]
    lines += [f"  {name:30}{seconds / base:8.2f} times bare PyNaCl" for name, seconds in cpu.items()]
    lines.append(f"  {'recompute':30}{cpu['recompute'] / cpu['loop']:8.2f} times the loop of Verifier.verify")
    if found.get("again"):
        times = found["again"]
        lines += [
            f"  {name:30}{times['first'] / seconds:8.1f} times faster" for name, seconds in times.items()
        ]
    elapsed = found.get("elapsed") or {}
    for count in PROCESSES[1:] if elapsed else ():
        ours = elapsed["recompute 1"] / elapsed[f"recompute {count}"]
        theirs = elapsed["pynacl 1"] / elapsed[f"pynacl {count}"]
        lines.append(f"  {count} processes gain {ours:.2f}, PyNaCl {theirs:.2f}: {ours / theirs:.2f}")
    return "\n".join(lines)


def main() -> None:
    """Measure archives of the sizes that are named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", nargs="+", type=int, default=[1_000, 10_000])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--rounds-of-others", type=int, default=2, help="the rounds of the other sizes")
    parser.add_argument("--process-rounds", type=int, default=20, help="0 measures no processes")
    parser.add_argument("--everything-at", type=int, help="the size of which all is measured; the first")
    parser.add_argument("--processes-at", type=int, help="the size of which processes are measured; the last")
    parser.add_argument("--save", type=Path, help="write the figures to this file")
    parser.add_argument(
        "--growth", nargs="+", type=int, help="measure only the time of a bundle at these sizes"
    )
    given = parser.parse_args()
    if given.growth:
        per_bundle = growth(given.growth, given.rounds_of_others)
        for size, seconds in per_bundle.items():
            ratio = seconds / per_bundle[given.growth[0]]
            print(
                f"{size:10} bundles{seconds * 1e6:8.1f} us a bundle, {ratio:.2f} times the first", flush=True
            )
        return
    everything_at = given.everything_at or given.sizes[0]
    # Processes start in tenths of a second, which small archives would be about.
    processes_at = given.processes_at or given.sizes[-1]
    found = []
    for size in given.sizes:
        everything = size == everything_at
        rounds = given.rounds if everything else given.rounds_of_others
        process_rounds = given.process_rounds if size == processes_at else 0
        found.append(measured(size, rounds, everything=everything, process_rounds=process_rounds))
        print(shown(found[-1]), flush=True)
    if given.save:
        facts = {"python": platform.python_version(), "processor": platform.machine(), "rounds": given.rounds}
        given.save.write_text(json.dumps({**facts, "sizes": found}, indent=1) + "\n")


if __name__ == "__main__":
    main()
