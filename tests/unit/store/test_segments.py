"""Segments: names, appending, sealing (STORE-3, STORE-13)."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest

from pithbundle import durable
from pithbundle.durable import Folder
from pithbundle.store import segments
from pithbundle.store.entry import Found, Head, frame_of
from pithbundle.store.segments import Area, is_sealed, segment_name

STORE: Final = "0" * 32


def made(number: int) -> bytes:
    data = b"%d" % number
    frame = frame_of(data)
    digest = sha256(data).hexdigest()
    return Head(number, "o", "", "", "", "", "json", digest, len(data), len(frame), STORE).to_bytes() + frame


@pytest.fixture
def area(tmp_path: Path) -> Area:
    return Area(Folder.open(str(tmp_path)), STORE, "segments")


def numbers(area: Area, name: str) -> list[int]:
    found = area.scan(name, 0, area.sizes()[name])
    return [each.head.sequence for each in found if isinstance(each, Found)]


def test_names() -> None:
    assert segment_name(7) == "00000007.seg" and not is_sealed(segment_name(7))
    assert segment_name(7, sealed=True) == "00000007-sealed.seg" and is_sealed(segment_name(7, sealed=True))
    assert segment_name(7) > segment_name(6, sealed=True)


def test_appending_creates_and_goes_on(area: Area, tmp_path: Path) -> None:
    one, two = made(1), made(2)
    area.append("00000001.seg", 0, one)
    area.append("00000001.seg", len(one), two)
    assert area.sizes() == {"00000001.seg": len(one) + len(two)}
    assert numbers(area, "00000001.seg") == [1, 2]
    assert area.read("00000001.seg", len(one), len(two)) == two
    assert [*area.scan("00000001.seg", len(one), len(one))] == []
    assert os.stat(tmp_path / "00000001.seg").st_mode & 0o777 & ~0o644 == 0


@pytest.mark.parametrize("call", ["write", "sync"])
@pytest.mark.parametrize("also_truncate", [False, True])
def test_what_cannot_be_written_is_taken_away(
    area: Area, monkeypatch: pytest.MonkeyPatch, call: str, also_truncate: bool
) -> None:
    area.append("00000001.seg", 0, made(1))
    real = durable.write

    def failing(descriptor: int, data: bytes = b"") -> None:
        real(descriptor, data[:10])
        raise OSError(errno.ENOSPC, "no space")

    def no(*_: object) -> None:
        raise OSError(errno.EIO, "no")

    with monkeypatch.context() as patch:
        patch.setattr(durable, call, failing)
        if also_truncate:
            calls: list[Callable[..., None]] = [no, durable.truncate]
            patch.setattr(durable, "truncate", lambda *args: calls.pop()(*args))
        with pytest.raises(OSError, match="no space"):
            area.append("00000001.seg", len(made(1)), made(2))
    assert numbers(area, "00000001.seg")[:1] == [1]
    assert also_truncate or area.sizes() == {"00000001.seg": len(made(1))}


def test_only_segments_are_read(area: Area, tmp_path: Path) -> None:
    for name in ("1.seg", "00000001.txt", "../x", "00000001.seg.bak"):
        with pytest.raises(OSError, match="no name of a segment"):
            area.read(name, 0, 1)
    (tmp_path / "00000001.seg").symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="symbolic"):
        area.read("00000001.seg", 0, 1)
    os.mkfifo(tmp_path / "00000002.seg")
    with pytest.raises(OSError, match="regular"):
        area.read("00000002.seg", 0, 1)


def test_numbers_go_on_after_segments_of_every_kind(area: Area, tmp_path: Path) -> None:
    assert area.next_number() == 1
    for name in ("00000002.seg", "00000005-sealed.seg", "00000009.damaged", "other"):
        (tmp_path / name).write_bytes(b"")
    assert area.next_number() == 10
    assert area.unknown_names() == ["other"]
    assert [*area.sizes()] == ["00000002.seg", "00000005-sealed.seg"]


def test_sealed_segments(area: Area, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(segments, "MAX_BYTES", 400)
    (tmp_path / segments.TEMPORARY).write_bytes(b"left by a crash")
    sealed = area.sealed()
    places = [sealed.add(made(number)) for number in range(1, 6)]
    sealed.finish()
    sealed.close()
    assert [*sealed.sizes] == sorted({name for name, _ in places}) and len(sealed.sizes) > 1
    assert [number for name in sealed.sizes for number in numbers(area, name)] == [1, 2, 3, 4, 5]
    assert sealed.sizes == area.sizes()
    for number, (name, offset) in enumerate(places, 1):
        assert area.read(name, offset, len(made(number))) == made(number)
    empty = area.sealed()
    empty.finish()
    assert empty.sizes == {}
    cut = area.sealed()
    cut.add(made(1))
    cut.close()
    assert area.sizes() == sealed.sizes


def test_a_segment_with_damage_is_left_under_another_name(area: Area, tmp_path: Path) -> None:
    (tmp_path / "00000001.seg").write_bytes(b"x")
    (tmp_path / "00000002-sealed.seg").write_bytes(b"y")
    area.remove("00000001.seg", keep=False)
    area.remove("00000002-sealed.seg", keep=True)
    area.remove("00000003.seg", keep=True)
    area.sync()
    assert os.listdir(tmp_path) == ["00000002-sealed.damaged"]
    assert area.sizes() == {} and area.unknown_names() == []
    area.close()
