"""probe and inspect."""

from __future__ import annotations

import itertools
import json
from pathlib import Path
from typing import Any

import pytest

from kit import DEMO, TARGETS, bundle, cbor, event, policy, policy_key, to_json
from kit.command_line import run
from kit.data import REPO
from kit.demo import RECORD, plain
from kit.payloads import alias_added, graph_snapshot
from pithbundle.bundle.event_formats import EVENT_FORMATS

DEMOS = REPO / "vectors" / "demo"
WHEN = "2026-06-01T00:00:00Z"


def under(rule: str) -> dict[str, Any]:
    made = [
        event(DEMO, RECORD, kind, TARGETS[kind], payload, WHEN, rule=EVENT_FORMATS[rule])
        for kind, payload in (
            ("graph_snapshot", graph_snapshot(RECORD)),
            ("alias_added", alias_added("example", "x")),
        )
    ]
    return bundle(RECORD, made, aliases_at=WHEN)


@pytest.mark.parametrize("rule", EVENT_FORMATS)
def test_the_rule_that_made_a_bundle_is_settled_and_its_policy_works(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: str
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("b.json").write_bytes(to_json(under(rule)))
    Path("mine.json").write_bytes(to_json(policy(DEMO)))
    result = run("probe", "b.json", "--policy", "mine.json", "-o", "found.json")
    assert result.status == 0
    assert result.out.startswith(f"SETTLED: {rule} ")
    verified = run("verify", "b.json", "--policy", "found.json")
    assert verified.status == (0 if EVENT_FORMATS[rule].is_binding else 3)
    assert ("too little" in result.out) == any(not EVENT_FORMATS[name].is_binding for name in [rule])
    said = json.loads(run("probe", "b.json", "--policy", "mine.json", "--json").stdout)
    assert said["settled"] == rule
    assert said["policy_document"] == json.loads(Path("found.json").read_bytes())
    printed = run("probe", "b.json", "--policy", "mine.json").out
    if rule != "event-v1":
        assert json.loads(printed[printed.index("\n{") :]) == said["policy_document"]
        assert run("verify", "b.json", "--policy", "mine.json").status != 0
    again = run("probe", "b.json", "--policy", "found.json")
    assert "the policy in use already lists this format" in again.out


def test_other_keys_of_the_policy_keep_their_rule(tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    path.write_bytes(to_json(under("event-full-hex")))
    said = json.loads(run("probe", str(path), "--policy", str(DEMOS / "policy.json"), "--json").stdout)
    rules = {
        (key["signer_id"], key["key_id"]): key["event_formats"] for key in said["policy_document"]["keys"]
    }
    assert {pair for pair, rule in rules.items() if rule == ["event-full-hex"]} == {
        (DEMO.signer_id, DEMO.key_id)
    }


def test_nothing_is_settled_without_signatures_or_keys(tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    bare = under("event-v1")
    for made in bare["events"]:
        del made["signature"], made["event_id"]
    path.write_bytes(to_json(bare))
    result = run("probe", str(path), "--policy", str(DEMOS / "policy.json"), "-o", str(tmp_path / "p.json"))
    assert (result.status, result.err) == (3, "")
    assert result.out.startswith("NOT SETTLED: no event has a signature")
    assert not (tmp_path / "p.json").exists()
    assert run("probe", str(DEMOS / "bundle.json")).out.startswith(
        "NOT SETTLED: no known event format reproduces a"
    )
    half = under("event-v1")
    half["events"][0] = under("event-full-hex")["events"][0]
    path.write_bytes(to_json(half))
    result = run("probe", str(path), "--policy", str(DEMOS / "policy.json"))
    assert result.status == 3
    assert result.out.startswith("NOT SETTLED: no known event format reproduces every")


def test_a_bundle_of_all_rules_settles_none(tmp_path: Path) -> None:
    path = tmp_path / "b.json"
    made = [each for rule in EVENT_FORMATS for each in under(rule)["events"]]
    path.write_bytes(to_json(bundle(RECORD, made, aliases_at=WHEN)))
    result = run("probe", str(path), "--policy", str(DEMOS / "policy.json"))
    assert result.status == 3
    assert all(f"  {rule} " in result.out for rule in EVENT_FORMATS)


def test_a_rotated_key_is_named_only_where_it_signed(tmp_path: Path) -> None:
    path = tmp_path / "p.json"
    path.write_bytes(to_json(policy(policy_key(DEMO, event_formats=["event-full-id"]))))
    said = json.loads(run("probe", str(DEMOS / "bundle.json"), "--policy", str(path), "--json").stdout)
    assert said["policy_document"]["keys"][0]["event_formats"] == ["event-v1"]


# -- inspect ------------------------------------------------------------------------------


def shouted(text: str) -> bool:
    """Whether every run of 17 lines has a warning in it: no screen is without one."""
    lines = text.splitlines()
    marks = [at for at, line in enumerate(lines) if line.startswith("NOTHING WAS VERIFIED:")]
    return (
        marks[0] == 0
        and marks[-1] == len(lines) - 1
        and max(later - former for former, later in itertools.pairwise(marks)) <= 17
    )


@pytest.mark.parametrize("name", ["bundle.json", "bundle.cbor", "rich.json", "tampered.json", "policy.json"])
def test_every_screen_shows_that_nothing_was_verified(name: str) -> None:
    result = run("inspect", str(DEMOS / name))
    assert result.status == 0
    assert shouted(result.out)
    assert json.loads(run("inspect", "--json", str(DEMOS / name)).stdout)["nothing_was_verified"] is True


@pytest.mark.parametrize(
    ("value", "shape"),
    [
        ([], "an array of 0 elements"),
        (["x"], "an array of 1 element"),
        ("x", "a string of 1 character"),
        (7, "a number"),
        (None, "null"),
        (True, "true"),
        (False, "false"),
        ({}, "an object of 0 members"),
        ({"bundle_type": "pith_open_graph_bundle", "events": [
            1, {}, {"event_type": 1, "signer": {"signer_id": 2}}]}, "a bundle, by its members; an object"),
        ({"events": 1, "source_aliases": [1, {}], "canonical_record": {"source": 1}}, "a record document"),
        ({"state_type": "pith_open_graph_state", "surprise": None}, "a state"),
        ({"policy_type": "pithbundle_policy"}, "a policy"),
        (RECORD, "a canonical record"),
    ],
    ids=str,
)  # fmt: skip
def test_whatever_can_be_read_is_shown(value: Any, shape: str) -> None:
    for args in (["inspect", "-"], ["inspect", "-", "--json"]):
        result = run(*args, stdin=to_json(value))
        assert result.status == 0
    assert shape in run("inspect", "-", stdin=to_json(value)).out


@pytest.mark.parametrize(
    ("value", "use"),
    [
        (plain(), "pithbundle verify checks it, pithbundle merge gives its state"),
        ({"policy_type": "pithbundle_policy"}, "give it to --policy; pithbundle policy check checks it"),
        (RECORD, "pithbundle number recomputes its Pith Number"),
        ({"x": 1}, "no command of pithbundle reads such a file"),
        ([], "no command of pithbundle reads such a file"),
    ],
    ids=("bundle", "policy", "record", "other", "none"),
)
def test_the_last_line_has_the_next_step(value: Any, use: str) -> None:
    out = run("inspect", "-", stdin=to_json(value)).out
    assert out.splitlines()[-1] == f"NOTHING WAS VERIFIED: {use}"


def test_a_file_that_verify_rejects_is_shown_with_its_faults() -> None:
    data = to_json(plain()).replace(b'"bundle_version":"1.0"', b'"bundle_version":1e400,"bundle_version":2')
    assert run("verify", "-", stdin=data).status == 1
    result = run("inspect", "-", stdin=data)
    assert result.status == 0
    assert "fault " in result.out
    assert run("inspect", "-", stdin=b"{").status == 1


def test_unknown_members_and_floods_are_printed() -> None:
    value = {**plain(), "surprise": 1, "source_aliases": [{"alias_kind": "k", "alias_value": "v"}] * 300}
    value["events"][0]["extra"] = 1
    value["events"][1]["signature"] = None
    out = run("inspect", "-", stdin=to_json(value)).out
    assert "surprise: 1 (not defined in spec.md)" in out
    assert "unknown     1 with member extra" in out
    assert "1 on events, 1 receipt, as claimed" in out
    assert "and 200 more aliases" in out
    assert shouted(out)
    many = {"events": [{"event_type": f"t{place}", f"m{place}": 1} for place in range(300)]}
    out = run("inspect", "-", stdin=cbor(many)).out
    assert "more types" in out and "more unknown members" in out
