"""Entries: heads, frames, and finding them again (STORE-2, STORE-3)."""

from __future__ import annotations

import io
import random
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

import pytest

from pithbundle import PithError
from pithbundle.archive.frames import CHUNK
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.json_reader import parse_json
from pithbundle.store.entry import MAGIC, MAX_HEAD, Found, Gap, Head, frame_of, read_entry, scan

STORE: Final = "0" * 32


def made(number: int = 1, data: bytes = b"{}", **changes: Any) -> bytes:
    frame = frame_of(data)
    head = Head(
        number, "https://mirror.example", "2026-11-20T00:00:00Z", "192.0.2.1", "", "A" * 26, "json",
        sha256(data).hexdigest(), len(data), len(frame), STORE,
    )  # fmt: skip
    return replace(head, **changes).to_bytes() + frame


def scanned(data: bytes, store: str = STORE, start: int = 0) -> list[Found | Gap]:
    return [*scan(io.BytesIO(data[start:]).read, store, start)]


def test_an_entry_is_read_as_it_was_written() -> None:
    data = b"as received \0\xff"
    found = read_entry(made(7, data), STORE)
    assert (found.data, found.head.sequence, found.head.address) == (data, 7, "192.0.2.1")
    assert found.length == len(made(7, data))
    value = parse_json(made(7, data)[8:][: int.from_bytes(made(7, data)[4:8], "little")])
    assert isinstance(value, dict)
    claimed = value.pop("entry_sha256")
    assert claimed == sha256(encode(value)).hexdigest() == found.head.entry_sha256


@pytest.mark.parametrize(
    "changes",
    [
        {"store": "1" * 32},
        {"encoding": "xml"},
        {"size": 1 << 40},
        {"size": -1},
        {"sequence": "1"},
        {"size": 3},
        {"sha256": "0" * 64},
        {"frame_bytes": 3},
        {"origin": "x" * MAX_HEAD},
    ],
)
def test_what_is_no_entry_of_this_store_is_rejected(changes: dict[str, Any]) -> None:
    content = made(**changes)
    with pytest.raises(PithError):
        read_entry(content, STORE)
    assert all(isinstance(each, Gap) for each in scanned(content))


def test_a_head_that_was_changed_is_none_and_its_digest_is_part_of_it() -> None:
    content = made()
    for old, new in [(b"2026", b"2027"), (b'"1"', b'"2"'), (b"mirror", b"mirr0r"), (b'"store"', b'"stor"')]:
        assert old in content
        with pytest.raises(PithError):
            read_entry(content.replace(old, new, 1), STORE)
    with pytest.raises(PithError):
        read_entry(content[:10], STORE)


def test_entries_and_gaps_cover_a_segment_whatever_is_in_it() -> None:
    """200 mixtures: every entry that is intact is found, and every byte is in one result."""
    drawn = random.Random(1)
    for _ in range(200):
        parts: list[tuple[bytes, bool]] = []
        for number in range(drawn.randrange(1, 9)):
            entry = made(number, drawn.randbytes(drawn.randrange(300)))
            kind = drawn.randrange(5)
            if kind == 0:
                parts.append(
                    (drawn.choice([b"junk", MAGIC, MAGIC * 3, bytes(9), entry[:-1], entry[3:]]), False)
                )
            elif kind == 1:
                at = drawn.randrange(len(entry))
                parts.append((entry[:at] + bytes([entry[at] ^ 1]) + entry[at + 1 :], False))
            else:
                parts.append((entry, True))
        data = b"".join(part for part, _ in parts)
        results = scanned(data)
        at = 0
        for each in results:
            assert each.offset == at
            at += each.length
        assert at == len(data)
        whole = [part for part, intact in parts if intact]
        found = [data[each.offset : each.offset + each.length] for each in results if isinstance(each, Found)]
        assert found == whole


def test_damage_in_a_frame_names_what_it_was_and_loses_no_other() -> None:
    one, two, three = made(1, b"one"), made(2, b"two"), made(3, b"three")
    damaged = two[:-2] + bytes([two[-2] ^ 4]) + two[-1:]
    first, gap, last = scanned(one + damaged + three)
    assert isinstance(gap, Gap) and gap.head is not None
    assert (gap.offset, gap.length, gap.head.sequence) == (len(one), len(two), 2)
    assert isinstance(first, Found) and isinstance(last, Found) and last.head.sequence == 3
    # Two that are damaged are two.
    gaps = scanned(damaged + damaged)
    assert [each.length for each in gaps] == [len(two), len(two)]
    # Bytes that are missing shift what follows, which is found by its magic.
    cut = two[:-5]
    assert [type(each) for each in scanned(cut + three)] == [Gap, Found]
    # A head that cannot be read before one whose frame is damaged.
    assert [type(each) for each in scanned(b"junk" + damaged + three)] == [Gap, Gap, Found]


def test_an_entry_in_a_bundle_is_not_taken_for_one() -> None:
    """Who made it does not know the id of the store, whatever is damaged (STORE-2)."""
    for known, kinds in ((False, [Gap]), (True, [Gap, Found, Gap])):
        inner = made(9, store=STORE if known else "f" * 32)
        # Stored in one block: an author can make it so that zstd does not compress it.
        data = inner + bytes(2_000)
        frame = b"\x28\xb5\x2f\xfd\x64" + (len(data) - 256).to_bytes(2, "little")
        frame += (len(data) << 3 | 1).to_bytes(3, "little") + data + frame_of(data)[-4:]
        head = Head(1, "x", "", "", "", "", "json", sha256(data).hexdigest(), len(data), len(frame), STORE)
        outer = head.to_bytes() + frame
        assert read_entry(outer, STORE).data == data
        assert [type(each) for each in scanned(b"x" + outer[1:])] == kinds


def test_a_magic_at_the_border_of_what_is_read_at_once_is_found() -> None:
    entry = made()
    for before in range(CHUNK - 5, CHUNK + 2):
        results = scanned(b"z" * before + entry)
        assert [(type(each), each.length) for each in results] == [(Gap, before), (Found, len(entry))]
    assert [each.length for each in scanned(b"zz")] == [2]
    assert scanned(b"") == []


def test_a_scan_may_begin_behind_what_is_known() -> None:
    one, two = made(1), made(2)
    (found,) = scanned(one + two, start=len(one))
    assert isinstance(found, Found) and (found.offset, found.head.sequence) == (len(one), 2)
