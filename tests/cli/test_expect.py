"""merge --expect, diff and verify of events that could not be checked: none is different or absent."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kit import (
    AUTHOR,
    DEMO,
    UNKNOWN_SIGNER,
    Json,
    attached,
    bundle,
    made_record,
    payloads,
    policy,
    policy_key,
    to_json,
)
from kit.command_line import run
from kit.results import WHEN
from pithbundle.cli.output import json_pieces

RECORD = made_record()
CLAIM = attached(AUTHOR, RECORD, "author_claim", payloads.author_claim(payloads.orcid(1)), WHEN)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    policies: dict[str, Json] = {
        "known": policy(AUTHOR),
        "unbound": policy(policy_key(AUTHOR, event_formats=["unknown"])),
        "unknown_signer": policy(DEMO),
    }
    for name, value in policies.items():
        (tmp_path / f"{name}.json").write_bytes(to_json(value))
    (tmp_path / "bundle.json").write_bytes(to_json(bundle(RECORD, [CLAIM])))
    (tmp_path / "empty.json").write_bytes(to_json(bundle(RECORD, [])))
    assert run("merge", "bundle.json", "--policy", "known.json", "-o", "state.json").status == 0
    return tmp_path


@pytest.mark.parametrize("name", ["unbound", "unknown_signer"])
@pytest.mark.usefixtures("folder")
def test_an_unverified_bundle_cannot_be_compared_with_a_state(name: str) -> None:
    """The output was DIFFERENT with exit status 1, as if the published state were false."""
    command = (
        "merge",
        "bundle.json",
        "--policy",
        f"{name}.json",
        "--expect",
        "state.json",
        "-o",
        "mine.json",
    )
    result = run(*command)
    assert result.status == 3
    assert "DIFFERENT" not in result.err and "cannot be compared" in result.err
    value = json.loads(run(*command, "--json", "--force").stdout)
    assert (value["expected"]["result"], value["exit_status"]) == ("not_comparable", 3)


@pytest.mark.usefixtures("folder")
def test_a_verified_bundle_is_compared_with_a_state() -> None:
    command = ("merge", "--policy", "known.json", "--expect", "state.json", "-o", "mine.json", "--force")
    assert run(*command, "bundle.json").status == 0
    result = run(*command, "empty.json")
    # Nothing is signed in a bundle without events: the outcome alone would be unverified, 3.
    assert result.status == 1 and "DIFFERENT" in result.err


@pytest.mark.usefixtures("folder")
def test_diff_reports_an_event_of_unknown_format_by_the_id_that_it_claims() -> None:
    assert (
        run("merge", "bundle.json", "--policy", "known.json", "--report", "r.json", "-o", "s.json").status
        == 0
    )
    result = run("diff", "bundle.json", "r.json", "--policy", "unbound.json")
    assert result.status == 1
    assert "absent" not in result.out and "by its claimed id" in result.out
    (change,) = json.loads(run("diff", "bundle.json", "r.json", "--policy", "unbound.json", "--json").stdout)[
        "events"
    ]
    assert change["left"]["claimed"] and change["left"]["verdict"] == "unknown_format"
    assert change["right"]["verdict"] == "verified"


@pytest.mark.usefixtures("folder")
def test_verify_shows_the_claimed_id_and_reports_that_the_element_may_have_been_altered() -> None:
    result = run("verify", "bundle.json", "--policy", "unbound.json")
    assert f"claims id {CLAIM['event_id'][7:19]}" in result.out
    altered = {**CLAIM, "signature": {**CLAIM["signature"], "key_id": UNKNOWN_SIGNER.key_id}}
    Path("altered.json").write_bytes(to_json(bundle(RECORD, [altered])))
    result = run("verify", "altered.json", "--policy", "known.json")
    assert result.status == 3 and "another mirror" in result.out


@pytest.mark.usefixtures("folder")
def test_names_of_files_are_portable_in_json() -> None:
    """A name that is no UTF-8 made a lone surrogate, which no strict reader accepts."""
    name = "\udcff.json"
    Path(name).write_bytes(Path("bundle.json").read_bytes())
    for command in (
        ("diff", name, name, "--policy", "known.json"),
        ("inspect", name),
        ("probe", name, "--policy", "known.json"),
        ("number", name),
        ("export", name, "--policy", "known.json", "-o", "out.json"),
        ("verify", name, "--policy", "known.json"),
    ):
        result = run(*command, "--json")
        assert "\\ud" not in result.out.lower(), command


def test_only_lone_surrogates_are_replaced() -> None:
    replaced = {
        "\udcff": "\ufffd",
        "\ud800x": "\ufffdx",
        "\\udcff": "\\udcff",
        "\\\ud800": "\\\ufffd",
        "\U0001f600": "\U0001f600",
        "\U0001f600\udfff": "\U0001f600\ufffd",
        "\ud83d\U0001f600": "\ufffd\U0001f600",
    }
    assert json.loads(b"".join(json_pieces([*replaced]))) == [*replaced.values()]
