"""Generated proofs: writing undoes reading, and an upgrade loses nothing (OTS-2, OTS-4)."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from kit import ots
from kit.ots import append, attested, bitcoin, fork, pending, prepend, proof
from pithbundle.evidence import Proof, check_proof, proof_bytes, upgrade
from pithbundle.evidence.headers import Headers

_ADDED = st.binary(min_size=1, max_size=3) | st.binary(min_size=126, max_size=130)
_OPERATION = st.one_of(
    st.sampled_from((ots.SHA1, ots.RIPEMD160, ots.SHA256, ots.KECCAK256, ots.REVERSE, ots.HEXLIFY)),
    st.builds(append, _ADDED),
    st.builds(prepend, _ADDED),
)
_ATTESTATION = st.one_of(
    st.builds(bitcoin, st.integers(0, 3) | st.integers(0, (1 << 32) - 1)),
    st.builds(pending, st.sampled_from((ots.URI, "https://other.example"))),
    st.builds(attested, st.just(b"12345678"), st.binary(max_size=130)),
)


def _timestamp(below: st.SearchStrategy[bytes]) -> st.SearchStrategy[bytes]:
    branch = st.builds(bytes.__add__, _OPERATION, below) | _ATTESTATION
    return st.lists(branch, min_size=1, max_size=4).map(lambda branches: fork(*branches))


TIMESTAMP = st.recursive(_ATTESTATION, _timestamp, max_leaves=12)


def names(found: Proof) -> Counter[tuple[bytes, bytes, bytes | None]]:
    return Counter((each.tag, each.payload, each.message) for each in found.attestations)


@settings(max_examples=50)
@given(TIMESTAMP)
def test_what_is_written_of_a_proof_are_its_bytes(timestamp: bytes) -> None:
    data = proof(timestamp)
    assert proof_bytes(Proof.from_bytes(data)) == data


@settings(max_examples=50)
@given(TIMESTAMP, TIMESTAMP)
def test_an_upgrade_loses_nothing_and_adds_what_the_answer_has(before: bytes, answer: bytes) -> None:
    found = Proof.from_bytes(proof(fork(pending("calendar"), before)))
    done = upgrade(found, answer, ots.DIGEST)
    assert names(found) <= names(done.proof)
    assert names(done.proof) - names(found) == Counter(
        (each.tag, each.payload, each.message) for each in done.added
    )
    assert {*names(Proof.from_bytes(proof(answer)))} <= {*names(done.proof)}
    # What was there is there in its order.
    steps = iter(done.proof.steps)
    assert all(step in steps for step in found.steps)
    again = upgrade(done.proof, answer, ots.DIGEST)
    assert again.proof == done.proof and again.added == ()
    assert check_proof(done.proof, ots.DIGEST, Headers()).status != "other_digest"
