"""One file of headers: whole headers, links, proof of work (EVID-8 to EVID-10)."""

from __future__ import annotations

import pytest

from kit import mined
from pithbundle.errors import EvidenceError
from pithbundle.evidence import header_runs
from pithbundle.evidence.difficulty import target_of, work_of
from pithbundle.evidence.header_runs import header_hash, read_run

LIMIT = target_of(mined.LIMIT_BITS) or 0
DATA = mined.chain()[: 80 * 30]


def changed(data: bytes, at: int, new: bytes) -> bytes:
    return data[:at] + new + data[at + len(new) :]


def fault(data: bytes, limit: int = LIMIT) -> tuple[str, int | None, str]:
    with pytest.raises(EvidenceError) as caught:
        read_run(data, set(), limit)
    assert caught.value.code == "headers_invalid"
    return caught.value.clause, caught.value.offset, caught.value.fault.message


def test_a_run_keeps_its_ends_and_the_hashes_that_are_looked_for() -> None:
    wanted = {mined.digest_at(DATA, 7), mined.digest_at(DATA, 29), bytes(32)}
    run = read_run(DATA, wanted, LIMIT)
    assert (run.count, run.previous, run.last) == (30, bytes(32), header_hash(DATA[-80:]))
    assert run.found == {mined.digest_at(DATA, 7): 7, mined.digest_at(DATA, 29): 29}
    assert (run.header(29), run.time(29)) == (DATA[-80:], mined.BEGIN + 29 * mined.STEP)


def test_the_work_is_that_of_the_targets() -> None:
    data = mined.chain()
    run = read_run(data, set(), LIMIT)
    assert run.starts == (0, 2016, 4032)
    assert [run.bits_at(index) for index in (0, 2015, 2016, 4032, 4041)] == [
        run.bits[0], run.bits[0], run.bits[1], run.bits[2], run.bits[2]
    ]  # fmt: skip
    each = [work_of(target_of(run.bits_at(index)) or 0) for index in range(run.count)]
    assert each[0] < each[2016] < each[4032]
    for index in (0, 2015, 2016, 4031, 4032, run.count - 1):
        assert run.work_to(index) == sum(each[: index + 1])


@pytest.mark.parametrize("size", [0, 1, 79, 81, 2399])
def test_a_file_is_whole_headers(size: int) -> None:
    clause, _, message = fault(DATA[:size])
    assert (clause, message) == ("EVID-8", f"{size} bytes are not one or more headers of 80 bytes")


def test_a_file_has_no_more_headers_than_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(header_runs, "MOST_HEADERS", 30)
    assert read_run(DATA, set(), LIMIT).count == 30
    with pytest.raises(EvidenceError, match="31 headers, the limit is 30") as caught:
        read_run(DATA + DATA[:80], set(), LIMIT)
    assert (caught.value.limit, caught.value.found) == (30, 31)
    assert caught.value.hint == "this limit is fixed at 30"


def test_a_header_contains_the_hash_of_the_one_before_it() -> None:
    other = mined.extended(DATA[:400], 1, salt="x")[-80:]
    assert fault(DATA[:400] + other + DATA[480:])[:2] == ("EVID-10", 480)
    assert fault(DATA[:400] + DATA[480:])[:2] == ("EVID-10", 400)
    assert fault(DATA[:400] + DATA[320:])[:2] == ("EVID-10", 400)


def test_a_header_has_the_work_of_its_target() -> None:
    nonces = (changed(DATA[-80:], 76, bytes([nonce, 0, 0, 0])) for nonce in range(256))
    below: dict[bytes, bytes] = {}
    above: dict[bytes, bytes] = {}
    for header in nonces:
        (above if header_hash(header)[31] >= 0x80 else below)[header_hash(header)] = header
    assert len(above) > 50 and len(below) > 50
    for header in above.values():
        clause, offset, message = fault(DATA[:-80] + header)
        assert (clause, offset) == ("EVID-9", 29 * 80)
        assert message == "header 29 of the file: its hash is above its target: it has no proof of work"
    for header in below.values():
        read_run(DATA[:-80] + header, set(), LIMIT)


@pytest.mark.parametrize("bits", [0x2100FFFF, 0x1D000000, 0x20FFFFFF, 0x22010000, 0])
def test_a_target_is_one_of_the_network(bits: int) -> None:
    clause, offset, message = fault(changed(DATA, 80 * 3 + 72, bits.to_bytes(4, "little")))
    # The header after it has another hash before it, which is found later.
    assert (clause, offset) == ("EVID-9", 240)
    assert "above the limit of the network" in message
    assert fault(DATA, LIMIT - (1 << 232))[:2] == ("EVID-9", 0)


def test_a_hash_that_is_looked_for_is_found_in_any_part() -> None:
    """Files are read in parts of 126 headers."""
    data = mined.chain()[: 80 * 380]
    for height in (0, 1, 125, 126, 127, 200, 251, 252, 379):
        digest = mined.digest_at(data, height)
        assert read_run(data, {digest}, LIMIT).found == {digest: height}


def test_a_fault_in_any_header_of_any_part_is_found() -> None:
    data = mined.chain()[: 80 * 380]
    for height in (1, 2, 125, 126, 127, 200, 251, 252, 253, 379):
        at = 80 * height
        other = mined.extended(data[:at], 1, salt="other")[-80:]
        # It has its work and its place, and the next one contains another hash.
        if height < 379:
            assert fault(data[:at] + other + data[at + 80 :])[:2] == ("EVID-10", at + 80)
        assert fault(changed(data, at + 4, bytes(32)))[:2] == ("EVID-10", at)
        weak = next(
            header
            for nonce in range(256)
            if header_hash(header := changed(data[at : at + 80], 76, bytes([nonce, 0, 0, 0])))[31] >= 0x80
        )
        assert fault(data[:at] + weak + data[at + 80 :])[:2] == ("EVID-9", at)
