"""Public timestamp proofs and headers: each gives what the list beside them says (EVID-2 to EVID-15)."""

from __future__ import annotations

import json
import random
import re
from functools import cache
from hashlib import sha256
from typing import Any, Final

import pytest

from kit.data import shared
from pithbundle.errors import EvidenceError
from pithbundle.evidence import BITCOIN, Block, Checkpoints, Headers, Proof, check_proof, read_headers
from pithbundle.evidence.difficulty import reachable, retarget, target_of, work_of
from pithbundle.evidence.header_runs import read_run

EPOCH: Final = 2016
CLIENT: Final = "ots/opentimestamps-client"
ALICE, BOB = (f"https://{name}.btc.calendar.opentimestamps.org" for name in ("alice", "bob"))
FINNEY, CATALLAXY = "https://finney.calendar.eternitywall.com", "https://btc.calendar.catallaxy.com"
#: The block of hello-world.txt.ots, whose header is rebuilt from its printed fields.
BLOCK: Final = "358391:000000000000000003e892881a8cdcdc117c06d444057c98b6f04a9ee75a2319"
#: Of each proof: the file that it is of, if that is there, the heights and the calendars that it names.
PROOFS: Final[dict[str, tuple[str, set[int], set[str]]]] = {
    f"{CLIENT}/hello-world.txt.ots": ("hello-world.txt", {358_391}, set()),
    f"{CLIENT}/bad-stamp.txt.ots": ("bad-stamp.txt", {358_391}, set()),
    f"{CLIENT}/incomplete.txt.ots": ("incomplete.txt", set(), {ALICE}),
    f"{CLIENT}/two-calendars.txt.ots": ("two-calendars.txt", set(), {ALICE, BOB}),
    f"{CLIENT}/merkle1.txt.ots": ("merkle1.txt", set(), {ALICE, BOB}),
    f"{CLIENT}/merkle2.txt.ots": ("merkle2.txt", set(), {ALICE, BOB}),
    f"{CLIENT}/unknown-notary.txt.ots": ("unknown-notary.txt", set(), set()),
    f"{CLIENT}/empty.ots": ("empty", {129_405}, set()),
    f"{CLIENT}/bitcoin.pdf.ots": ("", {465_751}, set()),
    "ots/javascript-opentimestamps/osdsp.txt.ots": ("osdsp.txt", {523_364}, {ALICE, BOB, FINNEY, CATALLAXY}),
    "ots/rust-opentimestamps/rust-large_test.ots": ("", {449_399, 449_397}, {ALICE, BOB}),
    "ots/rust-opentimestamps/rust-small_test.ots": ("", set(), {ALICE, BOB}),
}
REJECTED: Final = {"bad-major-version.ots": "version", "invalid-file-digest-type.ots": "ots_invalid"}


def sample(name: str) -> bytes:
    return shared(f"evidence/{name}").read_bytes()


def read(name: str) -> Proof:
    return Proof.from_bytes(sample(name))


def hexed(name: str) -> bytes:
    return bytes.fromhex(sample(f"headers/{name}").decode())


@cache
def epoch() -> bytes:
    """The headers of the heights 822,528 to 824,543: one epoch."""
    return sample("headers/headers_822528_824543.bin")


@cache
def boundaries() -> dict[int, bytes]:
    """The first and the last header of each of 413 epochs, by their heights."""
    lines = sample("headers/epoch_boundaries_0_832608.tsv").decode().splitlines()
    return {int(height): bytes.fromhex(header) for height, header in map(str.split, lines)}


def test_the_list_beside_them_names_the_same_samples() -> None:
    listed: Any = json.loads(sample("MANIFEST.json"))["expected"]
    named = {word for key in listed for word in re.findall(r"[\w.-]+", key.replace("invalid/", ""))}
    ours = {name.rpartition("/")[2] for name in PROOFS} | REJECTED.keys()
    short = {"merkle1", "merkle2", "two-calendars"}
    assert named - short == {name for name in ours if name.partition(".")[0] not in short}
    assert short <= named


@pytest.mark.parametrize("name", PROOFS)
def test_a_proof_names_its_file_its_blocks_and_its_calendars(name: str) -> None:
    file, heights, calendars = PROOFS[name]
    found = read(name)
    if file:
        assert found.digest == sha256(sample(f"{name.rpartition('/')[0]}/{file}")).digest()
    assert {one.height for one in found.attestations if one.kind == "bitcoin"} == heights
    assert {one.uri for one in found.attestations if one.kind == "pending"} == calendars
    assert all(len(one.message or b"") == 32 for one in found.attestations if one.kind == "bitcoin")
    status = check_proof(found, found.digest, Headers()).status
    if found.hash_name == "sha1":
        assert status == "unsupported"
    else:
        assert status == ("no_header" if heights else "pending" if calendars else "unsupported")


@pytest.mark.parametrize("name", REJECTED)
def test_what_is_no_proof_is_rejected(name: str) -> None:
    with pytest.raises(EvidenceError) as caught:
        read(f"{CLIENT}/invalid/{name}")
    assert caught.value.code == REJECTED[name]


def test_an_unknown_attestation_keeps_its_tag() -> None:
    (one,) = read(f"{CLIENT}/unknown-notary.txt.ots").attestations
    assert (one.kind, one.tag.hex()) == ("unknown", "0102030405060708")


def test_a_real_proof_is_confirmed_by_a_block_that_the_user_names() -> None:
    headers = read_headers([("block", hexed("block_358391.hex"))], blocks=[Block.from_text(BLOCK)])
    good, bad = (read(f"{CLIENT}/{name}.txt.ots") for name in ("hello-world", "bad-stamp"))
    found = check_proof(good, good.digest, headers)
    assert (found.status, found.sentence) == (
        "confirmed",
        "existed by block 358391, header time 2015-05-28T15:41:18Z",
    )
    assert found.to_value()["attestations"][0]["strength"] == "given"
    assert check_proof(bad, bad.digest, headers).status == "differs_from_given"
    # Without the name it is a header of which nothing is known.
    alone = read_headers([("block", hexed("block_358391.hex"))])
    assert (alone.files[0].reason, check_proof(good, good.digest, alone).status) == (
        "not_linked",
        "no_header",
    )


def test_an_epoch_is_known_by_the_table_and_a_stale_block_is_not_in_it() -> None:
    headers = read_headers([("epoch", epoch()), ("stale", hexed("stale_823226.hex"))])
    whole, stale = headers.files
    assert (whole.first, whole.strength, whole.last, whole.reason) == (822_528, "checkpoint", 824_543, None)
    assert (stale.first, stale.strength, stale.reason) == (823_226, None, "not_in_chain")
    (known,) = headers.at(823_226)
    assert known.data != hexed("stale_823226.hex")
    assert known.data[4:36] == hexed("stale_823226.hex")[4:36]


def test_the_table_is_that_of_another_program_and_of_the_headers() -> None:
    ours = [block.hex for block in Checkpoints.shipped().blocks]
    assert ours == json.loads(sample("headers/epoch_end_hashes_electrum_953567.json"))
    ends = [boundaries()[height] for height in range(EPOCH - 1, 832_608, EPOCH)]
    assert len(ends) == 413
    assert ours[:413] == [Block(0, sha256(sha256(one).digest()).digest()).hex for one in ends]


def test_the_rule_of_targets_gives_all_413_changes_and_the_pinned_work() -> None:
    limit, work = target_of(BITCOIN.limit_bits) or 0, 0
    fields = {
        height: (int.from_bytes(header[72:76], "little"), int.from_bytes(header[68:72], "little"))
        for height, header in boundaries().items()
    }
    for first in range(0, 832_608, EPOCH):
        (bits, begin), (_, end) = fields[first], fields[first + EPOCH - 1]
        target = target_of(bits) or 0
        following = fields[first + EPOCH][0]
        assert retarget(target, end - begin, limit) == following
        assert reachable(target, target_of(following) or 0, limit)
        work += EPOCH * work_of(target)
    assert work == BITCOIN.minimum_work
    assert sha256(sha256(boundaries()[0]).digest()).digest() == BITCOIN.genesis


def test_the_ends_of_epochs_are_headers_with_the_work_of_their_targets() -> None:
    """Each is a file of its own: 413 of them are known by the table, and the beginnings by nothing."""
    files = [(str(height), header) for height, header in boundaries().items()]
    for file in read_headers(files).files:
        height = int(file.name)
        known = height % EPOCH == EPOCH - 1
        assert file.count == 1 and file.fault is None
        if height:
            # The last header of an epoch and the first one of the next belong together.
            assert (file.first, file.strength) == (height, "checkpoint" if known else None)


def flipped(header: int, bit: int) -> tuple[str, int]:
    """The clause and the header of the fault of the epoch with one bit of one header changed."""
    at = 80 * header + bit // 8
    data = epoch()[:at] + bytes([epoch()[at] ^ 1 << bit % 8]) + epoch()[at + 1 :]
    with pytest.raises(EvidenceError) as caught:
        read_run(data, set(), target_of(BITCOIN.limit_bits) or 0)
    assert caught.value.code == "headers_invalid" and caught.value.offset is not None
    return caught.value.clause, caught.value.offset // 80


def each_bit_is_noticed(header: int) -> None:
    for bit in range(640):
        clause, where = flipped(header, bit)
        # What the header contains of the one before it is compared first, then its own work; another
        # header with enough work is not the one that the next one contains.
        assert where in (header, header + 1), (header, bit)
        assert clause == ("EVID-9" if where == header and not 32 <= bit < 288 else clause), (header, bit)
        assert clause in ("EVID-9", "EVID-10")


def test_every_bit_of_a_header_counts() -> None:
    each_bit_is_noticed(1)
    data = epoch()[:85] + bytes([epoch()[85] ^ 1]) + epoch()[86:]
    (file,) = read_headers([("epoch", data)]).files
    assert (file.reason, file.strength) == ("invalid", None)


@pytest.mark.slow
@pytest.mark.parametrize("header", [0, 2, 3, 5, 8, 13, 21, 34, 55, 89, 125, 126, 144, 233, 377, 2015])
def test_every_bit_of_16_headers_counts(header: int) -> None:
    each_bit_is_noticed(header)


@pytest.mark.long
def test_10000_drawn_bits_count() -> None:
    chance = random.Random(12)
    for _ in range(10_000):
        header = chance.randrange(2016)
        assert flipped(header, chance.randrange(640))[1] in (header, header + 1)
