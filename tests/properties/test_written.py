"""What one command writes, another one reads: states, reports, exports, proofs, policies (LIM-7)."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit import DEMO, attached, bundle, made_record, payloads, policy, strategies, to_json
from kit.command_line import run
from kit.strategies import FIXTURE_SIGNERS
from pithbundle import Policy, parse_json
from pithbundle.comparison.published import for_written, read_state
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits

#: Names that a file system takes and a text does not.
NAMES = ["b.json", "b\udc80.json", "b\ufffe", "b\n\u202e", "b" * 200]
WIDE = for_written(DEFAULT_LIMITS)


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return value


def written_and_read(folder: Path, data: bytes, name: str, keys: Any, limits: tuple[str, ...] = ()) -> None:
    """Write everything that can be made of a bundle, and give each file to what reads such files."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    path = str(folder / name)
    with open(path, "wb") as file:
        file.write(data)
    (folder / "keys").write_bytes(to_json(keys))
    given_keys = ["--policy", str(folder / "keys")]
    more = [*given_keys, *(argument for limit in limits for argument in ("--limit", limit))]
    state, report, trace = (str(folder / kind) for kind in ("state", "report", "trace"))
    made = run("merge", path, *more, "-o", state, "--report", report, "--trace", trace)
    assert made.status in (0, 1, 3), made.err
    if not os.path.exists(state):
        return
    # The state: compared with itself it is equal, under the limits that the bundle was read with.
    printed = json.loads(run("merge", path, *more, "-o", state, "--expect", state, "--json").stdout)
    assert printed["expected"]["equal"] is True
    assert json.loads(run("diff", path, state, *more, "--json").stdout)["state"] == []
    # The report and the trace are values of the data model, by the strict reader.
    wide = Limits(size=WIDE.size, nodes=WIDE.nodes, depth=200)
    for file_name in (report, trace):
        parse_json(Path(file_name).read_bytes().strip(), wide)
    assert run("diff", report, report, *more).status == 0
    assert run("diff", path, report, *more).status == 0
    # The export: parts that are bundles, of the same state.
    exported = run("export", path, *more, "--events", "2", "--out-dir", str(folder / "parts"))
    assert exported.status == made.status, exported.err
    parts = [str(part) for part in sorted((folder / "parts").iterdir())]
    again = run("merge", *parts, *more, "--expect", state, "-o", str(folder / "again"), "--json")
    assert not [d for d in json.loads(again.stdout)["expected"]["differences"] if d["group"] != "labels"]
    # The proofs: each of them verifies.
    run("proof", path, *more, "--out-dir", str(folder / "proofs"))
    if (folder / "proofs").exists():
        proofs = [str(proof) for proof in sorted((folder / "proofs").iterdir())]
        assert run("verify", *proofs, *more).status == 0
    # The policy: shown, it is one again, and the same.
    shown = run("policy", "show", *given_keys).stdout
    assert Policy.from_bytes(shown) == Policy.from_value(keys)


@given(st.data())
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_is_written_is_read(tmp_path: Path, data: st.DataObject) -> None:
    whole = data.draw(strategies.event_sets(max_size=6))
    events = [*whole.events, *data.draw(strategies.junk(whole))]
    name = data.draw(st.sampled_from(NAMES))
    written_and_read(tmp_path / "f", to_json(bundle(whole.record, events)), name, policy(*FIXTURE_SIGNERS))


@pytest.mark.parametrize(
    ("levels", "limits"),
    [(1, ()), (29, ()), (30, ()), (31, ()), (60, ()), (61, ()), (180, ("bundle_depth=190", "depth=190"))],
)
def test_a_record_nested_deep_is_written_and_read(
    tmp_path: Path, levels: int, limits: tuple[str, ...]
) -> None:
    """``merge --expect`` rejected the state that ``merge -o`` had written of a record 31 deep."""
    record = {**made_record(), "deep": nested(levels)}
    when = "2026-05-18T01:39:14Z"
    events = [
        attached(DEMO, record, "alias_added", payloads.alias_added("x", "1"), when),
        *(
            attached(DEMO, record, "author_claim", payloads.author_claim(payloads.orcid(1), strength=s), when)
            for s in ("strong", "weak")
        ),
    ]
    written_and_read(
        tmp_path / "f", to_json(bundle(record, events)), "b.json", policy(*FIXTURE_SIGNERS), limits
    )


def test_a_state_of_more_than_an_input_may_have_is_read(tmp_path: Path) -> None:
    record = made_record()
    paths = []
    for part in range(3):
        events = [
            attached(DEMO, record, "citation",
                     {**payloads.citation(f"W{part}-{n}", "cites"), "note": "x" * 100_000},
                     "2026-05-18T01:39:14Z")
            for n in range(20)
        ]  # fmt: skip
        paths.append(str(tmp_path / f"{part}.json"))
        Path(paths[-1]).write_bytes(to_json(bundle(record, events)))
    (tmp_path / "keys").write_bytes(to_json(policy(DEMO)))
    state = str(tmp_path / "state")
    args = [*paths, "--policy", str(tmp_path / "keys"), "-o", state]
    assert run("merge", *args).status == 0
    assert os.path.getsize(state) > DEFAULT_LIMITS.size
    assert run("merge", *args, "--expect", state).status == 0
    assert read_state(Path(state).read_bytes())["event_count"] == 60
    assert run("diff", state, state).status == 0
