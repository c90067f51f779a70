"""What commands read and where results go: formats, limits, standard input, terminals."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from kit import bundle, made_record, to_json
from kit.command_line import HOSTILE, assert_harmless, run
from kit.data import REPO
from pithbundle.encoding.parsed import detect_encoding

RECORD = str(Path(__file__).parent / "data" / "record.json")
POLICY = str(Path(__file__).parent / "data" / "policy.json")


def test_one_byte_decides_the_format() -> None:
    for byte in range(256):
        assert detect_encoding(bytes([byte])) == ("cbor" if 0xA0 <= byte <= 0xBF else "json")
    assert detect_encoding(b"") == "json"


@pytest.mark.parametrize("data, code", [(b"", "syntax"), (b"\xbf\xff", "cbor_indefinite"), (b"\x80", "utf8")])
def test_detection_never_guesses_further(data: bytes, code: str) -> None:
    result = run("canonical", "-", "--json", stdin=data)
    assert result.status == 1
    assert json.loads(result.out)["error"]["code"] == code


def test_a_given_encoding_is_used() -> None:
    assert run("canonical", "--from", "cbor", "-", stdin=b"\x80").stdout == b"[]"
    assert run("canonical", "--from", "json", "-", stdin=b"\xa0").status == 1


@pytest.mark.parametrize(
    "value", ["size", "size=", "size=-1", "size=1e3", "size=\u0663", "x=1", "=1", "size=" + "9" * 16]
)
def test_limits_are_read_strictly(value: str) -> None:
    assert run("canonical", "--limit", value, RECORD).status == 2


def test_a_limit_of_the_depth_is_one_of_bundles_too() -> None:
    """It was accepted and had no effect there."""
    demo = str(REPO / "vectors" / "demo" / "bundle.json")
    for command in ("verify", "merge", "inspect", "status"):
        result = run(command, "--limit", "depth=2", demo)
        assert result.status == 1, command
        assert "[depth, LIM-2]" in result.out + result.err
        assert "--limit depth=4" in result.out + result.err
    assert run("inspect", "--limit", "depth=2", "--limit", "bundle_depth=64", demo).status == 0


def test_what_was_read_under_raised_limits_is_exported_under_them(tmp_path: Path) -> None:
    """A record of 92 levels was verified with a raised limit, and no limit let it be exported."""
    deep = json.loads("[" * 90 + "]" * 90)
    data = to_json(bundle({**made_record(), "x": deep}, []))
    assert run("export", "-", stdin=data).status == 1
    written = run("export", "-", "--limit", "depth=120", stdin=data)
    assert json.loads(written.stdout)["canonical_record"]["x"] == deep
    assert run("verify", "-", "--limit", "depth=120", stdin=written.stdout).status == 3
    # Raised limits do not make parts larger when the default ones suffice.
    usual = run("export", "-", stdin=to_json(bundle(made_record(), [])))
    raised = run("export", "-", "--limit", "size=9999999", stdin=to_json(bundle(made_record(), [])))
    assert usual.stdout == raised.stdout


def test_limits_are_lowered_and_raised() -> None:
    deep = b"[" * 40 + b"]" * 40
    assert run("canonical", "-", stdin=deep).status == 1
    assert run("canonical", "-", "--limit", "depth=40", "--limit", "size=80", stdin=deep).stdout == deep
    assert run("canonical", "-", "--limit", "depth=40", "--limit", "size=79", stdin=deep).status == 1


def test_a_number_is_recomputed_from_a_bundle_with_a_broken_event() -> None:
    bundle = {"canonical_record": json.loads(Path(RECORD).read_bytes()), "events": [0]}
    text = json.dumps(bundle).replace('"events": [0]', '"events": [{"a": 1.0}]').encode()
    assert run("canonical", "-", stdin=text).status == 1
    result = run("number", "--json", "-", stdin=text)
    assert result.status == 0
    assert json.loads(result.out)["results"][0]["pith_number"].startswith("pith:2017:J2LUZ564")


@pytest.mark.parametrize("text", ["[]", "{}", "1", "null", '{"canonical_record": []}', '{"a": 1, "a": 2}'])
def test_what_contains_no_record(text: str) -> None:
    result = run("number", "-", stdin=text.encode())
    assert result.status == 1
    assert_harmless(result)


@pytest.mark.parametrize(
    "claimed",
    [
        {"source_aliases": [1, {"alias_kind": 1}, {"alias_kind": "other", "alias_value": 1}]},
        {"source_aliases": {}},
        {"source_aliases": [{"alias_kind": "arxiv", "alias_value": "1712.04432"}]},
        {"pith_number": "pith:2017:J2LUZ564FUOB74RUDD6Q7Q3WSE", "short_pith_number": "pith:J2LUZ564"},
    ],
)
def test_claimed_members_that_agree_or_are_absent(claimed: dict[str, object]) -> None:
    text = json.dumps({"canonical_record": json.loads(Path(RECORD).read_bytes()), **claimed})
    result = run("number", "--json", "-", stdin=text.encode())
    found = json.loads(result.out)["results"][0]
    assert (result.status, found["faults"], found["unsigned_differences"]) == (0, [], [])


@pytest.mark.parametrize("claimed", [{"pith_number": 1}, {"canonical_sha256": None}])
def test_claimed_members_of_another_type_differ(claimed: dict[str, object]) -> None:
    text = json.dumps({"canonical_record": json.loads(Path(RECORD).read_bytes()), **claimed})
    assert run("number", "-", stdin=text.encode()).status == 1


class TestTerminal:
    """Exact bytes go to a terminal only if it draws all of them."""

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
    def test_hostile_bytes_stay_away(self, text: str) -> None:
        data = json.dumps([text]).encode()
        for args in (["canonical", "-"], ["convert", "-", "--to", "json"]):
            assert_harmless(run(*args, stdin=data, tty=True), {"pithbundle:", *first_word(text)})

    def test_binary_stays_away(self) -> None:
        result = run("convert", RECORD, "--to", "cbor", tty=True)
        assert (result.status, result.stdout) == (2, b"")
        assert "not safe on a terminal" in result.err
        assert run("convert", RECORD, "--to", "cbor").stdout

    def test_a_dash_as_output_is_stdout(self) -> None:
        assert (
            run("convert", RECORD, "--to", "cbor", "-o", "-").stdout
            == run("convert", RECORD, "--to", "cbor").stdout
        )
        assert run("convert", RECORD, "--to", "json", tty=True).status == 0


def first_word(text: str) -> list[str]:
    """The start of the canonical text itself, which is data by request."""
    return json.dumps([text], ensure_ascii=False).split()[:1]


class TestKeys:
    def test_key_files(self, tmp_path: Path) -> None:
        raw = bytes.fromhex("b2d552b68890857171a78b36a5dccf368a953413288c353f7c9d9d6f94b709b3")
        for data in (raw, raw.hex().encode(), raw.hex().encode() + b"\r\n"):
            (tmp_path / "key").write_bytes(data)
            assert run("keys", "--key", str(tmp_path / "key")).status == 0
        for data in (raw[:31], raw + b"x", b"", b"\xff" * 64, raw.hex().upper().encode(), b"x" * 2000):
            (tmp_path / "key").write_bytes(data)
            assert run("keys", "--key", str(tmp_path / "key")).status == 1

    def test_a_key_that_the_policy_lacks(self) -> None:
        other = "68c924729a95d4c4d400ffc3399c8f713e7b89580d48fc3cfe43345e5ca706fb"
        result = run("keys", "--key", other, "--json")
        shown = json.loads(result.out)
        assert result.status == 0 and shown["outcome"] == "acceptable" and shown["policy_key"] is None
        assert "in policy   no" in run("keys", "--key", other).out

    def test_accepted_events_are_shown(self, tmp_path: Path) -> None:
        policy = json.loads(Path(POLICY).read_bytes())
        policy["keys"][0] |= {"status": "revoked", "accepted_event_ids": ["sha256:" + "00" * 32]}
        (tmp_path / "policy").write_text(json.dumps(policy))
        result = run("keys", "--policy", str(tmp_path / "policy"))
        assert "  accepts     sha256:" + "00" * 32 in result.out

    def test_a_failing_self_test(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(
            "pithbundle.ed25519.selftest_vectors.VERIFY", (("name", "00" * 32, "", "00" * 64, True),)
        )
        result = run("keys", "--self-test")
        assert (result.status, result.stdout) == (1, b"")
        assert "self-test" in result.err and "[backend, " in result.err

    def test_standard_input_is_read_once(self) -> None:
        assert run("keys", "--policy", "-", "--key", "-").status == 2
