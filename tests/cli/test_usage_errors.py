"""What the command line prints about wrong options, wrong files and missing packages."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from kit.command_line import HOSTILE, assert_harmless, process_env, run
from kit.data import REPO
from pithbundle import files
from pithbundle.__main__ import main as entry_point
from pithbundle.cli.extras import needing
from pithbundle.encoding.limits import DEFAULT_LIMITS

DEMO = REPO / "vectors" / "demo"
POLICY = ["--policy", str(DEMO / "policy.json")]
BUNDLE = str(DEMO / "bundle.json")
RICH = str(DEMO / "rich.json")


class TestJson:
    @pytest.mark.parametrize(
        "args, message",
        [
            (["verify", "--json"], "missing argument 'FILE...'"),
            (["verify", BUNDLE, "--nonsense", "--json"], "no such option '--nonsense'"),
            (["merge", "--json", BUNDLE], "with --json the state needs a file: add -o FILE"),
            (["verify", "--limit", "x=1", "--json", BUNDLE], "'x=1' is not NAME=NUMBER"),
            (["policy", "--json"], "no such option '--json'"),
            (["nonsense", "--json"], "no such command 'nonsense'"),
        ],
    )
    def test_a_usage_error_is_an_error_object(self, args: list[str], message: str) -> None:
        result = run(*args)
        assert result.status == 2
        error = json.loads(result.out)["error"]
        assert message.lower() in error["message"].lower() and error["code"] == "usage"
        assert "--help" in error["hint"]
        assert result.err.startswith("pithbundle: error: ")

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
    def test_hostile_arguments(self, text: str) -> None:
        result = run("verify", "--json", "--limit", text, BUNDLE)
        assert result.status == 2 and result.stdout.isascii()
        assert json.loads(result.out)["error"]["code"] == "usage"

    def test_without_json_nothing_is_on_stdout(self) -> None:
        assert run("verify").stdout == b""


@pytest.mark.parametrize(
    "args",
    [
        "headers fetch -o h.bin --from https://a{0}", "mirror serve --store s{0} --host {0}",
        "mirror publish --store s{0} --to s{0}/x", "store add s{0} s{0}", "store init s{0}/x --policy s{0}/x",
        "merge b{0} -o b{0}", "conformance run --vectors v --impl x{0}", "recompute b{0} -o o --cache o/x{0}",
    ],
)  # fmt: skip
def test_hostile_text_of_a_usage_error_is_escaped_once(
    args: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is shown twice has the backslashes of the first time doubled, and names no file any more."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "b\x1b").write_bytes(Path(BUNDLE).read_bytes())
    (tmp_path / "v").symlink_to(REPO / "vectors")
    run("store", "init", "s\x1b", *POLICY)
    result = run(*args.format("\x1b").split(" "))
    assert result.status == 2
    assert "\\u{1b}" in result.err and "\\\\" not in result.err


def test_quiet_keeps_the_warnings() -> None:
    clock = ["--now", "2026-01-01T00:00:00Z"]
    loud, quiet = run("verify", RICH, *POLICY, *clock), run("verify", "-q", RICH, *POLICY, *clock)
    warnings = [line for line in loud.out.splitlines() if line.startswith("warning")]
    assert warnings and quiet.err.splitlines() == warnings
    assert len(quiet.out.splitlines()) == 1


class TestExplain:
    def event_ids(self) -> list[str]:
        value = json.loads(run("timeline", RICH, *POLICY, "--json").out)
        return [event["event_id"] for event in value["events"]]

    def test_the_start_of_an_id(self) -> None:
        (winner, *_) = json.loads(run("explain", RICH, *POLICY, "integrity_findings", "--json").out)[
            "entries"
        ]
        event_id = winner["winners"][0]["event_id"]
        whole = run("explain", RICH, event_id, *POLICY)
        assert whole.status == 1
        for prefix in (event_id[:15], event_id.removeprefix("sha256:")[:8], event_id.removeprefix("sha256:")):
            short = run("explain", RICH, prefix, *POLICY)
            assert short.out.splitlines()[4:] == whole.out.splitlines()[4:]

    def test_no_event_with_this_id(self) -> None:
        result = run("explain", RICH, "00000000", *POLICY)
        assert result.status == 2 and "no valid event with the id 00000000" in result.err

    def test_an_ambiguous_id(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from pithbundle.cli.commands import explain

        event_ids = self.event_ids()
        monkeypatch.setattr(explain, "_ID_PREFIX", re.compile("[0-9a-f]{1,64}"))
        digit = next(d for d in "0123456789abcdef" if sum(e[7] == d for e in event_ids) > 1)
        result = run("explain", RICH, digit, *POLICY)
        candidates = [event_id for event_id in event_ids if event_id[7] == digit]
        assert result.status == 2 and all(event_id in result.err for event_id in candidates)
        assert "give more digits" in result.err

    def test_a_file_of_that_name_is_a_file(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "deadbeef").write_bytes(Path(BUNDLE).read_bytes())
        assert run("explain", "deadbeef", *POLICY).status == 0


class TestFiles:
    def test_a_url(self) -> None:
        for command in ("verify", "merge", "inspect", "number"):
            result = run(command, "https://example.org/bundle.json")
            assert result.status == 2
            assert "hint: a URL is not read: download the file first" in result.err

    def test_a_folder(self, tmp_path: Path) -> None:
        assert "a folder without .json and .cbor files" in run("merge", str(tmp_path)).err
        for index in range(7):
            (tmp_path / f"b{index}.json").write_text("{}")
        result = run("merge", str(tmp_path))
        assert result.status == 2
        assert f"this is a folder: give the files in it, which are {tmp_path}/b0.json, " in result.err
        assert result.err.rstrip().endswith(f"{tmp_path}/b4.json and 2 more")

    @pytest.mark.parametrize(
        "text", [text for text in HOSTILE.values() if len(text) < 200 and "\0" not in text]
    )
    def test_a_folder_of_hostile_names(self, tmp_path: Path, text: str) -> None:
        name = text.replace("/", "_").encode("utf-8", "surrogatepass")
        (tmp_path / "x").mkdir()
        with open(str(tmp_path / "x").encode() + b"/" + name[:200] + b".json", "wb"):
            pass
        for args in ([], ["-v"], ["--together"]):
            words = {"FAIL", "REJECTED:", "rejected", "policy", "hint", "pithbundle:"}
            assert_harmless(run("verify", str(tmp_path / "x"), *args), words)
            assert_harmless(run("verify", str(tmp_path / "x"), *args, tty=True), words)
        assert_harmless(run("merge", str(tmp_path / "x")), {"pithbundle:"})

    @pytest.mark.parametrize("option", ["-o", "--report", "--trace"])
    @pytest.mark.parametrize("force", [[], ["--force"]])
    def test_an_output_that_is_a_folder(self, tmp_path: Path, option: str, force: list[str]) -> None:
        result = run("merge", BUNDLE, *POLICY, option, str(tmp_path), *force)
        assert result.status == 2 and result.stdout == b""
        assert f"{tmp_path}: is a folder, not a file" in result.err and "--force" not in result.err

    def test_a_limit_names_its_option_and_value(self) -> None:
        size = Path(RICH).stat().st_size
        for command in ("verify", "status", "inspect", "number", "probe", "canonical"):
            result = run(command, RICH, "--limit", "size=1000")
            assert f"raise the limit with --limit size={size}" in result.err + result.out, command
        result = run("verify", "-", "--limit", "size=1000", stdin=Path(RICH).read_bytes())
        assert "--limit size=" in result.out
        assert "--limit events=" in run("verify", RICH, "--limit", "events=3").out
        assert "--limit nodes=" in run("verify", RICH, "--limit", "nodes=30").out

    def test_a_policy_of_the_environment_is_named(self, tmp_path: Path) -> None:
        broken = tmp_path / "policy.json"
        broken.write_text("{}")
        for path in (str(broken), str(tmp_path / "absent.json")):
            result = run("verify", BUNDLE, env={"PITHBUNDLE_POLICY": path})
            assert result.status == 2
            assert "hint: PITHBUNDLE_POLICY names this policy" in result.err
            assert "PITHBUNDLE_POLICY" not in run("verify", BUNDLE, "--policy", path).err


class TestPolicy:
    def test_an_unknown_event_type_is_a_warning(self, tmp_path: Path) -> None:
        value = json.loads((DEMO / "policy.json").read_text())
        value["keys"][0]["event_types"] = ["author_claims", "citation", "x\x1b[2J"]
        path = tmp_path / "policy.json"
        path.write_text(json.dumps(value))
        result = run("policy", "check", str(path))
        assert result.status == 0
        assert_harmless(result, {"usable", "warning"})
        assert ": author_claims is no event type of " in result.out
        assert "citation is no event type" not in result.out and " author_claim " in result.out
        listed = json.loads(run("policy", "check", str(path), "--json").out)["unknown_event_types"]
        assert [each["event_type"] for each in listed] == ["author_claims", "x\x1b[2J"]
        assert "warning" not in run("policy", "check", str(DEMO / "policy.json")).out


class TestUnverified:
    """Without the policy no event has a known key."""

    def test_no_conflict_is_not_reported_of_events_that_were_not_verified(self, tmp_path: Path) -> None:
        result = run("proof", RICH, "--out", str(tmp_path / "z.json"))
        assert result.status == 3
        assert result.out.startswith("UNVERIFIED: no conflict was found, and not every event was verified\n")
        assert "pithbundle verify names the events" in result.out
        assert json.loads(run("proof", RICH, "--json").stdout)["exit_status"] == 3
        assert run("proof", BUNDLE, *POLICY).status == 1

    def test_a_bundle_without_events_has_no_event_that_is_not_verified(self, tmp_path: Path) -> None:
        """Its outcome is unverified all the same, for nothing in it is signed."""
        value = {**json.loads(Path(BUNDLE).read_bytes()), "events": []}
        (tmp_path / "empty.json").write_text(json.dumps(value))
        result = run("proof", str(tmp_path / "empty.json"), *POLICY)
        assert result.status == 1 and result.out.startswith("NO CONFLICT: ")

    def test_an_entry_that_is_missed_may_be_of_an_unverified_event(self) -> None:
        result = run("explain", RICH, "author_claims")
        assert result.status == 2
        assert "not every event is verified under this policy" in result.err
        assert "not every event" not in run("explain", RICH, *POLICY, "/current/citations/999").err


class TestProof:
    def test_a_proof_that_no_reader_accepts_is_not_written(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from dataclasses import replace

        from pithbundle.cli.commands import proof

        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(proof, "DEFAULT_LIMITS", replace(DEFAULT_LIMITS, size=1_000))
        for target in (["--out", "proof.json"], ["--out-dir", "proofs"]):
            result = run("proof", RICH, *POLICY, *target)
            assert result.status == 1 and "[size, " in result.err and "--list" in result.err
            assert sorted(path.name for path in tmp_path.iterdir()) == []

    def test_proofs_are_written_one_by_one(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """All proofs of a folder were in memory at once."""
        alive = 0
        most = 0

        def contents() -> object:
            nonlocal alive, most
            for _ in range(5):
                alive += 1
                most = max(most, alive)
                yield b"x"
                alive -= 1

        pairs = zip((str(tmp_path / f"{n}") for n in range(5)), contents(), strict=True)  # type: ignore[call-overload]
        files.write_outputs(pairs)
        assert most == 1 and len(list(tmp_path.iterdir())) == 5


def test_a_proof_is_inspected_as_a_proof(tmp_path: Path) -> None:
    proof = tmp_path / "proof.json"
    assert run("proof", RICH, *POLICY, "--out", str(proof)).status == 0
    shown = run("inspect", str(proof)).out
    assert "  form        a proof of a conflict, by its members; " in shown and "not defined" not in shown
    proof.write_text(json.dumps({**json.loads(proof.read_text()), "bundle_version": "1"}))
    assert "bundle_version: 1 (not defined in spec.md)" in run("inspect", str(proof)).out


class TestExtras:
    def without(self, package: str, *args: str) -> subprocess.CompletedProcess[str]:
        code = f"import sys; sys.modules[{package!r}] = None; from pithbundle.__main__ import main"
        return subprocess.run(
            [sys.executable, "-c", code + "; sys.exit(main())", *args],
            env=process_env(),
            capture_output=True,
            text=True,
            check=False,
        )

    def test_without_click(self) -> None:
        done = self.without("click", "verify", BUNDLE)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.splitlines() == [
            "pithbundle: error: the command line needs click, which is not installed",
            "pithbundle: hint: in a checkout run python -m pip install -e '.[cli]', "
            "or, where a package index has pithbundle, python -m pip install 'pithbundle[cli]'",
        ]

    def test_the_entry_point(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setattr(sys, "argv", ["pithbundle", "--version"])
        assert entry_point() == 0
        monkeypatch.delitem(sys.modules, "pithbundle.cli.main")
        monkeypatch.setitem(sys.modules, "click", None)
        assert entry_point() == 2
        assert "pithbundle[cli]" in capsys.readouterr().err
        monkeypatch.setitem(sys.modules, "pithbundle.cli.main", None)
        with pytest.raises(ModuleNotFoundError, match="pithbundle"):
            entry_point()

    def test_without_matplotlib(self, tmp_path: Path) -> None:
        done = self.without("matplotlib", "timeline", BUNDLE, *POLICY, "--svg", str(tmp_path / "x.svg"))
        assert done.returncode == 2 and "Traceback" not in done.stderr
        assert "in a checkout run python -m pip install -e '.[plot]'" in done.stderr

    def test_another_missing_module_is_no_missing_extra(self) -> None:
        done = self.without("orjson", "verify", BUNDLE)
        assert done.returncode == 1 and "orjson" in done.stderr and "pithbundle[cli]" not in done.stderr

    def test_the_library_needs_no_extra(self) -> None:
        code = "import sys; sys.modules['click'] = sys.modules['matplotlib'] = None; import pithbundle"
        subprocess.run([sys.executable, "-c", code], env=process_env(), check=True)


def test_a_long_string_is_read_under_the_limit_that_the_hint_names(tmp_path: Path) -> None:
    """The hint named the size of the file, which was not the limit that was exceeded."""
    value = {**json.loads(Path(BUNDLE).read_bytes()), "note": "x" * 1_100_000}
    (tmp_path / "str.json").write_text(json.dumps(value))
    result = run("verify", str(tmp_path / "str.json"), *POLICY)
    assert result.status == 1
    (option,) = re.findall(r"--limit (string=\d+)", result.out)
    assert run("verify", str(tmp_path / "str.json"), *POLICY, "--limit", option).status == 0


def test_several_missing_packages_are_plural() -> None:
    message = "a server needs uvicorn and httptools, which are not installed"
    with (
        pytest.raises(click.UsageError, match=message),
        click.Context(click.Command("serve")),
        needing("serve", "a server needs uvicorn and httptools", "uvicorn", "httptools"),
    ):
        raise ModuleNotFoundError(name="uvicorn")
