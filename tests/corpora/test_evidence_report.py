"""The report on evidence over real bundles and real proofs (EVID-17, EVID-20)."""

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path
from typing import Final

from kit.command_line import run
from kit.data import shared
from pithbundle.evidence import Block, Headers, Proof, read_headers
from pithbundle.evidence.timestamp_claims import proof_finding

CLIENT: Final = "evidence/ots/opentimestamps-client"
BLOCK: Final = "358391:000000000000000003e892881a8cdcdc117c06d444057c98b6f04a9ee75a2319"


def test_a_real_proof_is_confirmed_by_a_given_block_in_the_form_of_a_finding() -> None:
    header = bytes.fromhex(shared("evidence/headers/block_358391.hex").read_text())
    data = shared(f"{CLIENT}/hello-world.txt.ots").read_bytes()
    digest = Proof.from_bytes(data).digest
    headers = read_headers([("block", header)], blocks=[Block.from_text(BLOCK)])
    one = proof_finding("hello-world.txt.ots", data, digest, headers)
    assert (one.status, one.effect) == ("confirmed", "supports")
    assert one.sentence == "existed by block 358391, header time 2015-05-28T15:41:18Z"
    assert dict(one.rests_on) == {"block": BLOCK, "time": "2015-05-28T15:41:18Z", "strength": "given"}
    assert proof_finding("a", data, digest, Headers()).status == "no_header"
    assert proof_finding("a", data, bytes(32), headers).status == "other_digest"


def test_a_real_proof_on_the_command_line_without_a_bundle(tmp_path: Path) -> None:
    header = tmp_path / "block.bin"
    header.write_bytes(bytes.fromhex(shared("evidence/headers/block_358391.hex").read_text()))
    stamped = sha256(shared(f"{CLIENT}/hello-world.txt").read_bytes()).hexdigest()
    page = tmp_path / "page.html"
    args = (
        "evidence",
        "--ots",
        str(shared(f"{CLIENT}/hello-world.txt.ots")),
        "--digest",
        stamped,
        "--headers",
        str(header),
        "--html",
        str(page),
        "--json",
    )
    result = run(*args, "--block", BLOCK)
    (one,) = json.loads(result.stdout)["of_files"]
    assert (result.status, one["status"]) == (0, "confirmed")
    assert {"name": "strength", "value": "given"} in one["rests_on"]
    assert "given: linked to a block that you named" in page.read_text()
    # A header that no block names shows nothing.
    assert run(*args, "--force").status == 3
