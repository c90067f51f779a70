"""A file of the wrong type, given to every command: the hint names its type (DOC-1)."""

from __future__ import annotations

import base64
import gzip
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.command_line import HOSTILE, assert_harmless, run
from kit.data import REPO
from pithbundle.encoding.cbor import cbor_bytes

DEMO = REPO / "vectors" / "demo"
WHOLE = (DEMO / "bundle.json").read_bytes()

KEY = "3ba7f849f92e4460c11521a4848531dad4d9988f1cc5ee4d6d51010bce35ceb0"

#: Each command with FILE as one of its inputs, and what it expects there.
COMMANDS = {
    "verify FILE": "document", "merge FILE -o new": "bundle", "status FILE": "bundle",
    "explain FILE": "bundle", "timeline FILE": "bundle", "export FILE -o new": "bundle",
    "proof FILE": "bundle", "probe FILE --time 0.5": "any",
    "diff FILE state.json": "side", "diff state.json FILE": "side",
    "merge bundle.json -o new --expect FILE": "state",
    "policy check FILE": "policy", "verify bundle.json --policy FILE": "policy",
    "policy show --policy FILE": "policy", "keys --policy FILE": "policy",
    "number FILE": "record", "format check FILE": "format",
    "inspect FILE": "any", "canonical FILE": "any", "convert FILE --to json -o new": "any",
}  # fmt: skip

#: Files that nothing reads: their bytes, and the words of the message.
BYTES = {
    "empty": (b"", "the file is empty"),
    "web page": (b"<!DOCTYPE html><html></html>", "the file is a web page"),
    "gzip": (gzip.compress(WHOLE), "the file is compressed with gzip"),
    "zip": (b"PK\x03\x04\x14\0\0\0", "the file is a zip archive"),
    "xz": (b"\xfd7zXZ\0\0", "the file is compressed with xz"),
    "utf-16": (WHOLE.decode().encode("utf-16"), "the file is text in UTF-16"),
    "utf-16le": (WHOLE.decode().encode("utf-16-le"), "the file is text in UTF-16"),
    "truncated": (WHOLE[:900], "the file is truncated"),
    "several": (WHOLE + b"\n" + WHOLE, "the file has several documents"),
    "appended": (WHOLE + b"\nmore", "the file is longer than its content"),
    "cbor tag": (b"\xd9\xd9\xf7" + cbor_bytes({"a": 1}), "the file is self-described CBOR"),
    "several cbor": (cbor_bytes({"a": 1}) * 2, "the file has several documents"),
    "picture": (b"\x89PNG\r\n\x1a\n", "the file is a picture"),
    "byte order mark": (b"\xef\xbb\xbf" + WHOLE, "the file is text with a byte order mark"),
}

#: Documents that some command reads: the words of the message, and the commands that accept them.
DOCUMENTS = {
    "bundle.json": ("a bundle", {"bundle", "document", "side", "record"}),
    "state.json": ("a state", {"state", "document", "side", "record"}),
    "report.json": ("a report of pithbundle", {"side"}),
    "record.json": ("a canonical record", {"record"}),
    "record-document.json": ("a record document", {"document", "side", "record"}),
    "manifest.json": ("a manifest", {"document"}),
    "policy.json": ("a policy", {"policy"}),
    "proof.json": ("a proof of a conflict", {"document", "record"}),
    "output.json": ("what a pithbundle command printed with --json", set()),
    "format.json": ("an event format", {"format"}),
    "archive.json": ("the manifest of an archive", set()),
    "progress.json": ("the progress of a search", set()),
}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("kinds")
    for name in ("bundle.json", "policy.json"):
        shutil.copy(DEMO / name, folder)
    shutil.copy(Path(__file__).parent / "data" / "record.json", folder)
    bundle, policy = str(folder / "bundle.json"), str(folder / "policy.json")
    run(
        "merge", bundle, "--policy", policy,
        "-o", str(folder / "state.json"), "--report", str(folder / "report.json"),
    )  # fmt: skip
    rich = str(DEMO / "rich.json")
    run("proof", rich, "--policy", policy, "--out", str(folder / "proof.json"))
    (folder / "output.json").write_bytes(run("verify", bundle, "--json").stdout)
    record = json.loads((folder / "record.json").read_bytes())
    document = {"record_type": "pith_number_record", "canonical_record": record}
    (folder / "record-document.json").write_text(json.dumps(document))
    (folder / "format.json").write_bytes(run("format", "show", "pithbundle-event-1").stdout)
    (folder / "archive.json").write_text('{"archive_type": "pithbundle_archive", "packs": []}')
    (folder / "progress.json").write_text('{"progress_type": "pithbundle_probe_progress"}')
    (folder / "manifest.json").write_text('{"manifest_type": "pith_mirror_manifest"}')
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    shutil.copytree(made, tmp_path / "x")
    monkeypatch.chdir(tmp_path / "x")
    yield tmp_path / "x"


def message_of(command: str, file: str) -> str:
    """Everything that the command prints of the file."""
    result = run(*command.replace("FILE", file).split())
    assert "Traceback" not in result.err
    return result.out + result.err


@pytest.mark.parametrize("command", COMMANDS)
def test_bytes_that_no_command_reads(folder: Path, command: str) -> None:
    for name, (data, words) in BYTES.items():
        (folder / "file").write_bytes(data)
        if name == "several cbor" and COMMANDS[command] in ("policy", "state", "format"):
            words = "the file is CBOR, and JSON is needed here"
        assert words in message_of(command, "file"), name


@pytest.mark.parametrize("command", COMMANDS)
def test_a_folder_and_a_url(folder: Path, command: str) -> None:
    (folder / "inner").mkdir()
    # verify takes folders: it names one without files.
    words = "a folder without .json and .cbor files" if command == "verify FILE" else "this is a folder"
    assert words in message_of(command, "inner")
    assert "a URL is not read: download the file first" in message_of(command, "https://example.org/x.json")


@pytest.mark.parametrize("command", [command for command, expected in COMMANDS.items() if expected != "any"])
def test_a_document_of_another_type_is_named(folder: Path, command: str) -> None:
    for file, (words, accepted) in DOCUMENTS.items():
        if COMMANDS[command] in accepted:
            continue
        text = message_of(command, file)
        # The error itself may name the file.
        assert f"is {words}" in text or f": {words} of mirrors has no record" in text, (file, text)


@pytest.mark.parametrize(
    "command", [command for command, expected in COMMANDS.items() if expected not in ("policy", "format")]
)
def test_a_size_error_names_the_option_and_a_value_that_is_enough(folder: Path, command: str) -> None:
    (folder / "large.json").write_bytes(b'{"x":"' + b"x" * 80_000 + b'"}')
    line = f"{command} --limit size=1000 --limit string=1000000"
    found = message_of(line, "large.json")
    # A state and a report may have the size of 64 inputs (LIM-7).
    value = 1251 if COMMANDS[command] in ("side", "state") else 80_008
    assert f"raise the limit with --limit size={value}" in found


@pytest.mark.parametrize(
    "command", [command for command, expected in COMMANDS.items() if expected == "policy"]
)
def test_the_limit_on_a_policy_is_fixed(folder: Path, command: str) -> None:
    (folder / "large.json").write_bytes(b" " * 4_200_000)
    text = message_of(command, "large.json")
    assert "the limit on a policy is fixed at 4194304 bytes" in text and "--limit" not in text


def test_a_bundle_given_as_policy_is_named(folder: Path) -> None:
    result = run("verify", "bundle.json", "--policy", "bundle.json")
    assert result.status == 2 and "hint: the file is a bundle, not a policy: " in result.err


@pytest.mark.parametrize(
    "command", ["keys --key FILE", "policy add --signer-id s --key-id k --public-key FILE"]
)
def test_a_file_that_is_no_key(folder: Path, command: str) -> None:
    for name, (data, words) in BYTES.items():
        (folder / "file").write_bytes(data)
        found = message_of(command, "file")
        assert "a key file contains 32 raw bytes, 64 hex digits" in found, name
        assert words in found or name in ("several", "appended", "several cbor", "cbor tag"), (name, found)
    for file, (words, _) in DOCUMENTS.items():
        assert f"the file is {words}" in message_of(command, file), file
    (folder / "large").write_bytes(b" " * 70_000)
    assert "more than 65536 bytes" in message_of(command, "large")
    assert "this is a folder" in message_of(command, ".")
    assert "neither a key" in message_of(command, "absent")


def test_a_key_is_read_in_each_of_its_forms(folder: Path) -> None:
    digits = "68c924729a95d4c4d400ffc3399c8f713e7b89580d48fc3cfe43345e5ca706fb"
    coded = base64.b64encode(bytes.fromhex(digits)).decode()
    whole = run("keys", "--key", digits)
    assert whole.status == 0 and run("keys", "--key", coded) == whole
    for data in (
        bytes.fromhex(digits), digits.encode() + b"\n", coded.encode(),
        json.dumps({"public_key_b64": coded, "key_id": "x"}).encode(),
        json.dumps({"public_key_hex": digits}).encode(),
    ):  # fmt: skip
        (folder / "key").write_bytes(data)
        assert run("keys", "--key", "key") == whole
        assert run("keys", "--key", "-", stdin=data) == whole
    (folder / "key").write_text(json.dumps({"public_key_b64": 1}))
    assert run("keys", "--key", "key").status == 1


@pytest.mark.parametrize("text", [text for text in HOSTILE.values() if "\0" not in text])
def test_hostile_words_of_the_new_commands(folder: Path, text: str) -> None:
    key = "68c924729a95d4c4d400ffc3399c8f713e7b89580d48fc3cfe43345e5ca706fb"
    for args in (
        ["code", text], ["man", text], ["schema", text],
        ["policy", "add", "--signer-id", text[:80], "--key-id", text[:80], "--public-key", key, "-o", "made"],
        ["policy", "add", "--signer-id", "s", "--key-id", "k", "--public-key", text[:200]],
        ["policy", "add", "--signer-id", "s", "--key-id", "k", "--public-key", key, "--event-format", text],
    ):  # fmt: skip
        for more in ([], ["--json", "--force"] if args[0] == "policy" else ["--json"]):
            result = run(*args, *more)
            if not more:
                assert_harmless(result, {"pithbundle:", "added", "policy"})
            assert result.stdout.isascii() or not more


def test_what_policy_add_does_not_combine(folder: Path) -> None:
    add = ["policy", "add", "--signer-id", "s", "--key-id", "k", "--public-key", "8" * 64, "--new"]
    assert "--new and --policy exclude each other" in run(*add, "--policy", "policy.json").err
    assert run(*add, env={"PITHBUNDLE_POLICY": "policy.json"}).status in (0, 1)
    add[-2] = "68c924729a95d4c4d400ffc3399c8f713e7b89580d48fc3cfe43345e5ca706fb"
    result = run(*add, "--event-type", "citations")
    assert result.status == 0 and "warning       citations is no event type" in result.err
    value = json.loads(run(*add, "--event-type", "citations", "--json").stdout)
    assert value["unknown_event_types"] == ["citations"]


def test_leftovers(folder: Path) -> None:
    policy = ("--policy", "policy.json")
    whole, short = (
        run("explain", "bundle.json", f"{slash}current/canonical_record", *policy) for slash in ("/", "")
    )
    assert whole.status == 0 and short == whole
    assert "64 hex digits or 44 characters of base64 and not 4" in run("keys", "--key", "abcd").err
    assert "--svg FILE or --png FILE" in run("timeline", "bundle.json", "--plot", "x.svg").err


def test_a_document_that_is_no_event_format_is_named_where_a_policy_gets_one(folder: Path) -> None:
    command = f"policy add --signer-id a --key-id b --public-key {KEY} --event-format FILE"
    assert "the file is a policy, not an event format" in message_of(command, "policy.json")
    assert "the file is a web page" in message_of(command, str(_page(folder)))


def _page(folder: Path) -> Path:
    (folder / "page").write_bytes(b"<html></html>")
    return folder / "page"


def test_a_folder_that_is_an_archive_names_how_to_unpack_it(folder: Path) -> None:
    (folder / "mirror").mkdir()
    shutil.copy(folder / "archive.json", folder / "mirror" / "pith-archive.json")
    (folder / "mirror" / "00.jsonl.zst").write_bytes(b"\x28\xb5\x2f\xfd")
    found = run("verify", "mirror")
    assert found.status == 3
    line = found.out.splitlines()[0]
    assert line.startswith("SKIPPED       mirror  an archive: ")
    assert "pithbundle archive unpack writes them as files" in line
    assert "the file belongs to an archive: " in message_of("verify FILE", "mirror/00.jsonl.zst")
    shutil.copy("mirror/00.jsonl.zst", "00.jsonl.zst")
    unpack = "compressed with zstd: pithbundle archive unpack FILE -o OUT writes its bundles as files"
    assert unpack in message_of("verify FILE", "00.jsonl.zst")
    (folder / "lines.jsonl").write_bytes(WHOLE + b"\n" + WHOLE)
    assert "pithbundle archive unpack --from jsonl FILE -o OUT" in message_of("verify FILE", "lines.jsonl")


def test_inspect_names_the_command_that_reads_a_file(folder: Path) -> None:
    for name, words in (("format.json", "format check"), ("archive.json", "archive unpack"),
                        ("progress.json", "probe --resume")):  # fmt: skip
        last = run("inspect", name).out.splitlines()[-1]
        assert f"pithbundle {words}" in last
