"""Borders by content: where frames and packs end (ARCH-5, ARCH-6)."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Final, NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pithbundle.archive.borders import MAX_BYTES, MAX_LINES, ends_frame, ends_pack, frames

ALPHABET: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
#: A suffix after which nothing ends, one after which a frame ends, one after which a pack ends.
PLAIN: Final = "A" * 25 + "B"
FRAME: Final = "A" * 23 + "BAA"
PACK: Final = "A" * 26


class Piece(NamedTuple):
    suffix: str
    raw_size: int
    number: int = 0


def suffix_of(number: int) -> str:
    value = int.from_bytes(sha256(number.to_bytes(8)).digest()[:17]) >> 6
    return "".join(ALPHABET[value >> shift & 31] for shift in range(125, -1, -5))


def sizes(pieces: Sequence[Piece]) -> list[int]:
    return [len(frame.lines) for frame in frames(pieces)]


def many(suffix: str, count: int, size: int = 10) -> list[Piece]:
    return [Piece(suffix, size, number) for number in range(count)]


def numbered(suffix: str, number: int) -> str:
    """Another suffix with the same last characters, later in the order."""
    return f"B{ALPHABET[number // 32]}{ALPHABET[number % 32]}" + suffix[3:]


@pytest.mark.parametrize(
    ("last", "frame", "pack"),
    [
        ("AAA", True, True),
        ("QAA", True, True),
        ("BAA", True, False),
        ("ACA", True, False),
        ("ABA", False, False),
        ("AAB", False, False),
        ("774", False, False),
        ("PAA", True, False),
    ],
)
def test_the_last_characters_decide(last: str, frame: bool, pack: bool) -> None:
    suffix = "Z" * 23 + last
    assert (ends_frame(suffix), ends_pack(suffix)) == (frame, pack)


def test_a_64th_of_all_suffixes_ends_a_frame_and_a_16384th_a_pack() -> None:
    every = ["A" * 23 + a + b + c for a in ALPHABET for b in ALPHABET for c in ALPHABET]
    assert sum(map(ends_frame, every)) == len(every) // 64
    assert sum(map(ends_pack, every)) == len(every) // 16_384
    assert all(ends_frame(suffix) for suffix in every if ends_pack(suffix))


def test_nothing_gives_no_frame() -> None:
    assert [*frames([])] == []


def test_a_frame_ends_after_the_group_and_not_inside_it() -> None:
    pieces = [*many(PLAIN, 3), *many(numbered(FRAME, 1), 3), *many(numbered(PLAIN, 2), 1)]
    assert sizes(pieces) == [6, 1]


def test_only_the_frame_that_ends_a_pack_says_so() -> None:
    pieces = [*many(PACK, 2), *many(PLAIN, 1), *many(FRAME, 1)]
    assert [frame.ends_pack for frame in frames(pieces)] == [True, False]
    assert [frame.ends_pack for frame in frames(many(PACK, 300))] == [False, True]


def test_a_full_frame_and_a_group_that_does_not_fit() -> None:
    assert sizes([Piece(numbered(PLAIN, at), 10) for at in range(MAX_LINES)]) == [MAX_LINES]
    assert sizes([Piece(numbered(PLAIN, at), 10) for at in range(MAX_LINES + 1)]) == [MAX_LINES, 1]
    assert sizes([*many(PLAIN, 200), *many(numbered(PLAIN, 1), 57)]) == [200, 57]
    assert sizes([*many(PLAIN, 200), *many(numbered(PLAIN, 1), 56)]) == [256]


def test_the_bytes_of_a_frame_are_limited_too() -> None:
    half = MAX_BYTES // 2
    assert sizes([*many(PLAIN, 1, half), *many(numbered(PLAIN, 1), 1, half)]) == [2]
    assert sizes([*many(PLAIN, 1, half), *many(numbered(PLAIN, 1), 1, half + 1)]) == [1, 1]
    assert sizes([*many(PLAIN, 1, half), *many(numbered(PLAIN, 1), 2, half)]) == [1, 2]


def test_a_group_over_the_limit_begins_a_frame_and_is_parted_between_lines() -> None:
    pieces = [*many(PLAIN, 5), *many(numbered(PLAIN, 1), 600), *many(numbered(PLAIN, 2), 5)]
    assert sizes(pieces) == [5, 256, 256, 88 + 5]
    ended = [*many(PLAIN, 5), *many(numbered(FRAME, 1), 600), *many(numbered(PLAIN, 2), 5)]
    assert sizes(ended) == [5, 256, 256, 88, 5]


def test_a_longer_line_is_a_frame_of_its_own() -> None:
    long = Piece(numbered(PLAIN, 1), MAX_BYTES + 1)
    assert sizes([*many(PLAIN, 2), long, *many(numbered(PLAIN, 2), 2)]) == [2, 1, 2]
    assert sizes([long]) == [1]
    # In a group, before and after shorter ones.
    group = [Piece(PLAIN, size, number) for number, size in enumerate((10, 10, MAX_BYTES + 1, 10, 10))]
    assert sizes(group) == [2, 1, 2]
    assert sizes([Piece(FRAME, MAX_BYTES + 1), *many(numbered(PLAIN, 2), 2)]) == [1, 2]
    assert [one.ends_pack for one in frames([Piece(PACK, MAX_BYTES + 1), *many(PLAIN, 1)])] == [True, False]


# -- properties ------------------------------------------------------------------------------


@st.composite
def groups(draw: st.DrawFn) -> list[Piece]:
    """Sorted lines in groups: some of many lines, some of large lines, some that end frames and packs."""
    found: list[Piece] = []
    for number in sorted(draw(st.sets(st.integers(0, 1023), max_size=30))):
        last = draw(st.sampled_from([PLAIN, PLAIN, FRAME, PACK]))
        count = draw(st.one_of(st.integers(1, 4), st.integers(1, 600)))
        size = draw(st.sampled_from([1, 700, 5_000, 300_000, MAX_BYTES, MAX_BYTES + 1]))
        found += many(numbered(last, number), min(count, 1 + 8 * MAX_BYTES // size), size)
    return found


@given(groups())
def test_borders_are_as_the_specification_says(pieces: list[Piece]) -> None:
    made = [*frames(pieces)]
    assert [piece for frame in made for piece in frame.lines] == pieces
    number_of: Counter[str] = Counter()
    total: Counter[str] = Counter()
    for piece in pieces:
        number_of[piece.suffix] += 1
        total[piece.suffix] += piece.raw_size
    parts = Counter(suffix for frame in made for suffix in {piece.suffix for piece in frame.lines})
    for frame, following in zip(made, [*made[1:], None], strict=False):
        size = sum(piece.raw_size for piece in frame.lines)
        assert frame.lines and len(frame.lines) <= MAX_LINES
        assert size <= MAX_BYTES or len(frame.lines) == 1
        last = frame.lines[-1].suffix
        ended = following is None or following.lines[0].suffix != last
        assert frame.ends_pack == (ended and ends_pack(last))
        for suffix in {piece.suffix for piece in frame.lines[:-1] if piece.suffix != last}:
            assert not ends_frame(suffix)
        if following is None:
            continue
        # Each border has a reason: content, or a limit that the next group exceeds.
        coming = [piece for piece in pieces if piece.suffix == following.lines[0].suffix]
        whole = sum(piece.raw_size for piece in coming)
        full = len(frame.lines) + len(coming) > MAX_LINES or size + whole > MAX_BYTES
        assert (ended and ends_frame(last)) or full
    for suffix, count in parts.items():
        if count > 1:
            assert number_of[suffix] > MAX_LINES or total[suffix] > MAX_BYTES, "parted without need"


@given(groups())
def test_the_look_ahead_is_bounded(pieces: list[Piece]) -> None:
    """No line is asked for before what has to be held fits into two frames and a line."""
    held = held_bytes = 0

    def counted() -> Iterator[Piece]:
        nonlocal held, held_bytes
        for piece in pieces:
            held += 1
            held_bytes += piece.raw_size
            assert held <= 2 * MAX_LINES + 1
            assert held_bytes <= 2 * MAX_BYTES + 2 * (MAX_BYTES + 1)
            yield piece

    for frame in frames(counted()):
        held -= len(frame.lines)
        held_bytes -= sum(piece.raw_size for piece in frame.lines)


# -- one bundle more -------------------------------------------------------------------------


class Identities(NamedTuple):
    """The frames and the packs, each by what it contains."""

    frames: set[tuple[int, ...]]
    packs: set[tuple[int, ...]]


def identities(pieces: Sequence[Piece]) -> Identities:
    found = Identities(set(), set())
    pack: list[int] = []
    for frame in frames(pieces):
        numbers = tuple(piece.number for piece in frame.lines)
        found.frames.add(numbers)
        pack += numbers
        if frame.ends_pack:
            found.packs.add(tuple(pack))
            pack = []
    found.packs.add(tuple(pack))
    return found


@pytest.mark.slow
def test_one_bundle_added_to_100_000_changes_at_most_4_frames_and_2_packs() -> None:
    """1 to 3 frames and 1 pack; 6.7 KB is the average size of a bundle."""
    drawn = random.Random(10)
    pieces = [Piece(suffix_of(at), drawn.randint(3_000, 10_400), at) for at in range(100_000)]
    pieces.sort()
    old = identities(pieces)
    assert 1_000 < len(old.frames) < 3_000 and 3 <= len(old.packs) <= 15
    most_frames = most_packs = 0
    for at in range(100_000, 100_010):
        more = Piece(suffix_of(at), drawn.randint(3_000, 10_400), at)
        new = identities(sorted([*pieces, more]))
        most_frames = max(most_frames, len(new.frames - old.frames), len(old.frames - new.frames))
        most_packs = max(most_packs, len(new.packs - old.packs))
    assert 1 <= most_frames <= 4
    assert 1 <= most_packs <= 2
