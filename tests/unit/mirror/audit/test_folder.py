"""The folder of an audit: findings are written once, files appear whole (AUDIT-12, F1 to F3)."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from kit.audits import VERIFIER, audited
from kit.lying_mirror import LyingMirror
from pithbundle.errors import FileError
from pithbundle.mirror.audit.classify import Found
from pithbundle.mirror.audit.finding import finding_name, finding_of
from pithbundle.mirror.audit.folder import AuditFolder

BASE = "https://a.example"


def test_a_finding_stays_as_it_was_written_first(tmp_path: Path) -> None:
    found = Found("missing", BASE, "A" * 26, ("x",))
    with AuditFolder(f"{tmp_path}/audit/") as folder:
        names = {
            folder.keep(finding_of(found, (), VERIFIER, when), found)
            for when in ("2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z")
        }
    (name,) = names
    assert name is not None
    assert os.listdir(tmp_path / "audit" / "findings") == [name]
    assert b"2026-11-20" in (tmp_path / "audit" / "findings" / name).read_bytes()


def test_other_files_are_replaced(tmp_path: Path) -> None:
    with AuditFolder(str(tmp_path / "a")) as folder:
        assert folder.read("report.json", 10) is None
        for data in (b"one", b"two"):
            (tmp_path / "a" / "new.part").write_bytes(b"left over")
            folder.write("report.json", data)
        assert folder.read("report.json", 1) == b"tw"
    assert sorted(os.listdir(tmp_path / "a")) == ["findings", "heads", "report.json"]


def test_heads_are_kept_by_mirror(tmp_path: Path) -> None:
    mirrors = [LyingMirror.of({1: (1,)}, BASE), LyingMirror.of({1: (1,)}, "https://b.example")]
    found = audited(*mirrors, sample=0)
    with AuditFolder(str(tmp_path / "a")) as folder:
        folder.keep_heads(found.audit.mirrors)
        (tmp_path / "a" / "heads" / "report.json").write_bytes(b"known, and no head")
        assert [*folder.heads([BASE])] == [(BASE, mirrors[0].files()[1].to_bytes())]
        assert len([*folder.heads([BASE, "https://b.example"])]) == 2
        assert [*folder.heads([])] == []


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "thesis.tex").write_text("x")
    with pytest.raises(FileError, match="did not write"):
        AuditFolder(str(tmp_path))
    assert os.listdir(tmp_path) == ["thesis.tex"]
    with pytest.raises(FileError):
        AuditFolder(str(tmp_path / "thesis.tex"))
    with pytest.raises(FileError):
        AuditFolder(str(tmp_path / "none" / "a"))


def test_findings_of_another_version_are_named_as_such(tmp_path: Path) -> None:
    """Of a finding of its own, by an earlier name, a user read that pithbundle did not write it."""
    old = "missing-" + "A" * 26 + "-" + "0" * 16
    for name in (f"{old}.json", f"{old}-{'1' * 16}.json"):
        (tmp_path / name / "findings").mkdir(parents=True)
        (tmp_path / name / "findings" / name).write_bytes(b"{}")
        with pytest.raises(FileError, match=f"contains '{name}', a finding of another version"):
            AuditFolder(str(tmp_path / name))
        assert os.listdir(tmp_path / name) == ["findings"]
    # Any other name is still none of ours.
    (tmp_path / "b" / "findings").mkdir(parents=True)
    (tmp_path / "b" / "findings" / "missing-x.json").write_bytes(b"{}")
    with pytest.raises(FileError, match="did not write"):
        AuditFolder(str(tmp_path / "b"))


def test_two_audits_do_not_share_a_folder(tmp_path: Path) -> None:
    with AuditFolder(str(tmp_path / "a")), pytest.raises(FileError, match="another audit"):
        AuditFolder(str(tmp_path / "a"))
    with AuditFolder(str(tmp_path / "a")):
        pass


def test_a_link_in_the_place_of_a_folder_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "elsewhere").mkdir()
    os.symlink(tmp_path / "elsewhere", tmp_path / "a" / "findings")
    with pytest.raises(FileError):
        AuditFolder(str(tmp_path / "a"))
    assert os.listdir(tmp_path / "elsewhere") == []


def test_what_cannot_be_written_is_named(tmp_path: Path) -> None:
    found = Found("missing", BASE, "A" * 26, ("x",))
    with AuditFolder(str(tmp_path / "a")) as folder:
        (tmp_path / "a" / "findings" / "new.part").mkdir()
        with pytest.raises(FileError, match="findings/missing"):
            folder.keep(finding_of(found, (), VERIFIER, "2026-11-20T00:00:00Z"), found)


@pytest.mark.parametrize("kind", ["link", "dangling", "fifo", "folder"])
def test_what_is_no_file_in_the_place_of_a_finding_is_not_taken_for_it(tmp_path: Path, kind: str) -> None:
    """It counted as written before, so that a watch moved on without the evidence."""
    found = Found("missing", BASE, "A" * 26, ("x",))
    place = tmp_path / "a" / "findings" / finding_name(found.key)
    (tmp_path / "other").write_bytes(b"other")
    with AuditFolder(str(tmp_path / "a")) as folder:
        if kind == "fifo":
            os.mkfifo(place)
        elif kind == "folder":
            place.mkdir()
        else:
            place.symlink_to(tmp_path / ("other" if kind == "link" else "absent"))
        with pytest.raises(FileError, match="is not a regular file"):
            folder.keep(finding_of(found, (), VERIFIER, "2026-11-20T00:00:00Z"), found)
    assert (tmp_path / "other").read_bytes() == b"other" and not (tmp_path / "absent").exists()
