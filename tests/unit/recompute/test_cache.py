"""The cache: whose folder it may be, and that no damaged entry is used (RECOMP-10; threats F1, F2, F4)."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import stat
from pathlib import Path

import pytest

from pithbundle.durable import Folder, OutputFile
from pithbundle.recompute.cache import TAG, Cache, Shrunk, is_rechecked

KEY, OTHER = "ab" + "0" * 62, "ab" + "1" * 62
DATA = b"block" * 100


def cache(tmp_path: Path) -> Cache:
    return Cache(str(tmp_path / "cache"))


def entry(tmp_path: Path, key: str = KEY) -> Path:
    return tmp_path / "cache" / key[:2] / key


def test_what_is_put_is_found(tmp_path: Path) -> None:
    with cache(tmp_path) as one:
        assert one.get(KEY) is None
        one.put(KEY, DATA)
        one.put(OTHER, b"x" * 32)
        assert (one.get(KEY), one.get(OTHER)) == (DATA, b"x" * 32)
        one.put(KEY, b"y" * 40)
        assert one.get(KEY) == b"y" * 40
        assert one.entry_path(KEY) == str(entry(tmp_path))
    with Cache(f"{tmp_path}/cache/") as again:
        assert again.get(OTHER) == b"x" * 32
    assert sorted(os.listdir(tmp_path / "cache" / "ab")) == [KEY, OTHER]
    assert (
        (tmp_path / "cache" / TAG).read_bytes().startswith(b"Signature: 8a477f597d28d172789f06886806bc55\n")
    )


def test_nobody_else_can_read_it(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with cache(tmp_path) as one:
            one.put(KEY, DATA)
    finally:
        os.umask(before)
    for path in (tmp_path / "cache", tmp_path / "cache" / "ab"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_a_path_without_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with Cache("here"):
        assert os.listdir() == ["here"]


# -- folders that are none -------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o720, 0o702, 0o777, 0o1777])
def test_a_folder_that_others_can_write(tmp_path: Path, mode: int) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache").chmod(mode)
    with pytest.raises(OSError, match="others can write"):
        cache(tmp_path)
    assert os.listdir(tmp_path / "cache") == []


@pytest.mark.parametrize("mode", [0o720, 0o702])
def test_a_folder_of_entries_that_others_can_write(tmp_path: Path, mode: int) -> None:
    """Who can write it can write states, also where the cache itself is of the user alone."""
    with cache(tmp_path) as one:
        one.put(KEY, DATA)
    entry(tmp_path).parent.chmod(mode)
    with pytest.raises(OSError, match="others can write results into its folder ab: name a new folder"):
        cache(tmp_path)
    assert entry(tmp_path).exists()


@pytest.mark.parametrize("mode", [0o620, 0o602])
def test_an_entry_that_others_can_write_is_a_miss_and_is_replaced(tmp_path: Path, mode: int) -> None:
    with cache(tmp_path) as one:
        one.put(KEY, DATA)
        entry(tmp_path).chmod(mode)
        assert one.get(KEY) == b""
        one.put(KEY, DATA)
        assert one.get(KEY) == DATA and not entry(tmp_path).stat().st_mode & 0o022


def test_an_entry_of_another_user_is_a_miss(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with cache(tmp_path) as one:
        one.put(KEY, DATA)
        monkeypatch.setattr(os, "geteuid", lambda: 12_345_678)
        assert one.get(KEY) == b""


def test_a_folder_of_another_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").mkdir(0o700)
    monkeypatch.setattr(os, "geteuid", lambda: 12_345_678)
    with pytest.raises(OSError, match="another user"):
        cache(tmp_path)


@pytest.mark.parametrize("kind", ["file", "link", "dangling link", "fifo", "device"])
def test_what_is_no_folder(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "cache"
    if kind == "file":
        path.write_text("kept")
    elif kind == "fifo":
        os.mkfifo(path)
    else:
        if kind == "link":
            (tmp_path / "other").mkdir(0o700)
        path.symlink_to("/dev/null" if kind == "device" else "other")
    with pytest.raises(OSError, match="no folder"):
        cache(tmp_path)
    assert not (tmp_path / "other").exists() or os.listdir(tmp_path / "other") == []


@pytest.mark.parametrize("name", ["thesis.txt", "abc", "AB", "ab"])
def test_a_folder_with_something_else(tmp_path: Path, name: str) -> None:
    (tmp_path / "cache").mkdir(0o700)
    (tmp_path / "cache" / name).write_text("kept")
    with pytest.raises(OSError, match="is not of a cache"):
        cache(tmp_path)
    assert os.listdir(tmp_path / "cache") == [name]


@pytest.mark.parametrize("name", ["other", TAG])
def test_a_folder_with_a_folder_or_link_of_another_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "cache" / name).mkdir(0o700, parents=True)
    (tmp_path / "cache").chmod(0o700)
    with pytest.raises(OSError, match="is not of a cache"):
        cache(tmp_path)
    (tmp_path / "cache" / name).rmdir()
    (tmp_path / "cache" / TAG).symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="is not of a cache"):
        cache(tmp_path)


@pytest.mark.parametrize("path", ["", ".", "..", "/", "x/.."])
def test_names_that_cannot_be(path: str) -> None:
    with pytest.raises(OSError, match="is no name"):
        Cache(path)


def test_a_parent_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Cache(str(tmp_path / "absent" / "cache"))


def test_a_folder_that_cannot_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "cache").mkdir(0o700)

    def subfolder(self: Folder, name: str) -> Folder:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Folder, "subfolder", subfolder)
    with pytest.raises(PermissionError):
        cache(tmp_path)


# -- entries ---------------------------------------------------------------------------------


def test_a_damaged_entry_is_a_miss_and_is_replaced(tmp_path: Path) -> None:
    """Damage of the block itself, and not of its last bytes, shows when it is read."""
    with cache(tmp_path) as one:
        one.put(KEY, DATA)
        one.put(OTHER, DATA)
        path = entry(tmp_path)
        whole = path.read_bytes()
        head = len(whole) - len(DATA)
        drawn = random.Random(1)
        damages = [whole[:at] for at in range(0, len(whole), 50)] + [whole + b"x", bytes(len(whole))]
        for _ in range(100):
            at = drawn.choice([drawn.randrange(head), drawn.randrange(len(whole) - 32, len(whole))])
            damages.append(whole[:at] + bytes([whole[at] ^ 1 << drawn.randrange(8)]) + whole[at + 1 :])
        for damaged in damages:
            path.write_bytes(damaged)
            assert one.get(KEY) == b""
            one.put(KEY, DATA)
            assert one.get(KEY) == DATA
        path.write_bytes(entry(tmp_path, OTHER).read_bytes())
        assert one.get(KEY) == b"" and one.get(OTHER) == DATA


@pytest.mark.parametrize("kind", ["link", "fifo", "folder"])
def test_an_entry_that_is_no_file(tmp_path: Path, kind: str) -> None:
    with cache(tmp_path) as one:
        one.put(KEY, DATA)
        path = entry(tmp_path)
        path.rename(tmp_path / "elsewhere")
        if kind == "link":
            path.symlink_to(tmp_path / "elsewhere")
        elif kind == "fifo":
            os.mkfifo(path)
        else:
            path.mkdir()
        assert one.get(KEY) is None
        if kind == "folder":
            with pytest.raises(IsADirectoryError):
                one.put(KEY, DATA)
            assert os.listdir(path.parent) == [KEY]
        else:
            one.put(KEY, DATA)
            assert one.get(KEY) == DATA and path.is_file() and not path.is_symlink()
    assert len((tmp_path / "elsewhere").read_bytes()) > len(DATA)


def test_an_entry_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with cache(tmp_path) as one:
        one.put(KEY, DATA)

        def fstat(descriptor: int) -> os.stat_result:
            raise OSError(5, "Input/output error")

        with monkeypatch.context() as patch:
            patch.setattr("pithbundle.recompute.cache.os.fstat", fstat)
            patch.setattr(Folder, "open_file", lambda self, name: os.open(entry(tmp_path), os.O_RDONLY))
            assert one.get(KEY) is None
        assert one.get(KEY) == DATA


@pytest.mark.parametrize("name", ["cache", "cache/ab"])
def test_a_cache_that_is_removed_keeps_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """As its tag allows; before an entry is written, or in the middle of that."""
    with cache(tmp_path) as one:
        one.put(OTHER, DATA)
        shutil.rmtree(tmp_path / name)
        assert one.get(OTHER) is None
        one.put(KEY, DATA)
        assert one.get(KEY) == (None if name == "cache" else DATA)
        real = Folder.create

        def removing(self: Folder, temporary: str) -> OutputFile:
            shutil.rmtree(tmp_path / "cache", ignore_errors=True)
            return real(self, temporary)

        monkeypatch.setattr(Folder, "create", removing)
        one.put(KEY, DATA)
        assert one.get(KEY) is None


def test_a_write_that_fails_leaves_the_old_entry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with cache(tmp_path) as one:
        one.put(KEY, DATA)

        def rename(self: Folder, old: str, new: str) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr(Folder, "rename", rename)
        with pytest.raises(OSError, match="No space"):
            one.put(KEY, b"z" * 40)
        assert one.get(KEY) == DATA and os.listdir(entry(tmp_path).parent) == [KEY]


def test_leftovers_are_removed_unless_another_run_is_at_work(tmp_path: Path) -> None:
    with cache(tmp_path) as one:
        one.put(KEY, DATA)
        left = entry(tmp_path).with_name("0123456789abcdef.tmp")
        left.write_bytes(b"")
        with cache(tmp_path) as other:
            assert left.exists() and other.get(KEY) == DATA
    with cache(tmp_path) as again:
        assert not left.exists() and again.get(KEY) == DATA


def test_what_a_run_is_writing_is_not_left_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three runs: the first has ended when the third begins, and the second goes on."""
    first, second = cache(tmp_path), cache(tmp_path)
    first.close()
    rename = Folder.rename

    def opening(self: Folder, old: str, new: str) -> None:
        cache(tmp_path).close()
        rename(self, old, new)

    with second:
        monkeypatch.setattr(Folder, "rename", opening)
        second.put(KEY, DATA)
        assert second.get(KEY) == DATA


# -- the share that is computed again --------------------------------------------------------


def test_a_share_is_rechecked() -> None:
    keys = [f"{number:064x}" for number in range(10_000)]
    assert not any(is_rechecked(key, "plan", 0) for key in keys)
    assert all(is_rechecked(key, "plan", 100) for key in keys)
    one = {key for key in keys if is_rechecked(key, "plan", 5)}
    assert 400 < len(one) < 600
    assert one == {key for key in keys if is_rechecked(key, "plan", 5)}
    assert one <= {key for key in keys if is_rechecked(key, "plan", 6)}
    # Another plan has another share.
    assert len(one & {key for key in keys if is_rechecked(key, "other", 5)}) < 60


# -- a bound on the bytes ----------------------------------------------------------------------

NAMES = [f"{number:02x}" + f"{number}" * 62 for number in range(6)]


def aged(tmp_path: Path, one: Cache) -> int:
    """Entries of one size, each last used a day before the next one; return their bytes."""
    for number, name in enumerate(NAMES):
        one.put(name, DATA)
        used = 1_700_000_000 + 86_400 * number
        os.utime(entry(tmp_path, name), (used, used))
    return entry(tmp_path, NAMES[0]).stat().st_size


def left(tmp_path: Path) -> list[int]:
    return [number for number, name in enumerate(NAMES) if entry(tmp_path, name).exists()]


def test_what_was_used_longest_ago_is_removed_first(tmp_path: Path) -> None:
    with cache(tmp_path) as one:
        size = aged(tmp_path, one)
        assert one.shrink(6 * size) == Shrunk(6, 6 * size, 0, 0)
        assert one.get(NAMES[1]) == DATA
        assert one.shrink(4 * size) == Shrunk(4, 4 * size, 2, 2 * size)
        assert left(tmp_path) == [1, 3, 4, 5]
        # Of the bytes that are allowed none are exceeded, by no entry in part.
        assert one.shrink(3 * size - 1) == Shrunk(2, 2 * size, 2, 2 * size)
        assert left(tmp_path) == [1, 5]
        assert one.shrink(0) == Shrunk(0, 0, 2, 2 * size)
        assert one.get(NAMES[1]) is None


def test_a_damaged_entry_does_not_count_as_used(tmp_path: Path) -> None:
    with cache(tmp_path) as one:
        aged(tmp_path, one)
        path = entry(tmp_path, NAMES[0])
        times = path.stat()
        path.write_bytes(path.read_bytes()[:-1])
        os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
        assert one.get(NAMES[0]) == b"" and path.stat().st_mtime_ns == times.st_mtime_ns


def test_a_use_that_cannot_be_noted_is_one_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with cache(tmp_path) as one:
        aged(tmp_path, one)

        def utime(*_: object) -> None:
            raise PermissionError(1, "Operation not permitted")

        monkeypatch.setattr(os, "utime", utime)
        assert one.get(NAMES[0]) == DATA


def test_nothing_but_entries_is_removed(tmp_path: Path) -> None:
    with cache(tmp_path) as one:
        aged(tmp_path, one)
        folder = entry(tmp_path, NAMES[0]).parent
        (folder / "0123456789abcdef.tmp").write_bytes(bytes(10_000))
        (folder / "thesis").write_bytes(b"mine")
        os.mkfifo(folder / ("a" * 64))
        (folder / ("b" * 64)).symlink_to(tmp_path / "target")
        (folder / ("c" * 64)).mkdir()
        (tmp_path / "target").write_bytes(bytes(10_000))
        kept = {*os.listdir(folder)} - {NAMES[0]}
        assert one.shrink(0).removed == 6
        assert {*os.listdir(folder)} == kept and (tmp_path / "target").exists()
        assert {TAG, *(name[:2] for name in NAMES)} == {*os.listdir(tmp_path / "cache")}


def test_two_runs_use_a_cache_that_is_made_smaller(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What one removes the other one computes, and writes again into folders that are still there."""
    with cache(tmp_path) as one, cache(tmp_path) as other:
        size = aged(tmp_path, one)
        real = Folder.remove

        def removed(self: Folder, name: str) -> None:
            real(self, name)
            with contextlib.suppress(FileNotFoundError):
                # Another run removes what is oldest too.
                os.unlink(entry(tmp_path, NAMES[1]))

        with monkeypatch.context() as patch:
            patch.setattr(Folder, "remove", removed)
            one.shrink(3 * size)
        assert left(tmp_path) == [3, 4, 5]
        assert other.get(NAMES[0]) is None
        other.put(NAMES[0], DATA)
        assert one.get(NAMES[0]) == DATA


def test_an_entry_that_cannot_be_removed_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with cache(tmp_path) as one:
        aged(tmp_path, one)

        def remove(self: Folder, name: str) -> None:
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr(Folder, "remove", remove)
        with pytest.raises(PermissionError):
            one.shrink(0)


@pytest.mark.parametrize("at", [1, 2])
def test_a_cache_that_is_removed_while_it_is_made_smaller(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Before its entries are listed, or before one of them is removed."""
    real, calls = Folder.subfolder, 0

    def removing(self: Folder, name: str) -> Folder:
        nonlocal calls
        calls += 1
        if calls == at:
            shutil.rmtree(tmp_path / "cache")
        return real(self, name)

    with cache(tmp_path) as one:
        one.put(KEY, DATA)
        monkeypatch.setattr(Folder, "subfolder", removing)
        assert one.shrink(0).removed == at - 1 and calls == at
