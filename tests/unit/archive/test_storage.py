"""Files that are read by offset: what is opened, and what changed since (ARCH-8)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pithbundle import FileError, InputError
from pithbundle.archive.storage import LOCAL


def test_bytes_are_read_by_offset(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"0123456789")
    file = LOCAL.open(str(path))
    assert (file.size, file.read_at(3, 4), file.read_at(8, 4), file.read_at(10, 4)) == (
        10,
        b"3456",
        b"89",
        b"",
    )
    file.require_unchanged()
    assert file.identity == LOCAL.open(str(path)).identity
    file.close()
    file.close()


def test_a_file_that_changed_or_went_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"01")
    file = LOCAL.open(str(path))
    os.utime(path, ns=(1, 1))
    with pytest.raises(FileError, match=r"a: changed while it was read; read it again"):
        file.require_unchanged()
    assert LOCAL.open(str(path)).identity != file.identity
    path.unlink()
    with pytest.raises(FileError, match=r"a: was removed while it was read"):
        file.require_unchanged()


def test_what_is_no_regular_file_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    for name, reason in (("fifo", "only regular files are read"), (".", "is a directory")):
        with pytest.raises(FileError, match=reason):
            LOCAL.open(str(tmp_path / name))
    for name in ("absent", "nul\0"):
        with pytest.raises(FileError):
            LOCAL.open(str(tmp_path / name))


def test_a_small_file_is_read_up_to_its_limit(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123")
    assert LOCAL.read(str(tmp_path / "a"), 4) == b"0123"
    with pytest.raises(InputError) as error:
        LOCAL.read(str(tmp_path / "a"), 3)
    assert error.value.code == "size"


def test_a_file_that_cannot_be_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123")
    file = LOCAL.open(str(tmp_path / "a"))
    file.close()
    with pytest.raises(FileError, match="ad file descriptor"):
        file.read_at(0, 1)


def test_a_part_of_a_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0123456789")
    path = str(tmp_path / "a")
    assert (LOCAL.read_part(path, 3, 4), LOCAL.read_part(path, 8, 4)) == (b"3456", b"89")
    assert LOCAL.read_part(path, 10, 4) == b""
    open_before = len(os.listdir("/proc/self/fd"))
    for name in ("absent", "."):
        with pytest.raises(FileError):
            LOCAL.read_part(str(tmp_path / name), 0, 1)
    assert len(os.listdir("/proc/self/fd")) == open_before
