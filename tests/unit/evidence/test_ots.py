"""The reader of timestamp proofs: grammar, bounds, and that it loses no attestation (EVID-2 to EVID-7)."""

from __future__ import annotations

from hashlib import sha1, sha256

import pytest

from kit import ots
from kit.ots import DIGEST, append, attested, bitcoin, counted, fork, number, pending, prepend, proof
from pithbundle.errors import EvidenceError
from pithbundle.evidence.ots import NODES, PROOF_BYTES, Proof
from pithbundle.evidence.ripemd160 import plain

HEAD = len(proof(bitcoin(1))) - len(bitcoin(1))


def fault(data: bytes) -> tuple[str, str, int | None]:
    with pytest.raises(EvidenceError) as caught:
        Proof.from_bytes(data)
    return caught.value.code, caught.value.clause, caught.value.offset


def invalid(*branches: bytes) -> tuple[str, int]:
    """The clause and the offset, behind the digest, of the fault of a timestamp."""
    code, clause, offset = fault(proof(*branches))
    assert code == "ots_invalid" and offset is not None
    return clause, offset - HEAD


def message(*operations: bytes, digest: bytes = DIGEST, tag: bytes = ots.SHA256) -> bytes | None:
    (found,) = Proof.from_bytes(proof(b"".join(operations) + bitcoin(1), digest=digest, tag=tag)).attestations
    return found.message


def test_a_proof_is_the_digest_and_its_attestations() -> None:
    found = Proof.from_bytes(proof(bitcoin(358_391)))
    assert (found.hash_name, found.digest) == ("sha256", DIGEST)
    (one,) = found.attestations
    assert (one.kind, one.message, one.height, one.uri) == ("bitcoin", DIGEST, 358_391, None)
    assert (one.tag, one.payload) == (ots.BITCOIN, number(358_391))
    assert len(repr(found)) <= 200


def test_the_magic_the_version_and_the_function_of_the_file_come_first() -> None:
    sound = proof(bitcoin(1))
    assert fault(b"\x01" + sound[1:]) == ("ots_invalid", "EVID-2", 0)
    assert fault(proof(bitcoin(1), version=2)) == ("version", "EVID-2", 31)
    assert fault(proof(bitcoin(1), tag=b"\xf3")) == ("ots_invalid", "EVID-2", 32)
    assert fault(sound + b"\x00") == ("ots_invalid", "EVID-2", len(sound))
    for end in range(len(sound)):
        assert fault(sound[:end])[0] == "ots_invalid"


@pytest.mark.parametrize(
    ("tag", "size", "name"),
    [(b"\x02", 20, "sha1"), (b"\x03", 20, "ripemd160"), (b"\x08", 32, "sha256"), (b"\x67", 32, "keccak256")],
)
def test_a_file_has_a_digest_of_one_of_four_functions(tag: bytes, size: int, name: str) -> None:
    found = Proof.from_bytes(proof(bitcoin(1), tag=tag, digest=bytes(size)))
    assert (found.hash_name, found.digest) == (name, bytes(size))


def test_operations_lead_to_messages() -> None:
    assert message(append(b"ab")) == DIGEST + b"ab"
    assert message(prepend(b"ab")) == b"ab" + DIGEST
    assert message(ots.REVERSE) == DIGEST[::-1]
    assert message(ots.HEXLIFY) == DIGEST.hex().encode()
    assert message(ots.SHA256) == sha256(DIGEST).digest()
    assert message(ots.SHA1) == sha1(DIGEST).digest()
    assert message(ots.RIPEMD160) == plain(DIGEST)
    assert message(append(b"x"), ots.SHA256, prepend(b"y")) == b"y" + sha256(DIGEST + b"x").digest()
    assert message(digest=bytes(20), tag=ots.SHA1) == bytes(20)


def test_what_is_behind_keccak_is_read_and_not_computed() -> None:
    found = Proof.from_bytes(
        proof(
            ots.KECCAK256
            + fork(append(b"x") + ots.SHA256 + bitcoin(7), ots.HEXLIFY + ots.REVERSE + pending()),
            bitcoin(8),
        )
    ).attestations
    assert [(one.height, one.message) for one in found] == [(7, None), (None, None), (8, DIGEST)]
    assert found[1].uri == ots.URI
    long = ots.KECCAK256 + append(bytes(4064))
    Proof.from_bytes(proof(long + bitcoin(1)))
    assert invalid(long + ots.HEXLIFY + bitcoin(1))[0] == "EVID-6"


@pytest.mark.parametrize("tag", [b"\x01", b"\x04", b"\x66", b"\xf4", b"\xfe", b"\xff\xff"])
def test_every_other_tag_is_no_operation(tag: bytes) -> None:
    assert invalid(tag + bitcoin(1)) == ("EVID-3", len(tag) - 1)


def test_what_is_added_is_not_empty() -> None:
    for operation in (append(b""), prepend(b"")):
        assert invalid(operation + bitcoin(1)) == ("EVID-3", 1)


def test_every_attestation_is_kept_also_where_branches_share_an_operation() -> None:
    """The public library keeps the attestations of the last such branch alone."""
    same = ots.SHA256
    found = Proof.from_bytes(
        proof(
            same + fork(bitcoin(1), bitcoin(2)), same + bitcoin(3), bitcoin(4), bitcoin(4), same + bitcoin(3)
        )
    ).attestations
    assert [one.height for one in found] == [1, 2, 3, 4, 4, 3]
    assert found[2].message == found[0].message == sha256(DIGEST).digest()


def test_branches_go_on_from_the_message_at_which_they_begin() -> None:
    inner = append(b"a") + fork(append(b"b") + bitcoin(1), bitcoin(2))
    found = Proof.from_bytes(proof(inner, append(b"c") + bitcoin(3))).attestations
    assert [(one.message or b"")[32:] for one in found] == [b"ab", b"a", b"c"]


@pytest.mark.parametrize(
    ("tag", "kind"), [(ots.BITCOIN, "bitcoin"), (ots.LITECOIN, "litecoin"), (ots.ETHEREUM, "ethereum")]
)
def test_attestations_of_chains_have_a_height_and_nothing_else(tag: bytes, kind: str) -> None:
    (found,) = Proof.from_bytes(proof(attested(tag, number(0xFFFFFFFF)))).attestations
    assert (found.kind, found.height) == (kind, 0xFFFFFFFF)
    for payload in (b"", number(1) + b"\x00", b"\x80", number(1 << 32), b"\x85\x00"):
        assert invalid(attested(tag, payload))[1] == 9


def test_an_attestation_of_a_calendar_has_a_uri() -> None:
    longest = "a" * 1000
    for uri in ("", ots.URI, "AZaz09-._/:", longest):
        (found,) = Proof.from_bytes(proof(pending(uri))).attestations
        assert (found.kind, found.uri, found.height) == ("pending", uri, None)
    assert invalid(pending(longest + "a")) == ("EVID-6", 9)
    for uri in ("a?b", "a b", "a\nb", "\x1b[31m", "a%62", "é"):
        assert invalid(pending(uri)) == ("EVID-5", 9)
    assert invalid(attested(ots.PENDING, counted(b"a") + b"b")) == ("EVID-5", 9)
    assert invalid(attested(ots.PENDING, b"\x05abc")) == ("EVID-2", 9)


def test_an_attestation_of_another_kind_is_kept() -> None:
    for payload in (b"", b"\xff\x00", bytes(8192)):
        (found,) = Proof.from_bytes(proof(attested(b"12345678", payload))).attestations
        assert (found.kind, found.tag, found.payload) == ("unknown", b"12345678", payload)
    assert invalid(attested(b"12345678", bytes(8193))) == ("EVID-6", 9)


@pytest.mark.parametrize(
    "spelling", [b"\x81\x00", b"\x80\x00", b"\x81\x80\x00", b"\x81\x80\x80\x80\x80\x00", b"\x80" * 5000]
)
def test_a_number_is_in_its_shortest_form(spelling: bytes) -> None:
    assert invalid(attested(ots.BITCOIN, spelling)) == ("EVID-4", 9)
    assert invalid(b"\xf0" + spelling + b"x" + bitcoin(1)) == ("EVID-4", 1)


def test_a_number_is_below_2_to_32() -> None:
    assert invalid(attested(ots.BITCOIN, b"\xff\xff\xff\xff\x1f")) == ("EVID-4", 9)
    (found,) = Proof.from_bytes(proof(attested(ots.BITCOIN, b"\xff\xff\xff\xff\x0f"))).attestations
    assert found.height == 0xFFFFFFFF


def test_a_proof_has_at_most_65536_bytes() -> None:
    branches = [attested(b"12345678", bytes(8000))] * 8
    filling = PROOF_BYTES - len(proof(*branches, attested(b"12345678", bytes(1000)))) + 1000
    longest = proof(*branches, attested(b"12345678", bytes(filling)))
    assert len(longest) == PROOF_BYTES
    assert len(Proof.from_bytes(longest).attestations) == 9
    with pytest.raises(EvidenceError, match="65537 bytes, the limit is 65536") as caught:
        Proof.from_bytes(longest + b"\x00")
    assert (caught.value.clause, caught.value.hint) == ("EVID-6", "this limit is fixed at 65536")


def test_the_way_to_a_message_has_at_most_256_messages() -> None:
    assert message(*[ots.SHA256] * 255) is not None

    assert invalid(ots.SHA256 * 256 + bitcoin(1)) == ("EVID-6", 255)


def test_a_proof_has_at_most_10000_operations_and_attestations() -> None:
    branch = ots.REVERSE * 255  # each ends in the attestation that closes it

    def made(nodes: int) -> bytes:
        whole, rest = divmod(nodes, 256)
        return proof(
            *[branch + attested(b"12345678", b"")] * whole,
            ots.REVERSE * (rest - 1) + attested(b"12345678", b""),
        )

    assert len(Proof.from_bytes(made(NODES)).attestations) == 40
    assert fault(made(NODES + 1))[:2] == ("ots_invalid", "EVID-6")


def test_a_message_has_at_most_4096_bytes() -> None:
    for add in (append, prepend):
        assert len(message(add(bytes(4064))) or b"") == 4096
        assert invalid(add(bytes(4065)) + bitcoin(1)) == ("EVID-6", 0)
        assert invalid(add(bytes(4097)) + bitcoin(1)) == ("EVID-6", 1)
    assert len(message(*[ots.HEXLIFY] * 7) or b"") == 4096
    assert invalid(ots.HEXLIFY * 8 + bitcoin(1)) == ("EVID-6", 7)


def test_ripemd160_is_taken_of_at_most_8192_bytes() -> None:
    most = 2
    branch = append(bytes(4064)) + fork(*[ots.RIPEMD160 + bitcoin(1)] * most)
    assert len(Proof.from_bytes(proof(branch)).attestations) == most
    assert invalid(branch, ots.RIPEMD160 + bitcoin(1))[0] == "EVID-6"
