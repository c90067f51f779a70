"""inspect."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from kit import cbor, to_json
from kit.command_line import run
from kit.data import REPO
from kit.demo import RECORD, plain

DEMOS = REPO / "vectors" / "demo"


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
        ([], "  form        an array of 0 elements\n"),
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


def test_the_beginning_of_a_bundle_is_to_be_fetched_whole() -> None:
    """verify and merge reject it, so they are no next step; and no event of it is complete."""
    whole = to_json(plain())
    out = run("inspect", "--truncated", "-", stdin=whole[: whole.index(b'"events"') + 200]).out
    last = out.splitlines()[-1]
    assert last.startswith("NOTHING WAS VERIFIED: fetch the whole file; pithbundle number --truncated FILE")
    assert "  events      0 complete\n" in out


def test_signatures_of_an_unknown_format_are_not_counted_as_absent() -> None:
    value = {**plain(), "events": [{"kind": "citation", "sig": "x"}]}
    out = run("inspect", "-", stdin=to_json(value)).out
    assert "  events      1: 1 of no built-in event format\n" in out
    assert "  signatures  0 on events, 0 receipts, as claimed; in other formats they are not counted\n" in out


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
    many = {"events": [{"event_type": f"t{index}", f"m{index}": 1} for index in range(300)]}
    out = run("inspect", "-", stdin=cbor(many)).out
    assert "more types" in out and "more unknown members" in out
