"""output_folder: a folder gets its name when all is in it; leftovers are recognised (ARCH-13)."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

import pytest

from pithbundle import durable
from pithbundle.durable import Folder
from pithbundle.output_folder import OutputFolder

KNOWN = re.compile("[a-z]|tmp")


def accept(folder: Folder) -> None:
    folder.require_known(KNOWN)


def write(path: Path, data: bytes = b"new", force: bool = False) -> None:
    with OutputFolder(str(path), force, KNOWN, accept) as place:
        place.part.write_file("a", data, "tmp")
        place.give_name()


def state(tmp_path: Path) -> dict[str, bytes]:
    return {
        str(each.relative_to(tmp_path)): each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()
    }


def test_a_new_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "out")
    assert state(tmp_path) == {"out/a": b"new"}
    monkeypatch.chdir(tmp_path)
    write(Path("second"))
    with OutputFolder("third/", False, KNOWN, accept) as place:
        place.give_name()
    assert sorted(os.listdir()) == ["out", "second", "third"]


@pytest.mark.parametrize("exchanges", [True, False])
def test_a_folder_is_replaced_with_force_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanges: bool
) -> None:
    if not exchanges:
        monkeypatch.setattr(durable, "exchange", lambda *_: False)
    write(tmp_path / "out", b"old")
    with pytest.raises(OSError, match="--force"):
        write(tmp_path / "out")
    assert state(tmp_path) == {"out/a": b"old"}
    write(tmp_path / "out", force=True)
    assert state(tmp_path) == {"out/a": b"new"} and os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize("kind", ["file", "link", "dangling link", "fifo", "foreign"])
def test_what_is_never_replaced(tmp_path: Path, kind: str) -> None:
    out, other = tmp_path / "out", tmp_path / "other"
    if kind == "file":
        out.write_text("kept")
    elif kind == "fifo":
        os.mkfifo(out)
    elif kind == "foreign":
        out.mkdir()
        (out / "thesis.txt").write_text("kept")
    else:
        if kind == "link":
            other.mkdir()
        out.symlink_to(other)
    before = state(tmp_path)
    with pytest.raises(OSError):
        write(out, force=True)
    assert state(tmp_path) == before and not (tmp_path / "out.part").exists()


def test_what_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    with OutputFolder(str(tmp_path / "out"), False, KNOWN, accept) as place:
        (tmp_path / "out").mkdir()
        with pytest.raises(OSError, match="exists already"):
            place.give_name()
    assert os.listdir(tmp_path) == ["out"]


def test_leftovers_of_a_run_are_removed_and_others_are_not(tmp_path: Path) -> None:
    part = tmp_path / "out.part"
    part.mkdir()
    (part / "b").write_text("left")
    write(tmp_path / "out")
    assert state(tmp_path) == {"out/a": b"new"}
    part.mkdir()
    (part / "thesis.txt").write_text("kept")
    with pytest.raises(OSError, match="move it away first"):
        write(tmp_path / "out", force=True)
    assert state(tmp_path) == {"out/a": b"new", "out.part/thesis.txt": b"kept"}


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_part_that_is_no_folder(tmp_path: Path, kind: str) -> None:
    (tmp_path / "other").mkdir()
    if kind == "file":
        (tmp_path / "out.part").write_text("kept")
    else:
        (tmp_path / "out.part").symlink_to("other")
    with pytest.raises(OSError, match="has to be moved away"):
        write(tmp_path / "out")
    assert os.listdir(tmp_path / "other") == []


def test_a_crash_between_two_renames_is_finished(tmp_path: Path) -> None:
    old = tmp_path / "out.part.old"
    write(old, b"old")
    with pytest.raises(OSError, match="--force"):
        write(tmp_path / "out")
    assert state(tmp_path) == {"out/a": b"old"} and os.listdir(tmp_path) == ["out"]
    write(old, b"older")
    write(tmp_path / "out", force=True)
    assert state(tmp_path) == {"out/a": b"new"}


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
@pytest.mark.parametrize("has_output", [False, True])
def test_what_no_run_was_replacing_keeps_its_name(tmp_path: Path, kind: str, has_output: bool) -> None:
    """A folder with something else was given the name of the output."""
    old = tmp_path / "out.part.old"
    if kind == "folder":
        old.mkdir()
        (old / "thesis.txt").write_bytes(b"kept")
    elif kind == "file":
        old.write_bytes(b"kept")
    else:
        old.symlink_to("elsewhere")
    if has_output:
        (tmp_path / "out").mkdir()
    with pytest.raises(OSError, match=r"out\.part\.old: .*; move it away first"):
        write(tmp_path / "out", force=True)
    assert os.path.lexists(old) and (tmp_path / "out").exists() == has_output
    assert sorted(state(tmp_path).values()) == ([] if kind == "link" else [b"kept"])


def test_two_runs(tmp_path: Path) -> None:
    with OutputFolder(str(tmp_path / "out"), False, KNOWN, accept) as place:
        with pytest.raises(OSError, match="another run is writing it"):
            write(tmp_path / "out")
        place.part.write_file("a", b"first", "tmp")
        place.give_name()
    assert state(tmp_path) == {"out/a": b"first"}


@pytest.mark.parametrize("exchanges", [True, False])
@pytest.mark.parametrize("at", ["rename", "sync", "empty"])
def test_a_run_that_begins_while_another_one_replaces_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchanges: bool, at: str
) -> None:
    """It neither fills the folder that is being removed, nor gives it its name again."""
    if not exchanges:
        monkeypatch.setattr(durable, "exchange", lambda *_: False)
    write(tmp_path / "out", b"old")
    real = getattr(Folder, at)
    tried: list[str] = []

    def second(self: Folder, *args: Any) -> Any:
        if self.path == str(tmp_path) and "second" not in tried:
            done = real(self, *args) if at == "rename" else None
            tried.append("second")
            with pytest.raises(OSError, match="another run is writing it"):
                write(tmp_path / "out", b"second", force=True)
            return done if at == "rename" else real(self, *args)
        return real(self, *args)

    monkeypatch.setattr(Folder, at, second)
    write(tmp_path / "out", force=True)
    # An exchange is no rename.
    assert bool(tried) == (not exchanges or at != "rename")
    assert state(tmp_path) == {"out/a": b"new"} and os.listdir(tmp_path) == ["out"]


@pytest.mark.parametrize("has_old", [False, True])
@pytest.mark.parametrize("exchanges", [True, False])
@pytest.mark.parametrize(
    "error", [OSError(5, "Input/output error"), KeyboardInterrupt()], ids=["disk", "signal"]
)
def test_what_has_its_name_stays_whatever_comes_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, has_old: bool, exchanges: bool, error: BaseException
) -> None:
    if has_old:
        write(tmp_path / "out", b"old")
    if not exchanges:
        monkeypatch.setattr(durable, "exchange", lambda *_: False)

    def failing(self: Folder) -> None:
        if self.path == str(tmp_path):
            raise error

    with monkeypatch.context() as patch, pytest.raises(type(error)):
        patch.setattr(Folder, "sync", failing)
        write(tmp_path / "out", force=True)
    assert (tmp_path / "out" / "a").read_bytes() == b"new"
    # What is left of the old one is removed by the next run.
    write(tmp_path / "out", b"next", force=True)
    assert state(tmp_path) == {"out/a": b"next"} and os.listdir(tmp_path) == ["out"]


def ended(path: Path, keeps: bool) -> None:
    """A run that writes a file to keep and one that is not kept, and ends early."""
    with (
        pytest.raises(ValueError, match="ended"),
        OutputFolder(str(path), False, KNOWN, accept, keep=re.compile("k")) as place,
    ):
        for name in "ka":
            place.part.write_file(name, b"new", "tmp")
        place.keeps = keeps
        raise ValueError("ended")


def test_what_is_kept_is_there_for_the_next_run(tmp_path: Path) -> None:
    ended(tmp_path / "out", keeps=True)
    assert state(tmp_path) == {"out.part/k": b"new"}
    with OutputFolder(str(tmp_path / "out"), False, KNOWN, accept, keep=re.compile("k")) as place:
        assert place.part.names() == ["k"]
        place.discard()
        assert place.part.names() == []
    assert os.listdir(tmp_path) == []


def test_what_is_kept_stays_only_where_the_run_asks_for_it(tmp_path: Path) -> None:
    ended(tmp_path / "out", keeps=True)
    ended(tmp_path / "out", keeps=False)
    assert os.listdir(tmp_path) == []
    ended(tmp_path / "out", keeps=True)
    # A run that keeps nothing removes it as any leftover.
    write(tmp_path / "out")
    assert state(tmp_path) == {"out/a": b"new"}


def test_a_part_that_is_renamed_before_it_is_locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Folder.locked

    def late(self: Folder) -> object:
        os.rename(tmp_path / "out.part", tmp_path / "elsewhere")
        return real(self)

    monkeypatch.setattr(Folder, "locked", late)
    with pytest.raises(OSError, match="just written"):
        write(tmp_path / "out")


@pytest.mark.parametrize("name", ["", "/", ".", "..", "x/.."])
def test_names_that_cannot_be(tmp_path: Path, name: str) -> None:
    with pytest.raises(OSError):
        write(tmp_path / name if name == ".." else Path(name), force=True)


def test_a_parent_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        write(tmp_path / "absent" / "out")
