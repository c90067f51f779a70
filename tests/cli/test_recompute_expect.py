"""``recompute --expect``: what is printed, what is written, what ends it (RECOMP-11)."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from kit.archives import lines, write
from kit.command_line import run
from kit.recomputed import POLICY_BYTES, read_output, registry

OPTIONS = ("--policy", "p.json", "--jobs", "1")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("p.json").write_bytes(POLICY_BYTES)
    write(Path("in"), registry(8))
    write(Path("less"), registry(8)[:20])
    run("recompute", "in", "-o", "old", *OPTIONS)


@pytest.mark.parametrize("other", ["old", "old/states", "old/digests.txt"])
def test_an_equal_output_changes_no_status(other: str) -> None:
    alone = run("recompute", "in", "-o", "new", *OPTIONS)
    result = run("recompute", "in", "-o", "new", *OPTIONS, "--force", "--expect", other)
    assert result.status == alone.status
    assert result.out == alone.out + f"\nequal         no record differs from {other}\n"
    # Nothing of a comparison is in the output.
    assert read_output(Path("new")) == read_output(Path("old"))


@pytest.mark.parametrize("other", ["old", "old/states", "old/digests.txt"])
def test_the_records_that_differ_are_printed_and_written(other: str) -> None:
    options = (*OPTIONS, "--expect", other, "--differences", "d.jsonl")
    result = run("recompute", "less", "-o", "new", *options)
    assert result.status == 1
    assert f"expected      2 records differ from {other}; 7 records here, 8 there" in result.out
    written = [json.loads(line) for line in Path("d.jsonl").read_bytes().splitlines()]
    assert [(one["how"], one["group"]) for one in written] == [
        ("differs", "signed"),
        ("only theirs", "signed"),
    ]
    for one in written:
        assert f"{one['how']:<11} {one['suffix']}" in result.out
    value = json.loads(run("recompute", "less", "-o", "new", "--force", *options, "--json").stdout)[
        "expected"
    ]
    assert value["records"] == {"ours": 7, "theirs": 8} and value["groups"]["signed"] == 2
    assert value["hows"] == {"differs": 1, "only ours": 0, "only theirs": 1}
    assert [one["suffix"] for one in value["differences"]] == [one["suffix"] for one in written]
    assert [one["digests"] for one in value["differences"]] == [one["digests"] for one in written]
    assert all(len(one["pointers"]) <= one["pointer_count"] for one in value["differences"])


def test_what_is_printed_is_bounded_and_the_file_is_whole() -> None:
    write(Path("many"), lines(131))
    write(Path("one"), lines(1))
    run("recompute", "one", "-o", "nothing", *OPTIONS)
    options = (*OPTIONS, "--expect", "nothing", "--differences", "d.jsonl")
    result = run("recompute", "many", "-o", "new", *options)
    assert result.out.count("  only ours") == 20 and "  and 110 more records\n" in result.out
    assert len(Path("d.jsonl").read_bytes().splitlines()) == 130
    value = json.loads(run("recompute", "many", "-o", "new", *options, "--force", "--json").stdout)[
        "expected"
    ]
    assert len(value["differences"]) == 100 and value["hows"]["only ours"] == 130


def test_a_damaged_other_side_accuses_nobody_and_the_output_stays() -> None:
    (pack,) = Path("old/states").glob("*.zst")
    pack.write_bytes(pack.read_bytes()[:-1] + b"x")
    options = (*OPTIONS, "--expect", "old", "--differences", "d.jsonl")
    result = run("recompute", "in", "-o", "new", *options)
    assert result.status == 2 and not result.out
    assert "is damaged" in result.err and "new is complete" in result.err
    assert read_output(Path("new")).summary["records"] == 8 and not os.path.lexists("d.jsonl")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--expect", "absent"), "absent: no such file"),
        (("--expect", "in"), "is no output of recompute"),
        (("--expect", "p.json"), "line 1 is not a suffix"),
        (("--differences", "d.jsonl"), "--differences needs --expect"),
        (("--expect", "old", "--differences", "p.json"), "is also an input"),
        (("--expect", "old", "--differences", "old/summary.json", "--force"), "is also an input"),
        (("--expect", "old", "--differences", "in/pith-archive.json", "--force"), "is also an input"),
        (("--expect", "old", "--differences", "new/d.jsonl"), "is in the folder that -o names"),
        (("--expect", "old", "--differences", "in", "--force"), "is also an input"),
        (("--expect", "old", "--differences", "taken"), "exists already"),
        (("--expect", "old", "--differences", "absent/d"), "no such file"),
    ],
)
def test_what_cannot_be_compared_with_is_a_usage_error(options: tuple[str, ...], words: str) -> None:
    Path("taken").write_bytes(b"mine")
    result = run("recompute", "in", "-o", "new", *OPTIONS, *options)
    assert result.status == 2
    assert words in result.err
    assert Path("taken").read_bytes() == b"mine"


@pytest.mark.parametrize("other", ["old/states", "old/digests.txt", "link/states", "new"])
def test_the_other_side_is_never_in_the_folder_that_is_written(other: str) -> None:
    os.symlink("old", "link")
    before = read_output(Path("old"))
    output = "new" if other == "new" else "old"
    result = run("recompute", "less", "-o", output, *OPTIONS, "--force", "--expect", other)
    assert result.status == 2 and "is in the folder that -o names" in result.err
    assert read_output(Path("old")) == before


@pytest.mark.parametrize("facts", [b"{}", b"no JSON", None])
def test_the_facts_of_a_run_are_never_compared(facts: bytes | None) -> None:
    run("recompute", "in", "-o", "other", *OPTIONS, "--jobs", "1")
    if facts is None:
        os.unlink("other/run.json")
    else:
        Path("other/run.json").write_bytes(facts)
    result = run("recompute", "in", "-o", "new", *OPTIONS, "--jobs", "1", "--expect", "other")
    assert "no record differs from other" in result.out and result.err == ""


def test_another_policy_is_named_and_accuses_nobody() -> None:
    run("recompute", "in", "-o", "builtin", "--jobs", "1")
    result = run("recompute", "in", "-o", "new", *OPTIONS, "--expect", "builtin")
    assert "builtin was made with other values: policy_sha256" in result.out
    assert "cannot be compared with builtin" in result.out
