"""Files of headers: how they are joined, their heights, targets and strengths (EVID-11 to EVID-14)."""

from __future__ import annotations

import itertools

import pytest

from kit import mined
from kit.mined import digest_at, extended
from pithbundle.errors import EvidenceError
from pithbundle.evidence import BITCOIN, Block, Checkpoints, HeaderFile, Headers, read_headers
from pithbundle.evidence.difficulty import target_of, work_of

CHAIN = mined.chain()
COUNT = len(CHAIN) // 80
NETWORK = mined.network(CHAIN)
#: A network whose minimum no test reaches: what is known there is known by blocks.
NO_CHAIN = mined.network(CHAIN, 1 << 200)
NO_TABLE = Checkpoints(())
TABLE = Checkpoints((digest_at(CHAIN, 2015), digest_at(CHAIN, 4031)))


def part(first: int, end: int, data: bytes = CHAIN) -> bytes:
    """The headers from one height to below another."""
    return data[80 * first : 80 * end]


def block(height: int, data: bytes = CHAIN) -> Block:
    return Block(height, digest_at(data, height))


def whole_chain(*parts: bytes) -> Headers:
    return read_headers(named(parts), checkpoints=NO_TABLE, network=NETWORK)


def by_table(*parts: bytes, blocks: tuple[Block, ...] = (), table: Checkpoints = TABLE) -> Headers:
    return read_headers(named(parts), blocks=blocks, checkpoints=table, network=NO_CHAIN)


def by_name(*parts: bytes, blocks: tuple[Block, ...]) -> Headers:
    return by_table(*parts, blocks=blocks, table=NO_TABLE)


def named(parts: tuple[bytes, ...]) -> list[tuple[str, bytes]]:
    return [(f"{at}", data) for at, data in enumerate(parts)]


def used(file: HeaderFile) -> tuple[object, ...]:
    """What a file is used for, in short."""
    return file.first, file.strength, file.last, file.reason


def each(headers: Headers) -> list[tuple[object, ...]]:
    return [used(file) for file in headers.files]


def test_no_files_show_nothing() -> None:
    assert read_headers([]) == Headers()
    assert Headers().at(0) == ()


def test_a_chain_from_the_first_block_on_is_the_chain() -> None:
    headers = whole_chain(CHAIN)
    targets = [
        mined.expand(int.from_bytes(CHAIN[at + 72 : at + 76], "little")) for at in range(0, 80 * COUNT, 80)
    ]
    work = sum((1 << 256) // (target + 1) for target in targets)
    assert headers.files == (HeaderFile("0", COUNT, 0, "chain", COUNT - 1, None, None, work),)
    for height in (0, 2015, 2016, COUNT - 1):
        (found,) = headers.at(height)
        assert (found.height, found.data, found.strength) == (height, part(height, height + 1), "chain")
        assert found.block == block(height)
    assert headers.at(COUNT) == headers.at(-1) == ()
    assert len(repr(headers)) <= 200


def test_a_header_says_its_root_and_its_time() -> None:
    (found,) = whole_chain(CHAIN).at(3)
    assert (found.merkle_root, found.time) == (part(3, 4)[36:68], "2011-03-13T07:21:40Z")


def test_ranges_are_joined_whatever_their_order_and_overlaps() -> None:
    parts = [part(0, 70), part(70, 201), part(201, 202), part(202, 400), part(50, 250)]
    found = {
        tuple(sorted((file.count, used(file)) for file in whole_chain(*order).files))
        for order in itertools.permutations(parts)
    }
    (files,) = found
    assert {strength for _, (_, strength, _, _) in files} == {"chain"}
    assert [first for _, (first, *_) in files] == [201, 0, 70, 202, 50]


def test_a_file_given_twice_and_one_within_another_are_the_same_headers() -> None:
    headers = whole_chain(CHAIN, CHAIN, part(0, 100), part(50, 90), part(4000, COUNT))
    assert [file.strength for file in headers.files] == ["chain"] * 5
    assert [file.last for file in headers.files] == [COUNT - 1, COUNT - 1, 99, 89, COUNT - 1]


def test_a_chain_with_less_work_than_the_minimum_shows_nothing() -> None:
    bits = [int.from_bytes(part(at, at + 1)[72:76], "little") for at in range(COUNT)]
    work = sum(work_of(target_of(each) or 0) for each in bits)
    files = [("0", CHAIN)]
    enough, short = (
        read_headers(files, checkpoints=NO_TABLE, network=mined.network(CHAIN, least))
        for least in (work, work + 1)
    )
    assert each(enough) == [(0, "chain", COUNT - 1, None)]
    assert each(short) == [(0, None, None, "low_work")]
    assert short.at(5) == ()


def test_of_two_chains_the_one_with_more_work_counts_and_not_the_longer_one() -> None:
    """The fork takes its time, so that its target stays easy."""
    longer = extended(part(0, 1000), 3400, step=1200, salt="fork")
    assert len(longer) > len(CHAIN)
    for parts in ((CHAIN, longer), (longer, CHAIN)):
        headers = whole_chain(*parts)
        found = dict(zip(parts, each(headers), strict=True))
        assert found[CHAIN] == (0, "chain", COUNT - 1, None)
        assert found[longer] == (0, "chain", 999, "not_in_chain")
        assert headers.at(1000)[0].data == part(1000, 1001)
    assert each(whole_chain(longer)) == [(0, "chain", 4399, None)]


def test_of_two_chains_with_the_same_work_one_counts_whatever_the_order() -> None:
    other = extended(part(0, 20), 1, salt="fork")
    one = whole_chain(part(0, 21), other)
    two = whole_chain(other, part(0, 21))
    assert one.at(20) == two.at(20)
    assert sorted(str(used(file)) for file in one.files) == sorted(str(used(file)) for file in two.files)


def test_headers_up_to_a_block_of_the_table_are_known_by_it_and_those_after_it_are_not() -> None:
    headers = by_table(part(1000, 2020))
    assert each(headers) == [(1000, "checkpoint", 2015, "not_pinned")]
    assert [bool(headers.at(height)) for height in (999, 1000, 2015, 2016)] == [False, True, True, False]
    assert headers.at(1000)[0].strength == "checkpoint"
    assert each(by_table(part(0, 2020))) == [(0, "checkpoint", 2015, "low_work")]


def test_ranges_lead_to_a_block_of_the_table_together() -> None:
    headers = by_table(part(100, 101), part(101, 1000), part(1000, 2016))
    assert [used(file)[:3] for file in headers.files] == [
        (100, "checkpoint", 100),
        (101, "checkpoint", 999),
        (1000, "checkpoint", 2015),
    ]
    assert each(by_table(part(100, 101), part(1000, 2016)))[0] == (None, None, None, "not_linked")


def test_headers_that_follow_a_block_of_the_table_have_heights_and_show_nothing() -> None:
    headers = by_table(part(2016, 2100))
    assert each(headers) == [(2016, None, None, "not_pinned")]
    assert headers.at(2016) == ()


def test_a_block_that_the_user_names_makes_it_and_those_before_it_known() -> None:
    headers = by_name(part(3000, 3100), blocks=(block(3050),))
    assert each(headers) == [(3000, "given", 3050, "not_pinned")]
    assert headers.at(3000)[0].strength == "given"
    assert headers.at(3051) == ()
    assert each(by_name(part(3000, 3001), blocks=(block(3000),))) == [(3000, "given", 3000, None)]


def test_a_named_block_adds_to_the_table_and_the_stronger_one_is_reported() -> None:
    headers = by_table(part(1000, 2020), blocks=(block(2018),))
    assert each(headers) == [(1000, "checkpoint", 2015, "not_pinned")]
    assert [headers.at(height)[0].strength for height in (2015, 2016)] == ["checkpoint", "given"]
    assert headers.at(2019) == ()


def test_a_named_block_without_a_header_is_missing() -> None:
    headers = by_name(part(3000, 3001), blocks=(block(3000), block(3001)))
    assert headers.missing == (block(3001),)
    assert whole_chain(CHAIN).missing == ()


def test_a_stale_block_is_not_in_the_chain() -> None:
    """It has its proof of work, and a parent in the chain."""
    stale = extended(part(0, 1500), 1, salt="stale")[-80:]
    for headers in (
        whole_chain(CHAIN, stale),
        by_table(part(1000, 2016), stale),
        by_table(stale, part(1400, 2016)),
    ):
        (found,) = [file for file in headers.files if file.count == 1]
        assert used(found) == (1500, None, None, "not_in_chain")
        assert [header.data for header in headers.at(1500)] == [part(1500, 1501)]
    assert each(by_table(stale)) == [(None, None, None, "not_linked")]


def test_a_named_block_of_a_fork_does_not_weigh_against_the_chain() -> None:
    fork = extended(part(0, 1500), 1, salt="stale")
    headers = read_headers(
        [("0", CHAIN), ("1", fork[-80:])],
        blocks=[block(1500, fork)],
        checkpoints=NO_TABLE,
        network=NETWORK,
    )
    assert [header.strength for header in headers.at(1500)] == ["chain"]
    assert used(headers.files[1]) == (1500, "given", 1500, None)


def test_named_blocks_of_two_chains_leave_two_headers_of_one_height() -> None:
    fork = extended(part(0, 1500), 3, salt="fork")
    headers = by_name(part(1400, 1503), part(1500, 1503, fork), blocks=(block(1501), block(1502, fork)))
    assert {header.data for header in headers.at(1500)} == {part(1500, 1501), part(1500, 1501, fork)}
    assert len(headers.at(1499)) == 1


def test_a_chain_that_differs_from_the_table_is_not_in_the_chain() -> None:
    fork = extended(part(0, 2000), 30, salt="fork")
    headers = read_headers(
        named((fork, part(2030, 2031, extended(fork, 1)))), checkpoints=TABLE, network=NETWORK
    )
    assert [file.reason for file in headers.files] == ["not_in_chain"] * 2
    assert [file.fault for file in headers.files] == [None] * 2
    assert headers.at(5) == ()


def test_a_target_changes_as_the_times_of_the_epoch_demand() -> None:
    easy = extended(part(0, 2016), 1, bits=mined.LIMIT_BITS)
    (file,) = whole_chain(easy).files
    assert file.reason == "invalid" and file.fault is not None
    assert (file.fault.code, file.fault.clause, file.fault.offset) == (
        "headers_invalid",
        "EVID-11",
        80 * 2016,
    )
    assert "does not follow from the times" in file.fault.message
    assert (file.first, file.count) == (0, 2017)


@pytest.mark.parametrize("cuts", [(2016,), (1, 2016), (2015,), (700, 2015, 2016)])
def test_a_target_is_checked_across_files(cuts: tuple[int, ...]) -> None:
    wrong = extended(part(0, 2016), 3, bits=mined.compact(mined.expand(mined.LIMIT_BITS) * 2 // 3))
    for data, sound in ((CHAIN, True), (wrong, False)):
        ends = (0, *cuts, len(data) // 80)
        headers = whole_chain(*(part(first, end, data) for first, end in itertools.pairwise(ends)))
        assert [file.reason for file in headers.files[:-1]] == [None] * len(cuts)
        assert headers.files[-1].reason == (None if sound else "invalid")


def test_where_the_epoch_before_is_not_whole_its_target_still_bounds_the_next_one() -> None:
    """The block that is named would make any headers known; these cannot follow from any times."""
    for factor, sound in ((1, True), (3, True), (4, True), (5, False), (16, False)):
        target = mined.expand(mined.LIMIT_BITS) // factor
        data = extended(part(0, 2016), 2, bits=mined.compact(target))
        headers = by_name(part(1900, 2018, data), blocks=(block(2017, data),))
        assert headers.files[0].reason == (None if sound else "invalid"), factor
    # The first header of a file follows one that is not there.
    assert by_name(part(2016, 2018, data), blocks=(block(2017, data),)).files[0].strength == "given"


def test_a_target_does_not_change_within_an_epoch() -> None:
    half = mined.compact(mined.expand(mined.LIMIT_BITS) // 2)
    data = extended(part(0, 100), 2, bits=half)
    for headers in (whole_chain(data), whole_chain(part(0, 100), part(100, 102, data))):
        file = headers.files[-1]
        assert file.reason == "invalid" and file.fault is not None and file.fault.clause == "EVID-11"
        assert file.fault.message.endswith("in which it has the height 100")


def test_what_follows_invalid_headers_shows_nothing() -> None:
    data = extended(extended(part(0, 100), 1, bits=0x1F7FFFFF), 2, bits=mined.LIMIT_BITS)
    headers = whole_chain(part(0, 90), part(90, 101, data), part(101, 102, data), part(102, 103, data))
    assert [file.reason for file in headers.files] == [None, "invalid", "follows_invalid", "follows_invalid"]
    assert headers.files[3].first == 102
    assert (headers.at(89)[0].strength, headers.at(90)) == ("chain", ())


def test_a_file_that_is_not_sound_does_not_affect_the_others() -> None:
    headers = whole_chain(CHAIN, b"x", CHAIN[:-1], CHAIN[80:160] + CHAIN[:80])
    assert [file.reason for file in headers.files] == [None, "invalid", "invalid", "invalid"]
    clauses = [file.fault and file.fault.clause for file in headers.files]
    assert clauses == [None, "EVID-8", "EVID-8", "EVID-10"]


@pytest.mark.parametrize(
    ("blocks", "detail"),
    [
        ((block(5), Block(5, bytes(32))), "another block of this height"),
        ((block(5), Block(6, block(5).digest)), "this block by another height"),
        ((Block(4, block(5).digest),), "at another height"),
        ((block(2018), Block(2018 + 1, block(2019).digest)), None),
    ],
)
def test_a_block_is_named_by_its_height(blocks: tuple[Block, ...], detail: str | None) -> None:
    if detail is None:
        by_table(part(0, 2020), blocks=blocks)
        return
    with pytest.raises(EvidenceError, match=detail) as caught:
        by_table(part(0, 2020), blocks=blocks)
    assert (caught.value.code, caught.value.clause) == ("headers_invalid", "EVID-12")


def test_blocks_that_contradict_each_other_or_leave_no_room_are_named_wrongly() -> None:
    with pytest.raises(EvidenceError, match="at another height"):
        by_name(part(3000, 3010), blocks=(block(3001), Block(3003, block(3002).digest)))
    with pytest.raises(EvidenceError, match="at another height"):
        by_name(part(3000, 3010), blocks=(Block(3, block(3005).digest),))


def test_a_table_that_leaves_no_room_gives_no_heights() -> None:
    wrong = Checkpoints((digest_at(CHAIN, 3000),))
    assert each(by_table(part(0, 3001), table=wrong)) == [(None, None, None, "not_linked")]


def test_the_network_is_bitcoin() -> None:
    """Nothing but the argument lowers the work: these headers have less than any of Bitcoin."""
    (file,) = read_headers([("0", CHAIN)]).files
    assert file.reason == "invalid" and file.fault is not None and file.fault.clause == "EVID-9"
    assert BITCOIN.limit_bits == 0x1D00FFFF


def test_headers_beyond_those_that_are_known_are_not_pinned() -> None:
    headers = by_table(part(1000, 2016), part(2016, 2100))
    assert each(headers) == [(1000, "checkpoint", 2015, None), (2016, None, None, "not_pinned")]
