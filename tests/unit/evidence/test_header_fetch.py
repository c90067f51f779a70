"""Headers of a node: the requests, every answer, and that a file never gets weaker (NODE-1 to NODE-4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from kit import mined
from kit.mined import EPOCH, LIMIT_BITS, double, extended
from kit.nodes import BITCOIN, Node
from pithbundle.errors import EvidenceError
from pithbundle.evidence import Checkpoints, HeaderFetch
from pithbundle.evidence.header_fetch import AT_ONCE

CHAIN = mined.chain()
NETWORK = mined.network(CHAIN)
SHORT = CHAIN[: 80 * 50]
NO_TABLE = Checkpoints(())
#: The last header of the first epoch.
TABLE = Checkpoints((mined.digest_at(CHAIN, EPOCH - 1),))


def fetch(data: bytes = b"", table: Checkpoints = NO_TABLE, **how: Any) -> HeaderFetch:
    return HeaderFetch(data, checkpoints=table, network=NETWORK, **how)


def run(node: Node, found: HeaderFetch) -> HeaderFetch:
    while (path := found.path) is not None:
        found.accept(node.answer(path))
    return found


def fault(call: Callable[[], Any]) -> tuple[str, str]:
    with pytest.raises(EvidenceError) as caught:
        call()
    assert caught.value.code == "headers_invalid"
    return caught.value.clause, caught.value.fault.message


def test_what_another_run_wrote_is_compared_before_it_is_replaced() -> None:
    found = run(Node(SHORT), fetch(SHORT[:800]))
    assert found.data == SHORT
    found.compare(CHAIN[: 80 * 60])
    assert found.data == CHAIN[: 80 * 60] and (found.added, found.removed, found.outcome) == (0, 0, "behind")
    shorter = run(Node(SHORT), fetch(SHORT[:800]))
    shorter.compare(SHORT[:1600])
    assert shorter.data == SHORT and shorter.added == len(SHORT) // 80 - 20
    shorter.compare(b"")
    assert shorter.data == SHORT and shorter.added == len(SHORT) // 80
    assert fault(lambda: shorter.compare(b"text"))[0] == "NODE-3"
    later = fetch(CHAIN[80 * EPOCH : 80 * EPOCH + 80], TABLE)
    assert fault(lambda: later.compare(SHORT))[0] == "NODE-4" and later.data


def hashed(data: bytes, height: int) -> str:
    return mined.digest_at(data, height)[::-1].hex()


def fork(height: int, count: int, salt: str = "fork") -> bytes:
    """Another chain from a height on."""
    return extended(SHORT[: 80 * height], count, salt=salt)


def test_a_new_file_has_the_whole_chain() -> None:
    node = Node(CHAIN)
    found = run(node, fetch())
    assert found.data == CHAIN and found.outcome == "current"
    assert (found.first, found.added, found.removed) == (0, len(CHAIN) // 80, 0)
    assert node.asked[:3] == [
        "/rest/chaininfo.json",
        f"/rest/headers/{AT_ONCE}/{hashed(CHAIN, 0)}.bin",
        f"/rest/headers/{AT_ONCE}/{hashed(CHAIN, AT_ONCE - 1)}.bin",
    ]
    assert node.asked[-1].endswith(f"/{hashed(CHAIN, len(CHAIN) // 80 - 1)}.bin"), "and no more after it"


def test_a_file_is_gone_on_with() -> None:
    node = Node(SHORT)
    found = run(node, fetch(SHORT[: 80 * 20]))
    assert found.data == SHORT and (found.added, found.removed) == (30, 0)
    assert node.asked[1].endswith(f"/{hashed(SHORT, 19)}.bin") and len(node.asked) == 3
    again = run(Node(SHORT), fetch(SHORT))
    assert again.data == SHORT and again.outcome == "current" and again.added == 0


def test_nothing_is_requested_after_the_last_one_that_is_wanted() -> None:
    found = run(Node(SHORT), fetch(last=9))
    assert found.data == SHORT[:800] and found.outcome == "current"
    downloading = Node(SHORT, {"initialblockdownload": True})
    assert run(downloading, fetch(last=9)).outcome == "current"
    assert len(downloading.asked) == 2


def test_a_file_may_begin_after_a_block_of_the_table() -> None:
    node = Node(CHAIN)
    found = run(node, fetch(table=TABLE, first=EPOCH))
    assert found.data == CHAIN[80 * EPOCH :] and found.outcome == "current"
    assert run(Node(CHAIN), fetch(table=TABLE)).data == CHAIN, "with the block of the table in it"
    assert node.asked[1].endswith(f"/{hashed(CHAIN, EPOCH - 1)}.bin")
    again = run(Node(CHAIN), fetch(CHAIN[80 * EPOCH : 80 * EPOCH + 800], TABLE))
    assert again.first == EPOCH and again.data == found.data
    assert fault(lambda: fetch(first=EPOCH))[0] == "NODE-3"
    assert fault(lambda: fetch(CHAIN[80 * EPOCH :]))[0] == "NODE-3"


def test_the_first_target_after_a_block_of_the_table_is_one_to_which_some_time_leads() -> None:
    head = CHAIN[: 80 * EPOCH]
    far = extended(head, 1, bits=mined.compact(mined.expand(LIMIT_BITS) // 5))
    assert fault(lambda: run(Node(far), fetch(table=TABLE, first=EPOCH)))[0] == "EVID-11"
    near = extended(head, 1, bits=mined.compact(mined.expand(LIMIT_BITS) // 3))
    assert run(Node(near), fetch(table=TABLE, first=EPOCH)).added == 1


def test_a_block_that_the_chain_gave_up_is_replaced_by_more_work() -> None:
    """The last header of the file is stale: the node answers that it does not have it."""
    node = Node(fork(45, 10))
    found = run(node, fetch(SHORT))
    assert found.data == fork(45, 10) and (found.added, found.removed) == (10, 5)
    assert found.outcome == "current"
    tips = [path.split("/")[-1] for path in node.asked[1:5]]
    assert tips == [f"{hashed(SHORT, height)}.bin" for height in (49, 48, 46, 42)]


def test_a_chain_with_less_work_replaces_nothing() -> None:
    for shorter in (SHORT[: 80 * 47], SHORT[:80], fork(45, 3), fork(1, 20)):
        found = run(Node(shorter), fetch(SHORT))
        assert found.data == SHORT and found.outcome == "behind" and found.added == found.removed == 0


def test_a_chain_may_change_between_two_requests() -> None:
    node, found = Node(SHORT), fetch(SHORT[: 80 * 10])
    for _ in range(2):
        found.accept(node.answer(str(found.path)))
    assert found.count == 50
    node.chain = fork(40, 20)
    assert run(node, found).data == fork(40, 20) and found.added == 50 and found.removed == 0


def test_a_chain_that_changes_again_and_again_ends_the_fetch() -> None:
    found = fetch(SHORT)
    found.accept(Node(SHORT).answer(str(found.path)))
    sides = [fork(45, 6, "a"), fork(45, 6, "b")]

    def flap() -> None:
        for turn in range(1000):
            found.accept(Node(sides[turn // 4 % 2]).answer(str(found.path)) if turn % 2 else b"")

    assert "changes faster" in fault(flap)[1]
    assert found.data[: len(SHORT) - 800] == SHORT[:-800]


def test_a_node_that_still_downloads_says_so() -> None:
    found = run(Node(SHORT[:800], {"initialblockdownload": True}), fetch())
    assert found.outcome == "downloading" and found.data == SHORT[:800]
    not_there = run(Node(SHORT, {"initialblockdownload": True}), fetch(table=TABLE, first=EPOCH))
    assert not_there.outcome == "downloading" and not_there.data == b""
    old = run(Node(SHORT), fetch(table=TABLE, first=EPOCH))
    assert old.outcome == "behind" and old.data == b""


def test_a_node_of_another_chain_is_named() -> None:
    other = extended(b"", 5, salt="testnet")
    clause, message = fault(lambda: run(Node(other, {"chain": "test"}), fetch()))
    assert clause == "NODE-2" and "calls test" in message and f"0:{hashed(CHAIN, 0)}" in message
    assert fault(lambda: run(Node(other), fetch(SHORT)))[0] == "NODE-2"


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{}", b"[]", b"null", b"<html>", b"\xff", b"[" * 100_000, b'{"chain": "main"}',
        b'{"chain": 1, "blocks": 1}', b'{"chain": "main", "blocks": true}',
        b'{"chain": "main", "blocks": 1.0}',
        b'{"chain": "main", "blocks": 1, "initialblockdownload": 0}', b"9" * 10_000,
    ],
)  # fmt: skip
def test_what_a_node_says_of_itself_has_a_form(body: bytes) -> None:
    assert fault(lambda: fetch().accept(body))[0] == "NODE-2"


def test_a_node_of_an_old_version_does_not_say_whether_it_downloads() -> None:
    found = fetch()
    found.accept(b'{"chain": "main", "blocks": 3}')
    assert found.info is not None and not found.info.is_downloading


def asked(data: bytes = SHORT[: 80 * 20]) -> HeaderFetch:
    found = fetch(data)
    found.accept(Node(SHORT).answer(str(found.path)))
    return found


@pytest.mark.parametrize(
    ("body", "clause"),
    [
        (SHORT[80 * 19 : -1], "NODE-2"),
        (SHORT[80 * 19 :] + b"\n", "NODE-2"),
        (b"<html>", "NODE-2"),
        (SHORT[80 * 18 :], "NODE-2"),
        (SHORT[80 * 20 :], "NODE-2"),
        (SHORT[80 * 19 : 80 * 20] + SHORT[80 * 21 :], "EVID-10"),
        (SHORT[80 * 19 : 80 * 30] + SHORT[80 * 31 :], "EVID-10"),
        (SHORT[80 * 19 : 80 * 20] + b"\x02" + SHORT[80 * 20 + 1 :], "EVID-10"),
        (SHORT[80 * 19 : 80 * 20] * (AT_ONCE + 1), "NODE-2"),
        (extended(SHORT[: 80 * 20], 1, bits=0x1F7FFFFF)[80 * 19 :], "EVID-11"),
    ],
)
def test_an_answer_that_violates_a_rule_adds_nothing(body: bytes, clause: str) -> None:
    found = asked()
    assert fault(lambda: found.accept(body))[0] == clause
    assert found.data == SHORT[: 80 * 20] and found.count == 20
    found.accept(SHORT[80 * 19 :])
    assert found.data == SHORT, "and the next answer is taken"


def test_a_header_without_work_adds_nothing() -> None:
    found = asked()
    broken = bytearray(SHORT[80 * 19 : 80 * 22])
    for nonce in range(256):
        broken[-1] = nonce
        if double(broken[-80:])[31] >= 0x80:
            break
    assert fault(lambda: found.accept(bytes(broken)))[0] == "EVID-9"


def test_a_new_target_follows_from_the_times_of_the_epoch() -> None:
    wrong = extended(CHAIN[: 80 * EPOCH], 1, bits=LIMIT_BITS)
    found = fetch()
    assert fault(lambda: run(Node(wrong), found))[0] == "EVID-11"
    assert found.data == CHAIN[: 80 * AT_ONCE]


def test_a_block_of_the_table_is_in_its_place() -> None:
    table = Checkpoints((bytes(32),))
    found = fetch(table=table)
    clause, message = fault(lambda: run(Node(CHAIN), found))
    assert clause == "EVID-13" and f"block {EPOCH - 1} " in message
    assert found.data == CHAIN[: 80 * AT_ONCE]


@pytest.mark.parametrize(
    ("data", "clause"),
    [
        (SHORT[80:], "NODE-3"),
        (SHORT[:-1], "EVID-8"),
        (b"text", "NODE-3"),
        (SHORT[:800] + SHORT[880:], "EVID-10"),
        (extended(SHORT, 1, bits=0x1F7FFFFF), "EVID-11"),
    ],
)
def test_a_file_that_is_not_sound_is_not_gone_on_with(data: bytes, clause: str) -> None:
    assert fault(lambda: fetch(data))[0] == clause


def test_the_headers_of_bitcoin() -> None:
    found = HeaderFetch()
    node = Node(BITCOIN)
    while (path := found.path) is not None:
        found.accept(node.answer(path))
    assert found.data == BITCOIN and found.outcome == "current"
    assert fault(lambda: HeaderFetch(first=2))[0] == "NODE-3"
