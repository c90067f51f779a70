"""Proofs that are written, and what a calendar answers (OTS-2 to OTS-4)."""

from __future__ import annotations

import pytest

from kit import ots
from kit.ots import DIGEST, append, attested, bitcoin, fork, pending, prepend, proof
from pithbundle.errors import EvidenceError
from pithbundle.evidence.ots import NODES, PROOF_BYTES, Proof
from pithbundle.evidence.ots_writing import Upgrade, proof_bytes, upgrade

#: The operations to the message that waits for a calendar.
WAY = append(b"nonce") + ots.SHA256
#: From there to a block.
ANSWER = prepend(b"left") + ots.SHA256 + append(b"right") + bitcoin(358_391)


def read(*branches: bytes) -> Proof:
    return Proof.from_bytes(proof(*branches))


def written(done: Upgrade) -> bytes:
    return proof_bytes(done.proof)


def fault(found: Proof, answer: bytes, commitment: bytes | None = None) -> tuple[str, str]:
    with pytest.raises(EvidenceError) as caught:
        upgrade(found, answer, commitment)
    assert caught.value.code == "ots_invalid"
    return caught.value.clause, caught.value.fault.message


@pytest.mark.parametrize(
    "branches",
    [
        (bitcoin(1),),
        (WAY + fork(pending(), ANSWER), append(b"x") + pending()),
        (ots.SHA256 + fork(bitcoin(2), bitcoin(1)), ots.SHA256 + bitcoin(3), bitcoin(4), bitcoin(4)),
        (ots.REVERSE + ots.HEXLIFY + ots.SHA1 + ots.RIPEMD160 + fork(ots.KECCAK256 + bitcoin(1), pending()),),
        (append(bytes(127)) + bitcoin(127), append(bytes(128)) + attested(b"12345678", bytes(8192))),
        (ots.SHA256 * 255 + fork(bitcoin(1), bitcoin(2)), *[bitcoin(1 << 31)] * 5),
    ],
)
def test_what_is_written_are_the_bytes_that_were_read(branches: tuple[bytes, ...]) -> None:
    assert proof_bytes(read(*branches)) == proof(*branches)


def test_a_proof_of_another_function_is_written_with_it() -> None:
    data = proof(bitcoin(1), digest=bytes(20), tag=ots.SHA1)
    assert proof_bytes(Proof.from_bytes(data)) == data


def test_an_answer_is_added_beside_the_attestation_of_the_calendar() -> None:
    before = read(WAY + pending(), bitcoin(9))
    done = upgrade(before, ANSWER)
    assert written(done) == proof(WAY + fork(pending(), ANSWER), bitcoin(9))
    (added,) = done.added
    assert (added.kind, added.height) == ("bitcoin", 358_391)
    assert (added.message or b"").endswith(b"right")
    assert done.commitment == before.attestations[0].message
    assert len(repr(done)) <= 200


def test_the_same_answer_a_second_time_adds_nothing() -> None:
    once = upgrade(read(WAY + pending()), ANSWER)
    twice = upgrade(once.proof, ANSWER)
    assert twice.proof == once.proof and twice.added == ()


def test_an_operation_that_is_there_is_gone_on_from_and_not_repeated() -> None:
    """A branch with an operation that its message has already would push the first one out elsewhere."""
    before = read(WAY + fork(pending(), prepend(b"left") + ots.SHA256 + bitcoin(1)))
    done = upgrade(before, ANSWER)
    shared = prepend(b"left") + ots.SHA256 + fork(bitcoin(1), append(b"right") + bitcoin(358_391))
    assert written(done) == proof(WAY + fork(pending(), shared))


def test_equal_attestations_of_an_answer_are_added_once_and_others_all() -> None:
    answer = fork(bitcoin(1), bitcoin(1), bitcoin(2), pending(), pending("https://other.example"))
    done = upgrade(read(pending()), answer)
    other = pending("https://other.example")
    assert written(done) == proof(pending(), bitcoin(1), bitcoin(2), other)
    assert [each.height for each in done.added] == [1, 2, None]


def test_branches_that_were_there_twice_stay_twice() -> None:
    same = ots.SHA256 + pending()
    before = read(same, same, bitcoin(1), bitcoin(1))
    done = upgrade(before, bitcoin(5))
    assert written(done) == proof(ots.SHA256 + fork(pending(), bitcoin(5)), same, bitcoin(1), bitcoin(1)), (
        "the first of equal messages gets the answer"
    )
    assert [each.height for each in done.added] == [5]


def test_of_several_messages_that_wait_one_is_named() -> None:
    two = read(append(b"a") + pending(), append(b"b") + pending())
    clause, message = fault(two, ANSWER)
    assert clause == "OTS-4" and "2 messages" in message
    done = upgrade(two, ANSWER, DIGEST + b"b")
    assert written(done) == proof(append(b"a") + pending(), append(b"b") + fork(pending(), ANSWER))
    assert done.commitment == DIGEST + b"b"
    clause, message = fault(two, ANSWER, DIGEST)
    assert clause == "OTS-4" and DIGEST.hex() in message


def test_two_calendars_of_one_message_are_one_message() -> None:
    done = upgrade(read(pending(), pending("https://other.example")), ANSWER)
    assert done.commitment == DIGEST and len(done.added) == 1


def test_a_proof_without_a_message_that_waits_is_not_upgraded() -> None:
    for before in (read(bitcoin(1)), read(ots.KECCAK256 + pending())):
        clause, message = fault(before, ANSWER)
        assert clause == "OTS-4" and "no message" in message


@pytest.mark.parametrize(
    ("answer", "clause"),
    [
        (b"", "EVID-2"),
        (b"Pending confirmation in Bitcoin blockchain", "EVID-3"),
        (b"<html>", "EVID-3"),
        (proof(ANSWER), "OTS-3"),
        (ANSWER + b"\x00", "EVID-2"),
        (ANSWER[:-1], "EVID-2"),
        (bytes(PROOF_BYTES + 1), "EVID-6"),
    ],
)
def test_what_is_no_answer_is_rejected(answer: bytes, clause: str) -> None:
    assert fault(read(pending()), answer)[0] == clause


def test_the_whole_is_within_the_bounds_of_a_proof() -> None:
    long = read(ots.SHA256 * 200 + pending())
    assert fault(long, ots.SHA256 * 60 + bitcoin(1))[0] == "EVID-6"
    wide = read(*[ots.SHA256 * 200 + bitcoin(1)] * 45, pending())
    answer = fork(*[append(bytes([each])) + ots.REVERSE * 100 + bitcoin(1) for each in range(10)])
    clause, message = fault(wide, answer)
    assert clause == "EVID-6" and str(NODES) in message
