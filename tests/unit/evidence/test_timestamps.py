"""What a proof shows by the headers that there are (EVID-15, EVID-16)."""

from __future__ import annotations

import json

import pytest

from kit import mined, ots
from kit.mined import extended
from kit.ots import DIGEST, append, bitcoin, fork, pending, proof
from pithbundle.evidence import Block, Checkpoints, Headers, ProofFinding, check_proof, read_headers
from pithbundle.evidence.ots import Proof

MESSAGE = DIGEST[::-1]
#: A chain whose block 30 contains the digest, by one operation, and block 20 too.
CHAIN = extended(b"", 40, roots={30: MESSAGE, 20: MESSAGE})
NETWORK = mined.network(CHAIN)
ATTESTED = ots.REVERSE + bitcoin(30)
WRONG = ots.SHA256 + bitcoin(30)


def headers(strength: str) -> Headers:
    """The chain, known in one way."""
    no_chain = mined.network(CHAIN, 1 << 200)
    if strength == "chain":
        return read_headers([("a", CHAIN)], checkpoints=Checkpoints(()), network=NETWORK)
    blocks = [Block(30, mined.digest_at(CHAIN, 30))]
    return read_headers([("a", CHAIN)], blocks=blocks, checkpoints=Checkpoints(()), network=no_chain)


def found(*branches: bytes, by: Headers | None = None) -> ProofFinding:
    return check_proof(Proof.from_bytes(proof(*branches)), DIGEST, Headers() if by is None else by)


@pytest.mark.parametrize("strength", ["chain", "given"])
def test_a_proof_is_confirmed_by_the_root_of_its_block(strength: str) -> None:
    finding = found(ATTESTED, by=headers(strength))
    assert finding.status == "confirmed"
    assert finding.sentence == "existed by block 30, header time 2011-03-13T09:36:40Z"
    value = finding.to_value()
    (one,) = value["attestations"]
    assert (one["height"], one["time"], one["strength"]) == (30, "2011-03-13T09:36:40Z", strength)
    assert one["block"] == mined.digest_at(CHAIN, 30)[::-1].hex()
    assert "created" not in json.dumps(value)
    assert len(repr(finding)) <= 200


def test_headers_known_by_the_table_confirm_and_contradict() -> None:
    data = extended(b"", 2016, roots={30: MESSAGE})
    table = Checkpoints((mined.digest_at(data, 2015),))
    by = read_headers([("a", data)], checkpoints=table, network=mined.network(data, 1 << 200))
    (one,) = found(ATTESTED, by=by).attestations
    assert one.header is not None and (one.status, one.header.strength) == ("confirmed", "checkpoint")
    assert found(WRONG, by=by).status == "contradicted"


def test_the_chain_contradicts_and_a_block_that_the_user_named_only_differs() -> None:
    assert found(WRONG, by=headers("chain")).status == "contradicted"
    assert found(WRONG, by=headers("chain")).sentence == "block 30 of the chain does not contain it"
    assert found(WRONG, by=headers("given")).status == "differs_from_given"
    assert (
        found(WRONG, by=headers("given")).sentence == "block 30 of those that you named does not contain it"
    )


def test_the_value_of_a_finding_names_100_attestations_and_counts_the_others() -> None:
    """A proof of 64 KiB can have thousands, and a record hundreds of proofs: a page took a gigabyte."""
    finding = found(ots.fork(*[ots.attested(b"12345678", b"")] * 150, ATTESTED), by=headers("chain"))
    value = finding.to_value()
    assert len(finding.attestations) == 151
    assert (len(value["attestations"]), value["more_attestations"]) == (100, 51)
    assert value["status"] == "confirmed" and found(ATTESTED).to_value()["more_attestations"] == 0


@pytest.mark.parametrize(("after", "status"), [(5, "no_header"), (6, "contradicted")])
def test_the_end_of_a_chain_may_be_replaced_and_contradicts_nothing(after: int, status: str) -> None:
    """A node had a stale block for some minutes: the proof of the block that replaced it is honest."""
    data = CHAIN[: 80 * (31 + after)]
    by = read_headers([("a", data)], checkpoints=Checkpoints(()), network=mined.network(data))
    assert found(WRONG, by=by).status == status
    assert found(ATTESTED, by=by).status == "confirmed"


def test_a_stale_block_confirms_nothing() -> None:
    stale = extended(CHAIN[: 80 * 25], 1, roots={25: MESSAGE}, salt="stale")[-80:]
    by = read_headers([("a", CHAIN), ("b", stale)], checkpoints=Checkpoints(()), network=NETWORK)
    assert found(ots.REVERSE + bitcoin(25), by=by).status == "contradicted"


def test_without_a_header_nothing_is_known_of_a_block() -> None:
    for by in (Headers(), headers("chain")):
        assert found(ots.REVERSE + bitcoin(40), by=by).status == "no_header"
    assert found(ATTESTED).sentence == "block 30 is named, and no header shows which one it is"


def test_a_calendar_is_pending() -> None:
    finding = found(pending(), by=headers("chain"))
    assert (finding.status, finding.sentence) == (
        "pending",
        "not in a block yet, by https://calendar.example",
    )
    assert finding.to_value()["attestations"][0]["calendar"] == "https://calendar.example"


@pytest.mark.parametrize(
    ("branch", "reason"),
    [
        (ots.attested(ots.LITECOIN, b"\x05"), "Litecoin block 5"),
        (ots.attested(ots.ETHEREUM, b"\x05"), "Ethereum block 5"),
        (ots.attested(b"12345678", b"x"), "its kind is unknown, 0x3132333435363738"),
        (ots.KECCAK256 + bitcoin(30), "Bitcoin block 30, behind an operation that is not computed"),
    ],
)
def test_other_attestations_are_not_checked(branch: bytes, reason: str) -> None:
    finding = found(branch, by=headers("chain"))
    assert (finding.status, finding.sentence) == (
        "unsupported",
        f"an attestation that is not checked: {reason}",
    )
    assert finding.to_value()["attestations"][0]["message"] == (
        None if branch[:1] == ots.KECCAK256 else DIGEST.hex()
    )


def test_a_proof_of_another_digest_shows_nothing() -> None:
    for digest, tag, status in (
        (bytes(32), ots.SHA256, "other_digest"),
        # It may be of the same bytes, and is compared with nothing: it accuses nobody.
        (DIGEST[:20], ots.SHA1, "unsupported"),
        (DIGEST, ots.KECCAK256, "unsupported"),
    ):
        finding = check_proof(
            Proof.from_bytes(proof(ATTESTED, digest=digest, tag=tag)), DIGEST, headers("chain")
        )
        assert (finding.status, finding.attestations, finding.decisive) == (status, (), None)
        assert ("not compared" in finding.sentence) is (status == "unsupported")
        assert finding.sentence.endswith(digest.hex())
        assert finding.to_value()["attestations"] == []


def test_a_long_message_is_not_shown() -> None:
    """A proof of 64 KiB can have thousands of messages of 4,096 bytes."""
    for size, shown in ((32, True), (33, False)):
        (one,) = found(append(bytes(size)) + bitcoin(30)).to_value()["attestations"]
        assert (one["message"] is not None) == shown


#: Each status with a branch that has it, in the order of EVID-15.
BRANCHES = {
    "confirmed": ATTESTED,
    "contradicted": WRONG,
    "no_header": bitcoin(1000),
    "pending": pending(),
    "unsupported": ots.attested(b"12345678", b""),
}


def test_a_proof_has_the_first_status_that_one_of_its_attestations_has() -> None:
    names = [*BRANCHES]
    for first in range(len(names)):
        for order in (names[first:], names[first:][::-1]):
            finding = found(*(BRANCHES[name] for name in order), by=headers("chain"))
            assert finding.status == names[first]
            assert [one.status for one in finding.attestations] == order


def test_of_several_that_confirm_the_earliest_block_is_named() -> None:
    both = ots.REVERSE + fork(bitcoin(30), bitcoin(20)), append(b"x") + bitcoin(10)
    finding = found(*both, by=headers("chain"))
    assert finding.sentence.startswith("existed by block 20,")
    assert [one.status for one in finding.attestations] == ["confirmed", "confirmed", "contradicted"]
