"""What the README and the comparison claim exists: commands, targets, tests."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kit.command_line import run
from kit.data import REPO
from pithbundle.cli.main import COMMANDS
from pithbundle.outcomes import EXIT_STATUS

README = (REPO / "README.md").read_text(encoding="utf-8")
COMPARISON = (REPO / "docs" / "comparison.md").read_text(encoding="utf-8")


def test_it_is_short() -> None:
    assert len(README.splitlines()) <= 100


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    """A group has its own, or one with each command in it."""
    shown = run(command, "--help")
    assert shown.status == 0
    assert re.search(rf"Examples?:\n +pithbundle {command}", shown.out)


def test_the_exit_statuses_are_those_of_reports() -> None:
    assert "0 valid; 1 rejected, invalid or a conflict" in README
    assert "3 incomplete" in README
    assert {str(outcome): int(status) for outcome, status in EXIT_STATUS.items()} == {
        **dict.fromkeys(("rejected", "invalid", "conflict"), 1),
        **dict.fromkeys(("incomplete", "unverified"), 3),
        "valid": 0,
    }


def test_the_demo_ends_with_the_verdict() -> None:
    """It is the first command of the README: no page of JSON, and a verdict at the end."""
    venv = Path(sys.prefix)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", "-s", "-o", str(venv / "runtime.stamp"), f"VENV={venv}", "demo"],
        cwd=REPO,
        env=kept,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1].startswith("VALID: ")
    assert max(map(len, done.stdout.splitlines())) < 200


def test_every_make_target_that_it_names_exists() -> None:
    makefile = (REPO / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"make ([a-z-]+)`", README) + re.findall(
        r"^\$ make ([a-z-]+)", README, re.MULTILINE
    ):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_test_that_the_comparison_names_exists() -> None:
    named = set(re.findall(r"`(test_[a-z0-9_]+)`", COMPARISON))
    assert len(named) > 15
    texts = [path.read_text(encoding="utf-8") for path in (REPO / "tests").rglob("test_*.py")]
    defined = {name for text in texts for name in re.findall(r"^def (test_[a-z0-9_]+)\(", text, re.MULTILINE)}
    assert named <= defined, named - defined
    for row in re.findall(r"^\| (?!capability|---)(.+) \|$", COMPARISON, re.MULTILINE):
        assert "`test_" in row.split("|")[1], row


#: What the README claims, and the test that shows it.
CLAIMS = {
    "It needs no network": "test_nothing_of_the_package_opens_a_connection",
    "trusts no mirror": "test_what_a_mirror_drops_is_missed_where_a_checkpoint_lists_it",
    "in Python, in JavaScript": "test_each_report_is_that_of_python",
    "an implementation of their own": "test_the_runner_catches_it",
    "that a key of your policy signed exactly this content": "test_no_signed_leaf_can_be_another",
    "on the order of arrival, on duplicates": "test_order_and_repetition_change_nothing",
    "on junk among": "test_junk_among_the_events_changes_no_state_and_no_digest",
    "on a clock": "test_no_clock_decides_a_verdict_or_a_state",
    "installs the package into `.venv` and verifies": "test_the_demo_ends_with_the_verdict",
    "the registry's key is built in": "test_the_built_in_key_is_the_one_of_the_manifest",
    "with a search that works offline": "test_the_site_in_chromium",
    "has `--help` with an example": "test_every_command_has_help_with_an_example",
    "of the demo bundle are the registry's own": "test_the_receipt_verifies_under_the_registrys_key",
    "signed by a published test key": "test_no_test_key_poses_as_the_registry",
    "canonical hash, alias, title hash, receipt": "test_all_of_it_is_here",
    "none is called invalid": "test_beside_an_unknown_format_nothing_is_invalid_and_all_else_is_the_same",
    "without a signed checkpoint this is unknown": "test_without_a_checkpoint_nothing_is_known",
    "contains no signing code": "test_the_installed_package_contains_no_signing_code",
}


@pytest.mark.parametrize("claim", CLAIMS)
def test_each_claim_has_its_test(claim: str) -> None:
    assert claim in re.sub(r"\s+", " ", README.replace("> ", "")), "the README no longer claims it"
    texts = (path.read_text(encoding="utf-8") for path in (REPO / "tests").rglob("test_*.py"))
    assert any(re.search(rf"^def {CLAIMS[claim]}\(", text, re.MULTILINE) for text in texts)


def test_the_first_screen_has_the_purpose_the_readers_and_what_verified_does_not_mean() -> None:
    screen = " ".join(README.splitlines()[:22])
    for words in ("verifies a bundle", "It is for ", "**Verified** means", "It does not mean that"):
        assert words in screen


def test_the_installed_package_contains_no_signing_code() -> None:
    source = REPO / "src" / "pithbundle"
    found = [
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if re.search(r"SigningKey|crypto_sign(?!_open)|\.sign\(", path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_nothing_of_the_package_opens_a_connection() -> None:
    source = REPO / "src" / "pithbundle"
    pattern = r"^\s*(?:import|from) (?:socket|ssl|http|urllib\.request|aiohttp|requests)\b"
    found = [
        path.relative_to(source).as_posix()
        for path in source.rglob("*.py")
        if "net" not in path.relative_to(source).parts
        and re.search(pattern, path.read_text(encoding="utf-8"), re.MULTILINE)
    ]
    # It listens: what the server of a mirror answers goes to those who connected to it.
    assert found == ["mirror/serve/listening.py"]


def test_only_what_asks_mirrors_imports_the_network_client() -> None:
    source = REPO / "src" / "pithbundle"
    found = {
        path.relative_to(source).parts[0]
        for path in source.rglob("*.py")
        if re.search(r"^\s*(?:import|from) pithbundle\.net\b", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    assert found == {"cli", "mirror", "net"}
