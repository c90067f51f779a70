"""files: input up to a limit; output whole or not at all (threats F1 to F4, F8)."""

from __future__ import annotations

import errno
import io
import os
import resource
import socket
import stat
import subprocess
import sys
import threading
import tracemalloc
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.command_line import Stream
from pithbundle import files
from pithbundle.errors import FileError, InputError
from pithbundle.files import read_blocks, read_input, require_writable, write_output, write_outputs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of its own, so that whatever a failure leaves behind is seen."""
    inner = tmp_path / "folder"
    inner.mkdir()
    return inner


def rejection(call: Callable[[], object]) -> str:
    with pytest.raises(FileError) as caught:
        call()
    assert caught.value.code == "io"
    return caught.value.fault.detail


class TestRead:
    def test_a_file_up_to_the_limit(self, folder: Path) -> None:
        (folder / "a").write_bytes(b"12345")
        assert read_input(str(folder / "a"), 5) == b"12345"
        with pytest.raises(InputError) as caught:
            read_input(str(folder / "a"), 4)
        assert caught.value.code == "size"

    def test_a_limit_beyond_all_memory_allocates_nothing(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (folder / "small").write_bytes(b"12345")
        for limit in (50_000_000_000, 999_999_999_999_999):
            tracemalloc.start()
            assert read_input(str(folder / "small"), limit) == b"12345"
            stream = Stream(b"12345")
            with monkeypatch.context() as patch:
                patch.setattr(sys, "stdin", stream)
                assert read_input("-", limit) == b"12345"
            _, peak = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            assert peak < 10_000_000

    def test_an_endless_device_costs_the_limit(self) -> None:
        with pytest.raises(InputError) as caught:
            read_input("/dev/zero", 1000)
        assert caught.value.code == "size"

    def test_a_fifo_reads_like_a_file(self, folder: Path) -> None:
        os.mkfifo(folder / "pipe")
        writer = threading.Thread(target=lambda: (folder / "pipe").write_bytes(b"through"))
        writer.start()
        assert read_input(str(folder / "pipe"), 100) == b"through"
        writer.join()

    def test_standard_input(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"abc")))
        assert read_input("-", 3) == b"abc"
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"abcd")))
        with pytest.raises(InputError):
            read_input("-", 3)

    def test_closed_standard_input(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "stdin", None)
        assert rejection(lambda: read_input("-", 3)) == "standard input is closed"

    def test_broken_standard_input(self, monkeypatch: pytest.MonkeyPatch) -> None:
        class Broken(io.RawIOBase):
            def readable(self) -> bool:
                return True

            def readinto(self, buffer: object) -> int:
                raise OSError(errno.EIO, "Input/output error")

        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(Broken())))
        assert rejection(lambda: read_input("-", 3)) == "standard input: input/output error"

    @pytest.mark.parametrize(
        "name", ["missing", "missing/below", "", ".", "nul\0", "sur\ud800gate", "x" * 300]
    )
    def test_what_cannot_be_read_is_one_error(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.chdir(folder)
        rejection(lambda: read_input(name, 10))

    def test_a_file_that_may_not_be_read(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def denied(*args: object) -> None:
            raise PermissionError(errno.EACCES, "Permission denied")

        monkeypatch.setattr("builtins.open", denied)
        assert rejection(lambda: read_input("a", 3)) == "a: permission denied"


class TestWrite:
    def test_a_new_file(self, folder: Path) -> None:
        write_output(str(folder / "out"), b"data")
        assert (folder / "out").read_bytes() == b"data"
        assert os.listdir(folder) == ["out"]

    def test_in_the_working_directory(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(folder)
        write_output("out", b"")
        assert (folder / "out").read_bytes() == b""

    def test_existing_only_with_force(self, folder: Path) -> None:
        (folder / "out").write_bytes(b"old")
        assert "--force" in rejection(lambda: write_output(str(folder / "out"), b"new"))
        assert (folder / "out").read_bytes() == b"old"
        write_output(str(folder / "out"), b"new", force=True)
        assert (folder / "out").read_bytes() == b"new"
        assert os.listdir(folder) == ["out"]

    @pytest.mark.parametrize("mask, mode", [(0o022, 0o644), (0o000, 0o644), (0o077, 0o600), (0o002, 0o644)])
    @pytest.mark.parametrize("force", [False, True])
    def test_mode_is_from_umask_and_never_wider(
        self, folder: Path, mask: int, mode: int, force: bool
    ) -> None:
        if force:
            (folder / "out").write_bytes(b"old")
            (folder / "out").chmod(0o666)
        before = os.umask(mask)
        try:
            write_output(str(folder / "out"), b"x", force=force)
        finally:
            os.umask(before)
        assert stat.S_IMODE((folder / "out").stat().st_mode) == mode

    @pytest.mark.parametrize("force", [False, True])
    @pytest.mark.parametrize("kind", ["link", "dangling", "fifo", "folder", "socket", "link to folder"])
    def test_what_is_no_regular_file_is_always_rejected(
        self, folder: Path, tmp_path: Path, kind: str, force: bool
    ) -> None:
        target = folder / "out"
        victim = tmp_path / "victim"
        victim.write_bytes(b"victim")
        match kind:
            case "link":
                target.symlink_to(victim)
            case "dangling":
                target.symlink_to(tmp_path / "nothing")
            case "fifo":
                os.mkfifo(target)
            case "folder":
                target.mkdir()
            case "link to folder":
                target.symlink_to(tmp_path)
            case "socket":
                unix = socket.socket(socket.AF_UNIX)
                here = os.open(folder, os.O_RDONLY)  # the path of a socket has a short limit
                unix.bind(f"/proc/self/fd/{here}/out")
                os.close(here)
                unix.close()
        before = target.lstat()
        assert "regular file" in rejection(lambda: write_output(str(target), b"new", force=force))
        assert victim.read_bytes() == b"victim"
        assert not (tmp_path / "nothing").exists()
        after = target.lstat()
        assert (after.st_ino, after.st_mode) == (before.st_ino, before.st_mode)
        assert os.listdir(folder) == ["out"]

    @pytest.mark.parametrize("name", ["/dev/null", "/dev/full"])
    def test_devices_are_rejected(self, name: str) -> None:
        assert "regular file" in rejection(lambda: write_output(name, b"x", force=True))

    def test_a_hard_link_is_parted(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "other").write_bytes(b"old")
        os.link(tmp_path / "other", folder / "out")
        write_output(str(folder / "out"), b"new", force=True)
        assert (tmp_path / "other").read_bytes() == b"old"

    def test_a_linked_folder_is_the_users_own_choice(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "way").symlink_to(folder)
        write_output(str(tmp_path / "way" / "out"), b"x")
        assert (folder / "out").read_bytes() == b"x"

    @pytest.mark.parametrize(
        "name", ["", ".", "..", "below/", "missing/out", "nul\0", "sur\ud800gate", "x" * 256]
    )
    def test_names_that_cannot_be(self, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        monkeypatch.chdir(folder)
        (folder / "below").mkdir()
        rejection(lambda: write_output(name, b"x"))
        assert os.listdir(folder) == ["below"]

    def test_the_longest_name(self, folder: Path) -> None:
        write_output(str(folder / ("x" * 255)), b"data")
        assert os.listdir(folder) == ["x" * 255]


def failing(number: int) -> Callable[..., Any]:
    def fail(*args: object, **options: object) -> None:
        raise OSError(number, os.strerror(number))

    return fail


class TestFailure:
    """An injected failure of each system call: the old file or none, and no other file."""

    @pytest.fixture(params=[False, True], ids=["new", "forced"])
    def forced(self, request: pytest.FixtureRequest, folder: Path) -> bool:
        forced: bool = request.param
        if forced:
            (folder / "out").write_bytes(b"old")
        return forced

    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
    @pytest.mark.parametrize("call", ["write", "fsync", "name", "open", "close"])
    def test_the_target_stays_as_it_was(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, forced: bool, call: str, number: int
    ) -> None:
        if call == "name":
            call = "rename" if forced else "link"
        real: Callable[..., Any] = os.open if call == "open" else os.close
        seen = 0

        def second_time(*args: Any, **options: Any) -> Any:
            # open: the first is the folder, the second the new file. close: the first is the
            # file; it must be closed all the same, as the system does when close fails.
            nonlocal seen
            seen += 1
            if call == "close":
                patch.setattr(os, "close", real)
                real(*args)
                raise OSError(number, os.strerror(number))
            if seen == 2:
                raise OSError(number, os.strerror(number))
            return real(*args, **options)

        with monkeypatch.context() as patch:
            patch.setattr(os, call, second_time if call in ("open", "close") else failing(number))
            message = rejection(lambda: write_output(str(folder / "out"), b"new", force=forced))
        assert os.strerror(number).lower()[:5] in message.lower()
        assert os.listdir(folder) == (["out"] if forced else [])
        if forced:
            assert (folder / "out").read_bytes() == b"old"

    def test_a_short_write_is_continued(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        real = os.write
        monkeypatch.setattr(os, "write", lambda fd, data: real(fd, bytes(data[:3])))
        write_output(str(folder / "out"), b"0123456789")
        assert (folder / "out").read_bytes() == b"0123456789"

    def test_an_interrupt_leaves_nothing(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, forced: bool
    ) -> None:
        def interrupt(*args: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(os, "fsync", interrupt)
        with pytest.raises(KeyboardInterrupt):
            write_output(str(folder / "out"), b"new", force=forced)
        assert os.listdir(folder) == (["out"] if forced else [])

    @pytest.mark.parametrize("number, rejected", [(errno.EINVAL, False), (errno.EIO, True)])
    def test_a_folder_that_cannot_be_synced(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch, number: int, rejected: bool
    ) -> None:
        real = os.fsync

        def only_files(descriptor: int) -> None:
            if stat.S_ISDIR(os.fstat(descriptor).st_mode):
                raise OSError(number, os.strerror(number))
            real(descriptor)

        monkeypatch.setattr(os, "fsync", only_files)
        if rejected:
            rejection(lambda: write_output(str(folder / "out"), b"data"))
            assert os.listdir(folder) == []
        else:
            write_output(str(folder / "out"), b"data")
            assert (folder / "out").read_bytes() == b"data"
            assert os.listdir(folder) == ["out"]

    def test_the_error_of_a_file_system_without_links_gives_advice(
        self, folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(os, "link", failing(errno.EPERM))
            assert "--force" in rejection(lambda: write_output(str(folder / "out"), b"data"))
            assert os.listdir(folder) == []
        write_output(str(folder / "out"), b"data", force=True)


class TestSeveral:
    """Several files of one command: all of them or none."""

    @pytest.fixture
    def paths(self, folder: Path) -> list[str]:
        return [str(folder / name) for name in "abc"]

    def test_all_are_written(self, folder: Path, paths: list[str]) -> None:
        write_outputs({path: path.encode() for path in paths})
        assert [(folder / name).read_bytes() for name in "abc"] == [path.encode() for path in paths]
        assert sorted(os.listdir(folder)) == ["a", "b", "c"]

    def test_a_full_disk_leaves_none(
        self, folder: Path, paths: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The disk has room for the first two and a half of the third."""
        (folder / "a").write_bytes(b"old")
        left = 250
        real = os.write

        def write(descriptor: int, data: memoryview) -> int:
            nonlocal left
            if left == 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            written = real(descriptor, data[:left])
            left -= written
            return written

        monkeypatch.setattr(os, "write", write)
        files = {path: b"x" * 100 for path in paths}
        message = rejection(lambda: write_outputs(files, force=True))
        assert message == f"{paths[2]}: no space left on device"
        assert os.listdir(folder) == ["a"]
        assert (folder / "a").read_bytes() == b"old"

    @pytest.mark.parametrize("force", [False, True])
    def test_what_fails_while_names_are_given_takes_the_new_files_back(
        self, folder: Path, paths: list[str], monkeypatch: pytest.MonkeyPatch, force: bool
    ) -> None:
        if force:
            (folder / "a").write_bytes(b"old")
        call = "rename" if force else "link"
        real = getattr(os, call)

        def third(source: str, target: str, **options: Any) -> None:
            if target == "c":
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            real(source, target, **options)

        monkeypatch.setattr(os, call, third)
        rejection(lambda: write_outputs(dict.fromkeys(paths, b"new"), force=force))
        # One that was replaced already stays; "b" is new and goes.
        assert os.listdir(folder) == (["a"] if force else [])

    def test_a_name_that_somebody_took_meanwhile_is_theirs(
        self, folder: Path, paths: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = os.link

        def link(source: str, target: str, **options: Any) -> None:
            if target == "b":
                (folder / "a").unlink()
                (folder / "a").write_bytes(b"theirs")
                raise OSError(errno.EIO, os.strerror(errno.EIO))
            real(source, target, **options)

        monkeypatch.setattr(os, "link", link)
        rejection(lambda: write_outputs(dict.fromkeys(paths, b"ours")))
        assert os.listdir(folder) == ["a"]
        assert (folder / "a").read_bytes() == b"theirs"

    def test_thousands_need_one_descriptor(self, folder: Path) -> None:
        limit = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(200, limit[1]), limit[1]))
        try:
            write_outputs({str(folder / f"{number}"): b"" for number in range(400)})
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, limit)
        assert len(os.listdir(folder)) == 400

    def test_an_interrupt_while_cleaning_up_leaves_nothing_behind(
        self, folder: Path, paths: list[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        real = os.unlink
        interrupted: list[str] = []

        def unlink(path: str, **options: Any) -> None:
            if not interrupted:
                interrupted.append(path)
                raise KeyboardInterrupt
            real(path, **options)

        monkeypatch.setattr(os, "unlink", unlink)
        with pytest.raises(KeyboardInterrupt):
            write_outputs(dict.fromkeys(paths, b"data"))
        assert os.listdir(folder) == []


class TestRace:
    """Something takes the name between the look and the write."""

    @pytest.fixture
    def unseen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(files, "_require_regular", lambda *args: None)

    @pytest.mark.parametrize("kind", ["file", "link", "folder", "fifo"])
    @pytest.mark.usefixtures("unseen")
    def test_without_force_nothing_is_replaced(self, folder: Path, tmp_path: Path, kind: str) -> None:
        target = folder / "out"
        match kind:
            case "file":
                target.write_bytes(b"theirs")
            case "link":
                target.symlink_to(tmp_path / "elsewhere")
            case "folder":
                target.mkdir()
            case "fifo":
                os.mkfifo(target)
        before = target.lstat()
        assert "exists already" in rejection(lambda: write_output(str(target), b"ours"))
        assert (target.lstat().st_ino, target.lstat().st_mode) == (before.st_ino, before.st_mode)
        assert not (tmp_path / "elsewhere").exists()
        assert os.listdir(folder) == ["out"]

    @pytest.mark.usefixtures("unseen")
    def test_with_force_a_link_is_replaced_and_not_followed(self, folder: Path, tmp_path: Path) -> None:
        (tmp_path / "victim").write_bytes(b"victim")
        (folder / "out").symlink_to(tmp_path / "victim")
        write_output(str(folder / "out"), b"ours", force=True)
        assert (tmp_path / "victim").read_bytes() == b"victim"
        assert not (folder / "out").is_symlink()

    def test_one_of_many_writers_writes_the_complete_file(self, folder: Path) -> None:
        results: list[str] = []

        def write(mark: bytes) -> None:
            try:
                write_output(str(folder / "out"), mark * 100_000)
                results.append(mark.decode())
            except FileError:
                pass

        writers = [threading.Thread(target=write, args=(bytes([65 + i]),)) for i in range(8)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert len(results) == 1
        assert (folder / "out").read_bytes() == results[0].encode() * 100_000
        assert os.listdir(folder) == ["out"]

    @pytest.mark.parametrize("kind", ["link", "file"])
    def test_a_temporary_name_that_is_taken_is_left_alone(
        self, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
    ) -> None:
        monkeypatch.setattr("secrets.token_hex", lambda size: "00" * size)
        taken = folder / f".pithbundle-{'00' * 8}.tmp"
        if kind == "link":
            taken.symlink_to(tmp_path / "victim")
        else:
            taken.write_bytes(b"theirs")
        rejection(lambda: write_output(str(folder / "out"), b"ours"))
        assert not (tmp_path / "victim").exists()
        assert kind == "link" or taken.read_bytes() == b"theirs"
        assert os.listdir(folder) == [taken.name]


CRASH = """
import os, sys
from pithbundle.files import write_output
real = getattr(os, sys.argv[2])
left = [int(sys.argv[3])]
def crash(*args, **options):
    left[0] -= 1
    if left[0] < 0:
        os._exit(9)
    return real(*args, **options)
setattr(os, sys.argv[2], crash)
write_output(sys.argv[1], b"new" * 1000, force=True)
"""


def crash_points() -> Iterator[tuple[str, int]]:
    for call in ("open", "write", "fsync", "rename", "unlink", "close"):
        for count in (0, 1):
            yield call, count


@pytest.mark.parametrize("call, count", list(crash_points()))
def test_a_crash_leaves_the_old_file_or_the_new(folder: Path, call: str, count: int) -> None:
    (folder / "out").write_bytes(b"old")
    source = str(Path(files.__file__).parent.parent)
    subprocess.run(
        [sys.executable, "-c", CRASH, str(folder / "out"), call, str(count)],
        env={"PYTHONPATH": source},
        check=False,
    )
    assert (folder / "out").read_bytes() in (b"old", b"new" * 1000)


# -- blocks (CLI-3) ---------------------------------------------------------------------------


def test_blocks_are_the_bytes_of_the_file(tmp_path: Path) -> None:
    data = bytes(range(256)) * 10_000
    (tmp_path / "f").write_bytes(data)
    blocks = [*read_blocks(str(tmp_path / "f"))]
    assert b"".join(blocks) == data and len(blocks) > 1


@pytest.mark.parametrize(
    ("name", "words"), [("none", "no such file"), (".", "is a directory"), ("a\0b", "null")]
)
def test_a_file_without_blocks_is_one_error(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(FileError, match=words) as caught:
        [*read_blocks(f"{tmp_path}/{name}")]
    assert caught.value.code == "io"


class TestRequireWritable:
    def test_nothing_is_left_and_what_is_there_stays(self, folder: Path) -> None:
        require_writable(str(folder / "a"))
        assert list(folder.iterdir()) == []
        (folder / "a").write_bytes(b"there")
        require_writable(str(folder / "a"))
        assert [(each.name, each.read_bytes()) for each in folder.iterdir()] == [("a", b"there")]

    def test_what_could_not_be_written_is_named(self, folder: Path) -> None:
        (folder / "link").symlink_to("a")
        assert "not a regular file" in rejection(lambda: require_writable(str(folder / "link")))
        assert "absent/a" in rejection(lambda: require_writable(str(folder / "absent" / "a")))
        assert "is a folder" in rejection(lambda: require_writable(f"{folder}/"))
