"""Reading outputs, packs of states and files of digests (RECOMP-11)."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from kit.recomputed import Read, registry, run
from pithbundle.archive.zstd import compress
from pithbundle.errors import ArchiveError, FileError, InputError, PithError
from pithbundle.recompute import outputs
from pithbundle.recompute.outputs import OutputReader


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Read]:
    folder = tmp_path_factory.mktemp("made")
    return folder / "out", run(folder, registry(5))


@pytest.fixture
def out(made: tuple[Path, Read], tmp_path: Path) -> Path:
    return Path(shutil.copytree(made[0], tmp_path / "out"))


def pack_of(folder: Path) -> Path:
    (pack,) = folder.glob("*.zst")
    return pack


def replaced(folder: Path, raw: bytes) -> None:
    """Replace the content of the only pack, and what the list of packs states of it."""
    from hashlib import sha256

    old = pack_of(folder)
    packs = json.loads((folder / "packs.json").read_bytes())
    content = sha256(raw).hexdigest()
    name = f"{content[:32]}.jsonl.zst"
    packs["packs"][0] |= {"file": name, "content_sha256": content}
    old.unlink()
    (folder / name).write_bytes(compress(raw))
    (folder / "packs.json").write_text(json.dumps(packs))


def all_of(path: Path) -> list[outputs.OutputRecord]:
    return [*OutputReader(str(path)).records()]


def test_the_three_forms(made: tuple[Path, Read], out: Path) -> None:
    read = made[1]
    whole, states, digests = all_of(out), all_of(out / "states"), all_of(out / "digests.txt")
    assert [OutputReader(str(path)).form for path in (out, out / "states", out / "digests.txt")] == [
        "output", "states", "digests",
    ]  # fmt: skip
    assert len(whole) == 5
    assert b"".join((one.state or b"") + b"\n" for one in whole) == read.states
    assert b"".join((one.report or b"") + b"\n" for one in whole) == read.reports
    assert [one.suffix for one in whole] == [line[:26] for line in read.digests.decode().splitlines()]
    assert [(one.suffix, one.state) for one in states] == [(one.suffix, one.state) for one in whole]
    assert [(one.suffix, one.digests) for one in digests] == [(one.suffix, one.digests) for one in whole]
    assert states[0].digests is None and digests[0].state is None
    assert OutputReader(str(out)).basis == {name: read.summary[name] for name in outputs.BASIS}
    assert OutputReader(str(out / "states")).basis is None


def test_a_state_that_another_program_wrote_is_read(made: tuple[Path, Read], out: Path) -> None:
    values = [json.loads(line) for line in made[1].states.splitlines()]
    spaced = [json.dumps(dict(reversed(value.items()))).encode() + b"\n" for value in values]
    replaced(out / "states", b"".join(spaced))
    assert [one.suffix for one in all_of(out / "states")] == [
        one.suffix for one in all_of(out / "digests.txt")
    ]


def rewritten(name: str, change: Callable[[Any], Any]) -> Callable[[Path], None]:
    def apply(out: Path) -> None:
        value = json.loads((out / name).read_bytes())
        (out / name).write_text(json.dumps(change(value)))

    return apply


def digests(change: Callable[[list[bytes]], list[bytes]]) -> Callable[[Path], None]:
    def apply(out: Path) -> None:
        path = out / "digests.txt"
        path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))

    return apply


def folder_for_digests(out: Path) -> None:
    (out / "digests.txt").unlink()
    (out / "digests.txt").mkdir()


UNUSABLE: dict[str, tuple[Callable[[Path], object], str, type[PithError], str]] = {
    "no folder": (shutil.rmtree, "", FileError, "no such file"),
    "another folder": (lambda out: (out / "summary.json").unlink(), "", FileError, "no output of recompute"),
    "no digests": (lambda out: (out / "digests.txt").unlink(), "", FileError, "no such file"),
    "no packs of states": (lambda out: (out / "states/packs.json").unlink(), "", FileError, "no such file"),
    "no packs of reports": (lambda out: (out / "reports/packs.json").unlink(), "", FileError, "no such file"),
    "a folder for digests": (
        folder_for_digests,
        "", FileError, "is a directory",
    ),
    "a summary that is no JSON": (
        lambda out: (out / "summary.json").write_text("{"), "", InputError, "JSON",
    ),
    "another summary": (rewritten("summary.json", lambda _: []), "", ArchiveError, "summary_type"),
    "a summary of another version": (
        rewritten("summary.json", lambda value: {**value, "summary_version": "2"}),
        "", ArchiveError, "another version",
    ),
    "packs of reports": (
        rewritten("states/packs.json", lambda value: {**value, "packs_type": "pithbundle_reports"}),
        "states", ArchiveError, "packs_type",
    ),
    "another version": (
        rewritten("states/packs.json", lambda value: {**value, "packs_version": "2"}),
        "states", ArchiveError, "another version",
    ),
    "packs that are no array": (
        rewritten("states/packs.json", lambda value: {**value, "packs": {}}), "states", ArchiveError, "array",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("change", "name", "kind", "words"), UNUSABLE.values(), ids=UNUSABLE)
def test_what_is_unusable_is_reported_when_it_is_opened(
    out: Path, change: Callable[[Path], object], name: str, kind: type[PithError], words: str
) -> None:
    change(out)
    with pytest.raises(kind, match=words):
        OutputReader(str(out / name))


def test_a_fifo_is_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(FileError, match="only regular files are read here"):
        OutputReader(str(tmp_path / "pipe"))


def damaged(out: Path) -> None:
    pack = pack_of(out / "states")
    pack.write_bytes(pack.read_bytes()[:-1] + b"x")


def exchanged(out: Path) -> None:
    """The content of other packs than the list states."""
    pack_of(out / "states").write_bytes(compress(b"{}\n"))


BROKEN: dict[str, tuple[Callable[[Path], object], str, str]] = {
    "a damaged frame": (damaged, "states", "is damaged: "),
    "another content": (
        lambda out: pack_of(out / "states").write_bytes(pack_of(out / "states").read_bytes() * 0),
        "states", "has not the content",
    ),
    "a line less": (digests(lambda lines: lines[1:]), "", "not of the same records"),
    "a line more": (digests(lambda each: [*each, b"Z" * 26 + each[0][26:]]), "", "not of the same records"),
    "a line twice": (digests(lambda lines: [lines[0], *lines]), "digests.txt", "there twice"),
    "lines out of order": (digests(lambda lines: lines[::-1]), "digests.txt", "out of order"),
    "no digests": (digests(lambda lines: [lines[0], b"x\n"]), "digests.txt", "line 2 is not a suffix"),
    "a line that was cut": (digests(lambda lines: [lines[0][:-1]]), "digests.txt", "line 1 is not"),
    "a line without an end": (digests(lambda _: [b"A" * 100_000]), "digests.txt", "line 1 is not"),
    "digests in capitals": (digests(lambda lines: [lines[0].upper()]), "digests.txt", "line 1 is not"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "name", "words"), BROKEN.values(), ids=BROKEN)
def test_what_is_broken_is_reported_when_it_is_read(
    out: Path, change: Callable[[Path], object], name: str, words: str
) -> None:
    change(out)
    reader = OutputReader(str(out / name))
    with pytest.raises(ArchiveError, match=words):
        list(reader.records())


def test_an_empty_output(tmp_path: Path) -> None:
    run(tmp_path, ())
    for name in ("", "states", "digests.txt"):
        assert all_of(tmp_path / "out" / name) == []


def test_a_state_without_a_number(out: Path) -> None:
    replaced(out / "states", b'{"state_type":"pith_open_graph_state"}\n')
    with pytest.raises(InputError, match="without a Pith Number"):
        all_of(out / "states")


def test_digests_that_change_while_they_are_read(out: Path) -> None:
    found = OutputReader(str(out / "digests.txt")).records()
    next(found)
    with open(out / "digests.txt", "ab") as file:
        file.write(b"Z" * 26 + (out / "digests.txt").read_bytes()[26:287])
    with pytest.raises(FileError, match="changed while it was read"):
        list(found)


def test_an_error_of_the_system_names_the_file(out: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(path: str) -> Any:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(outputs, "_digest_lines", failing)
    with pytest.raises(FileError, match=r"digests\.txt"):
        all_of(out / "digests.txt")
