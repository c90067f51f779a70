"""Hostile proofs and headers: a finding or one error, in bounded time and memory (EVID-6, EVID-8)."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Iterator
from typing import Final

import pytest

from kit import mined, ots
from kit.memory import peak_kib, printed_apart
from kit.ots import DIGEST, append, attested, bitcoin, fork, pending, prepend, proof
from kit.processor import slowness
from pithbundle.errors import EvidenceError
from pithbundle.evidence import Checkpoints, Headers, Proof, check_proof, read_headers

SEED: Final = 12
#: The memory of a process that reads the worst proofs, in KiB.
MOST_KIB: Final = 256 << 10
SAMPLES: Final = (
    proof(bitcoin(358_391)),
    proof(append(b"nonce") + ots.SHA256 + fork(pending(), prepend(b"x") + ots.SHA256 + bitcoin(449_399))),
    proof(
        *[ots.RIPEMD160 + ots.HEXLIFY + ots.REVERSE + ots.SHA1 + pending()] * 3, ots.KECCAK256 + bitcoin(7)
    ),
    proof(attested(b"12345678", b"unknown"), attested(ots.LITECOIN, b"\x01"), tag=ots.SHA1, digest=bytes(20)),
)
#: Full of branches, each with what costs most there.
BOMBS: Final = {
    "branches": proof(*[bitcoin(1)] * 5_400),
    "operations": proof(*[ots.REVERSE * 250 + bitcoin(1)] * 39),
    "forks": proof(b"\xff" * 60_000),
    "open branches": proof((b"\xff" + ots.SHA256) * 30_000),
    "depth": proof(ots.SHA256 * 65_000),
    "messages": proof(append(bytes(4_063)) + fork(*[append(b"x") + bitcoin(1)] * 3_900)),
    "hashes of long messages": proof(append(bytes(4_064)) + fork(*[ots.SHA256 + bitcoin(1)] * 4_700)),
    "reversed long messages": proof(append(bytes(4_064)) + fork(*[ots.REVERSE * 100 + bitcoin(1)] * 95)),
    "slow hashes": proof(append(bytes(4_064)) + fork(*[ots.RIPEMD160 + bitcoin(1)] * 2)),
    "more slow hashes": proof(append(bytes(4_064)) + fork(*[ots.RIPEMD160 + bitcoin(1)] * 4_000)),
    "doubled messages": proof(ots.HEXLIFY * 200 + bitcoin(1)),
    "a long number": proof(attested(ots.BITCOIN, b"\x80" * 8_000)),
    "a number in a long form": proof(attested(ots.BITCOIN, b"\x81\x80\x80\x00")),
    "a length beyond the end": proof(b"\xf0\xff\xff\xff\xff\x0f"),
    "an empty file": b"",
    "zeros": bytes(65_536),
    "too long": SAMPLES[0] + bytes(100_000),
}


def outcome(data: bytes, headers: Headers) -> str:
    """The status of a proof, or the code of the one error; no other exception."""
    try:
        found = check_proof(Proof.from_bytes(data), DIGEST, headers)
    except EvidenceError as error:
        assert error.clause.startswith("EVID-") and "\n" not in str(error)
        return error.code
    json.dumps(found.to_value())
    return found.status


def mutants(count: int) -> Iterator[bytes]:
    """Proofs with bytes changed, removed, repeated, moved and added."""
    chance = random.Random(SEED)
    for _ in range(count):
        data = bytearray(chance.choice(SAMPLES))
        for _ in range(chance.randrange(1, 5)):
            at = chance.randrange(31, len(data)) if chance.random() < 0.9 else chance.randrange(len(data))
            end = min(len(data), at + chance.choice((1, 1, 2, 9, 33)))
            change = chance.randrange(6)
            if change == 0:
                data[at] ^= 1 << chance.randrange(8)
            elif change == 1:
                data[at] = chance.choice((0, 0x08, 0x67, 0x80, 0xF0, 0xF1, 0xF2, 0xF3, 0xFF))
            elif change == 2 and end - at < len(data) - 40:
                del data[at:end]
            elif change == 3:
                data[at:at] = data[at:end] * chance.randrange(1, 40)
            elif change == 4:
                data[at:at] = chance.randbytes(end - at)
            else:
                data[at:end] = data[at:end][::-1]
        yield bytes(data)


def tried(count: int) -> set[str]:
    """What is found of that many mutants, each in less than a second."""
    headers, bound = Headers(), slowness()
    found = set()
    for data in mutants(count):
        started = time.process_time()
        found.add(outcome(data, headers))
        assert time.process_time() - started < bound, data.hex()
    return found


def test_500_changed_proofs_give_a_finding_or_one_error() -> None:
    assert tried(500) == {"no_header", "pending", "unsupported", "other_digest", "ots_invalid", "version"}


@pytest.mark.long
def test_100000_changed_proofs_give_a_finding_or_one_error() -> None:
    assert {"no_header", "pending", "other_digest", "ots_invalid", "version"} <= tried(100_000)
    assert peak_kib() < MOST_KIB


#: Peak memory is that of a whole process, so the bombs have one of their own.
MEASURE: Final = """
import time
from hostile.test_evidence import BOMBS, outcome
from kit.memory import peak_kib
from pithbundle.evidence import Headers
for name, data in BOMBS.items():
    started = time.process_time()
    code = outcome(data, Headers())
    print(name, code, time.process_time() - started, peak_kib(), sep=";")
"""


def test_every_bomb_costs_less_than_a_second_and_little_memory() -> None:
    found = printed_apart(MEASURE)
    assert [name for name, *_ in found] == [*BOMBS]
    read = {
        "branches",
        "operations",
        "messages",
        "hashes of long messages",
        "reversed long messages",
        "slow hashes",
    }
    assert {name for name, code, *_ in found if code != "ots_invalid"} == read
    bound = slowness()
    for name, _, seconds, peak in found:
        assert float(seconds) < bound and int(peak) < MOST_KIB, name


def test_a_chain_in_as_many_files_as_it_has_headers_is_read_without_recursion() -> None:
    data = mined.chain()
    files = [(str(at), data[80 * at : 80 * at + 80]) for at in range(len(data) // 80)]
    headers = read_headers(reversed(files), checkpoints=Checkpoints(()), network=mined.network(data))
    assert {file.strength for file in headers.files} == {"chain"}


def test_headers_with_changed_bytes_give_an_entry_and_no_error() -> None:
    chance = random.Random(SEED)
    sound = mined.chain()[: 80 * 40]
    network = mined.network(sound)
    for _ in range(300):
        data = bytearray(sound)
        for _ in range(chance.randrange(1, 4)):
            at = chance.randrange(len(data))
            if chance.random() < 0.8:
                data[at] ^= 1 << chance.randrange(8)
            else:
                del data[at : at + chance.choice((1, 80, 160))]
        (file,) = read_headers([("a", bytes(data))], network=network).files
        assert file.strength is None or bytes(data) == sound[: len(data)]
