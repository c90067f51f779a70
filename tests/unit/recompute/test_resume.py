"""What a run does with the part that another one left (RECOMP-9); tests/hostile/test_resume.py kills runs."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from kit.recomputed import POLICY, EndsAfter, files_of, output_of, registry, units_of, verifier, write_frames
from pithbundle import FileError, Limits, Policy, Verifier
from pithbundle.output_folder import OutputFolder
from pithbundle.recompute import resume as module
from pithbundle.recompute import store
from pithbundle.recompute.plan import Plan
from pithbundle.recompute.run import recompute

FILES = ["journal.txt", "plan.json", "units.bin"]


@pytest.fixture(autouse=True)
def inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pithbundle.recompute.frame_runs.MOST_FRAMES", 1)
    for number, lines in enumerate((registry(6)[:9], registry(6)[9:], registry(3))):
        write_frames(tmp_path / f"{number}", lines, 3)


def work(
    tmp_path: Path, *archives: int, chosen: Verifier | None = None, ends: int = 0, **options: Any
) -> list[int]:
    """Recompute archives; end the run when ``ends`` units are finished. Return what can be resumed."""
    resumable: list[int] = []
    paths = [str(tmp_path / str(number)) for number in archives or (0, 1)]
    try:
        recompute(
            paths,
            str(tmp_path / "out"),
            chosen or verifier(),
            progress=EndsAfter(ends, KeyboardInterrupt()),
            on_resumable=resumable.append,
            **options,
        )
    except KeyboardInterrupt:
        assert ends
    return resumable


def part(tmp_path: Path) -> list[str]:
    return sorted(os.listdir(tmp_path / "out.part"))


def test_finished_units_are_kept_and_reported(tmp_path: Path) -> None:
    assert work(tmp_path, ends=2) == [2]
    assert part(tmp_path) == FILES and not (tmp_path / "out").exists()
    assert work(tmp_path, resume=True, ends=4) == [4]
    assert work(tmp_path, resume=True) == []
    assert units_of(tmp_path / "out")["resumed"] == 4
    resumed = files_of(tmp_path / "out")
    assert work(tmp_path, force=True) == [] and files_of(tmp_path / "out") == resumed
    assert sorted(os.listdir(tmp_path)) == ["0", "1", "2", "out"]


def test_frames_that_two_archives_have_are_repeated_and_not_resumed(tmp_path: Path) -> None:
    assert work(tmp_path, 0, 0, ends=2) == [2]
    # As processes note units that both archives have: each is one unit.
    journal = tmp_path / "out.part" / "journal.txt"
    journal.write_bytes(2 * journal.read_bytes())
    with pytest.raises(FileError, match="contains 2 finished units"):
        work(tmp_path, 0, 0)
    work(tmp_path, 0, 0, resume=True)
    units, resumed = units_of(tmp_path / "out"), files_of(tmp_path / "out")
    assert (units["resumed"], units["computed"], units["repeated"]) == (4, 1, 1)
    work(tmp_path, 0, 0, force=True)
    units = units_of(tmp_path / "out")
    assert (units["resumed"], units["computed"], units["repeated"]) == (0, 3, 3)
    assert files_of(tmp_path / "out") == resumed


def test_a_run_that_ends_in_its_output_is_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("pithbundle.recompute.assemble.write_rejected", fails)
        with pytest.raises(KeyboardInterrupt):
            recompute([str(tmp_path / "0")], str(tmp_path / "out"), verifier())
    assert part(tmp_path) == FILES
    work(tmp_path, 0, resume=True)
    assert units_of(tmp_path / "out")["computed"] == 0


def test_a_run_that_ends_when_its_output_has_its_name_is_complete(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No command is named that goes on with it: it would find the output."""
    real = OutputFolder.give_name

    def interrupted(self: OutputFolder) -> None:
        real(self)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(OutputFolder, "give_name", interrupted)
        resumable: list[int] = []
        with pytest.raises(KeyboardInterrupt):
            recompute([str(tmp_path / "0")], str(tmp_path / "out"), verifier(), on_resumable=resumable.append)
    assert resumable == [] and not (tmp_path / "out.part").exists()
    recompute([str(tmp_path / "0")], str(tmp_path / "other"), verifier())
    assert output_of(tmp_path / "out") == output_of(tmp_path / "other")


def test_without_a_part_a_run_that_resumes_begins(tmp_path: Path) -> None:
    work(tmp_path, resume=True)
    assert units_of(tmp_path / "out")["resumed"] == 0
    with pytest.raises(FileError, match="exists already"):
        work(tmp_path, resume=True)
    work(tmp_path, resume=True, force=True)


def test_nothing_is_left_where_no_unit_was_finished(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pithbundle.recompute.known.KnownResults.find", fails)
    with pytest.raises(KeyboardInterrupt):
        recompute([str(tmp_path / "0")], str(tmp_path / "out"), verifier())
    assert not (tmp_path / "out.part").exists()


def test_results_are_not_removed_without_force(tmp_path: Path) -> None:
    work(tmp_path, ends=2)
    with pytest.raises(FileError, match=r"2 finished units.*--resume goes on.*--force begins anew") as caught:
        work(tmp_path)
    assert str(tmp_path / "out.part") in str(caught.value) and part(tmp_path) == FILES
    work(tmp_path, force=True)
    assert units_of(tmp_path / "out")["resumed"] == 0


def test_force_with_resume_replaces_the_output_and_goes_on_with_the_part(tmp_path: Path) -> None:
    work(tmp_path)
    whole = files_of(tmp_path / "out")
    assert work(tmp_path, force=True, ends=3) == [3]
    assert work(tmp_path, force=True, resume=True) == []
    assert units_of(tmp_path / "out")["resumed"] == 3 and files_of(tmp_path / "out") == whole


def test_a_part_without_results_is_emptied(tmp_path: Path) -> None:
    (tmp_path / "out.part").mkdir()
    for name in FILES:
        (tmp_path / "out.part" / name).write_bytes(b"torn")
    work(tmp_path)
    assert not (tmp_path / "out.part").exists()


def test_the_same_packs_in_another_order_and_place_are_the_same_plan(tmp_path: Path) -> None:
    work(tmp_path, ends=3)
    shutil.move(tmp_path / "0", tmp_path / "7")
    work(tmp_path, 1, 7, resume=True)
    assert units_of(tmp_path / "out")["resumed"] == 3


@pytest.mark.parametrize(
    ("archives", "chosen", "match"),
    [
        ((0, 2), verifier(), "inputs differ: 1 missing now.*1 new.*give the inputs of that run"),
        ((0, 1, 2), verifier(), "inputs differ: 1 new"),
        ((0,), verifier(), "inputs differ: 1 missing now"),
        ((0, 1), Verifier(Policy.registry()), "policy_sha256 was .* give the policy of that run"),
        ((0, 1), Verifier(POLICY, limits=Limits(events=9)), "limit events was 5000 and is 9"),
    ],
)
def test_another_plan_is_rejected_and_the_difference_named(
    tmp_path: Path, archives: tuple[int, ...], chosen: Verifier, match: str
) -> None:
    work(tmp_path, ends=2)
    with pytest.raises(FileError, match=match) as caught:
        work(tmp_path, *archives, chosen=chosen, resume=True)
    assert "--force without --resume begins anew" in str(caught.value)
    assert part(tmp_path) == FILES
    work(tmp_path, resume=True)
    assert units_of(tmp_path / "out")["resumed"] == 2


def test_another_program_is_another_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work(tmp_path, ends=2)
    monkeypatch.setattr("pithbundle.recompute.plan.code_sha256", lambda: "0" * 64)
    with pytest.raises(FileError, match=r"code_sha256 was .*run the pithbundle of that run"):
        work(tmp_path, resume=True)


#: What version 0.1.0 wrote, with the members of an earlier release. It is never made anew: a release that
#: cannot read it has another plan_version (RECOMP-9).
EARLIER = {
    "plan.json": (
        '{"code_sha256":"' + "0" * 64 + '","engine":"python","format":"jsonl","inputs":["' + "2" * 64 + '"],'
        '"limits":{"size":4194304},"pithbundle_version":"0.0.9",'
        '"plan_sha256":"41b22b60da69901aef0dc13e80975b7631dabd9772eab396a85c32e857d16d04",'
        '"plan_type":"pithbundle_recompute_plan","plan_version":"1","policy_sha256":"' + "1" * 64 + '",'
        '"rules":"pithbundle-merge-1","unit_version":"2","zstd_version":"1.5.7"}\n'
    ).encode(),
    "journal.txt": (
        "a" * 64 + " 000000000000000000 000000000000000012 " + "1" * 64 + " d76442d9c6abd598\n"
        + "b" * 64 + " 000000000000000012 000000000000000009 " + "2" * 64 + " e89361b44d9155bc\n"
    ).encode(),
    "units.bin": b"21 bytes of 2 results",
}  # fmt: skip


def of_another_form(version: str) -> dict[str, bytes]:
    """A part whose journal this version cannot read."""
    value = {**json.loads(EARLIER["plan.json"]), "plan_version": version}
    del value["plan_sha256"]
    return {"plan.json": Plan(value).to_bytes(), "journal.txt": b"0 12 a\n", "units.bin": b"12 bytes more"}


OTHER_FORM = r"is of pithbundle 0\.0\.9, whose results have another form.* run that version"


@pytest.mark.parametrize(
    ("files", "resumed", "begun"),
    [
        (EARLIER, r"pithbundle_version was 0\.0\.9 and is .* run the pithbundle of", "2 finished units"),
        (of_another_form("0"), OTHER_FORM, OTHER_FORM),
        (of_another_form("2"), OTHER_FORM, OTHER_FORM),
    ],
    ids=["of this form", "of an earlier form", "of a later form"],
)
def test_what_another_release_left_is_rejected_and_stays_until_force(
    tmp_path: Path, files: dict[str, bytes], resumed: str, begun: str
) -> None:
    """Its results may be those of days: a journal that cannot be read was taken for one without results."""
    (tmp_path / "out.part").mkdir(mode=0o700)
    for name, data in files.items():
        (tmp_path / "out.part" / name).write_bytes(data)
    attempts: list[tuple[dict[str, Any], str]] = [
        ({"resume": True}, resumed), ({}, begun), ({"resume": True, "force": True}, resumed),
    ]  # fmt: skip
    for options, match in attempts:
        with pytest.raises(FileError, match=match) as caught:
            work(tmp_path, **options)
        assert caught.value.code == "io" and "--force" in str(caught.value)
        assert files_of(tmp_path / "out.part") == files
    work(tmp_path, force=True)
    assert units_of(tmp_path / "out")["resumed"] == 0 and not (tmp_path / "out.part").exists()


@pytest.mark.parametrize("content", [None, b"", b"{}\n"])
def test_a_plan_that_is_not_known_is_written_again(tmp_path: Path, content: bytes | None) -> None:
    """The keys of the units have all that their results depend on."""
    work(tmp_path, ends=2)
    path = tmp_path / "out.part" / module.PLAN
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    work(tmp_path, resume=True, ends=4)
    work(tmp_path, resume=True)
    assert units_of(tmp_path / "out")["resumed"] == 4


def test_the_folder_keeps_the_mode_with_which_its_run_began(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        work(tmp_path, ends=2)
        os.umask(0o000)
        work(tmp_path, resume=True)
    finally:
        os.umask(before)
    assert (tmp_path / "out").stat().st_mode & 0o777 == 0o700


def test_results_are_noted_in_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed: list[int] = []
    real = store.Store.flush

    def flush(self: store.Store) -> None:
        flushed.append(len(self))
        real(self)

    monkeypatch.setattr(store.Store, "flush", flush)
    for name, size in (("BATCH_UNITS", 2), ("BATCH_BYTES", 1)):
        with monkeypatch.context() as patch:
            patch.setattr(store, name, size)
            work(tmp_path, 0, force=True)
        # In between, and once after the frames and once after the shared records.
        assert flushed == ([2, 3, 3] if name == "BATCH_UNITS" else [1, 2, 3, 3, 3])
        flushed.clear()


def test_a_disk_that_is_full_when_the_run_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What ended the run is reported, and not that its last results could not be noted."""

    def flush(self: store.Store) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.Store, "flush", flush)
    assert work(tmp_path, ends=2) == [2]
