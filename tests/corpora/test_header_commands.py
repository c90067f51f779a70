"""The commands on one epoch of real headers: what they show, and how a node gives them (NODE-1, EVID-13)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from kit import bundle, made_record, to_json
from kit.command_line import run
from kit.data import shared
from kit.mirrors import serving
from kit.nodes import Node, ServedNode
from kit.ots import bitcoin, proof
from kit.signing import canonical_hash
from pithbundle.evidence import Checkpoints

FIRST: Final = 822_528
LAST: Final = 824_543
RECORD: Final = made_record()


def sample(name: str) -> bytes:
    return shared(f"evidence/headers/{name}").read_bytes()


@pytest.fixture
def epoch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    """The 2,016 headers, also in a folder."""
    data = sample("headers_822528_824543.bin")
    monkeypatch.chdir(tmp_path)
    Path("headers").mkdir()
    Path("headers/epoch.bin").write_bytes(data)
    return data


def value(*words: str, status: int) -> Any:
    done = run(*words, "--json")
    assert done.status == status, done
    return json.loads(done.stdout)


@pytest.mark.usefixtures("epoch")
def test_an_epoch_is_known_by_the_built_in_table() -> None:
    found = value("headers", "check", "headers", status=0)
    (file,) = found["files"]
    assert found["outcome"] == "known" and found["checkpoints_sha256"] == Checkpoints.shipped().sha256
    assert [file[name] for name in ("count", "first", "last", "strength", "reason")] == [
        2_016, FIRST, LAST, "checkpoint", None,
    ]  # fmt: skip
    # By another table nothing is known of them.
    Path("table").write_text("0" * 64 + "\n")
    other = value("headers", "check", "headers", "--checkpoints", "table", status=3)
    assert other["files"][0]["reason"] == "not_linked"


def test_a_changed_bit_and_a_stale_block_have_the_exit_status_1(epoch: bytes) -> None:
    changed = bytearray(epoch)
    changed[80 * 1_000 + 40] ^= 1
    Path("headers/epoch.bin").write_bytes(changed)
    assert value("headers", "check", "headers", status=1)["files"][0]["fault"]["clause"] == "EVID-9"
    Path("headers/epoch.bin").write_bytes(epoch)
    Path("headers/stale.bin").write_bytes(bytes.fromhex(sample("stale_823226.hex").decode()))
    found = value("headers", "check", "headers", status=1)["files"]
    reasons = {file["file"]: file["reason"] for file in found}
    assert reasons == {"headers/epoch.bin": None, "headers/stale.bin": "not_in_chain"}


@pytest.mark.usefixtures("epoch")
def test_a_proof_that_names_a_real_block_which_lacks_it_is_contradicted() -> None:
    Path("bundle.json").write_bytes(to_json(bundle(RECORD, [])))
    Path("a.ots").write_bytes(proof(bitcoin(823_000), digest=bytes.fromhex(canonical_hash(RECORD))))
    words = ("evidence", "bundle.json", "--ots", "a.ots")
    found = value(*words, "--headers", "headers", status=1)
    (one,) = found["of_files"]
    assert (one["status"], found["checkpoints_sha256"]) == ("contradicted", Checkpoints.shipped().sha256)
    assert {"name": "strength", "value": "checkpoint"} in one["rests_on"]
    assert value(*words, status=3)["of_files"][0]["status"] == "no_header"


def test_a_node_on_loopback_gives_the_epoch_and_a_run_goes_on_with_it(epoch: bytes) -> None:
    lines = sample("epoch_boundaries_0_832608.tsv").decode().split()
    before = bytes.fromhex(lines[lines.index(str(FIRST - 1)) + 1])
    made = ServedNode(node=Node(before + epoch[: 80 * 700], first=FIRST - 1))
    with serving(made):
        words = ("headers", "fetch", "--from", made.base, "-o", "new.bin", "--last", str(LAST))
        first = value(*words, "--first", str(FIRST), status=0)
        assert (first["outcome"], first["first"], first["added"]) == ("current", FIRST, 700)
        made.node.chain = before + epoch
        second = value(*words, status=0)
        assert (second["added"], second["last"], second["requests"]) == (1_316, LAST, 2)
        assert Path("new.bin").read_bytes() == epoch
        made.node.chain = before + epoch[:80]
        assert value(*words, status=0)["requests"] == 1, "nothing is left to ask"
    assert value("headers", "check", "new.bin", status=0)["files"][0]["strength"] == "checkpoint"
