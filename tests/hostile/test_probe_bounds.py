"""PROBE-11 by experiment: the time of the user holds on hostile elements, and so does the memory.

Each input has a process of its own. Its clock is that of the processor: a busy machine proves nothing.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any, Final

import pytest

from kit import DEMO, Json, made_record, policy, policy_key
from kit.data import REPO
from kit.processor import slowness
from kit.registries import bundle
from kit.runs import spread
from kit.signing import b64, to_json

#: What the user gives, and what a search may take beyond it: reading, one task, the report.
SECONDS: Final = 1.0
MORE: Final = 6.0
MOST_BYTES: Final = 256 * 1024 * 1024

#: Runs the search of the command in this process under a clock of the processor.
MEASURE = """
import sys, time
from pathlib import Path
from kit.memory import peak_kib
time.monotonic = time.process_time
from pithbundle.cli.probe_run import run_search
from pithbundle.verify.policy import Policy
from pithbundle.verify.probing.elements import elements_of
from pithbundle.verify.probing.lenient import read_lenient
from pithbundle.verify.probing.search import Search
from pithbundle.verify.probing.summary import result_of
policy = Policy.from_bytes(Path(sys.argv[2]).read_bytes())
search = Search(elements_of(0, read_lenient(Path(sys.argv[1]).read_bytes())), policy)
ended = run_search(search, float(sys.argv[3]), 1)
result = result_of(search, policy, 1)
print(result.status, ended, time.process_time(), peak_kib())
"""


def signed(**members: Any) -> Json:
    """An element with a signature that is over nothing that it contains."""
    return {
        "type": "citation", "key": DEMO.key_id, **members, "sig": b64(DEMO.sign(b"nothing")), "id": "ab" * 32,
    }  # fmt: skip


def numbers(count: int) -> Json:
    return {f"m{n}": n for n in range(count)}


HOSTILE: Final[dict[str, Callable[[], list[Json]]]] = {
    "objects of two members": lambda: [signed(**{f"m{n}": {"a": 1, "b": 2} for n in range(3_000)})],
    "more objects": lambda: [signed(**{f"m{n}": {"a": 1, "b": 2} for n in range(30_000)})],
    "elements without members": lambda: [{} for _ in range(60_000)],
    "members": lambda: [signed(**numbers(100_000))],
    "members in a payload": lambda: [signed(payload=numbers(100_000))],
    "members backwards": lambda: [signed(**{f"m{99_999 - n}": n for n in range(50_000)})],
    "wide elements": lambda: [signed(**numbers(2_000), n=n) for n in range(60)],
    "long strings": lambda: [signed(**{f"m{n}": "a long string " * 4 for n in range(30_000)})],
    "a longer string": lambda: [signed(text="a long string " * 200_000)],
    "signatures": lambda: [signed(**{f"m{n}": {"s": "ab" * 64, "t": n} for n in range(10_000)})],
    "chains of objects": lambda: [signed(**{f"m{n}": {"a": {"b": {"c": n}}} for n in range(15_000)})],
}  # fmt: skip

#: Those of the ordinary run; each was seen to pass a bound before there were bounds.
ORDINARY: Final = ("objects of two members", "more objects", "members")


def measured(folder: Any, events: list[Json], seconds: float = SECONDS) -> tuple[str, bool, float, int]:
    """The status, whether the search ended by itself, CPU seconds and peak bytes of a process."""
    (folder / "b.json").write_bytes(to_json(bundle(made_record(), events)))
    (folder / "p.json").write_bytes(to_json(policy(policy_key(DEMO))))
    path = os.pathsep.join([str(REPO / "src"), str(REPO / "tests"), *sys.path])
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE, str(folder / "b.json"), str(folder / "p.json"), str(seconds)],
        env={"PYTHONPATH": path, "PATH": os.environ.get("PATH", "")},
        capture_output=True, text=True, check=True, timeout=300,
    )  # fmt: skip
    status, ended, used, peak = ran.stdout.split()
    return status, ended == "True", float(used), int(peak) * 1024


@pytest.mark.parametrize("name", spread(HOSTILE, ordinary=ORDINARY, slow=[*HOSTILE][::3]))
def test_the_time_and_the_memory_are_bounded(tmp_path: Any, name: str) -> None:
    status, _, seconds, peak = measured(tmp_path, HOSTILE[name]())
    assert status == "not_settled"
    assert seconds < SECONDS + MORE * slowness()
    assert peak < MOST_BYTES


@pytest.mark.slow
def test_a_rule_that_is_tried_on_thousands_of_elements_keeps_the_time(tmp_path: Any) -> None:
    """One element is explained; all others have members whose subsets are tried in vain."""
    from kit.signing import canonical

    kept = {"type": "citation", "key": DEMO.key_id}
    genuine = {**kept, "sig": b64(DEMO.sign(canonical(kept)))}
    junk = [signed(**numbers(8), n=n) for n in range(4_000)]
    for one in junk:
        del one["id"]
    _, _, seconds, peak = measured(tmp_path, [genuine, *junk], 3)
    assert seconds < 3 + MORE * slowness()
    assert peak < MOST_BYTES
