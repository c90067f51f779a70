"""pithbundle archive: commands, containers, limits, and what is never written (ARCH-11 to ARCH-13)."""

from __future__ import annotations

import gzip
import json
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from kit.archives import bundle_bytes, content, lines, write
from kit.command_line import HOSTILE, assert_harmless, process_env, run
from kit.data import REPO
from pithbundle import cbor_bytes, parse_json
from pithbundle.archive import tar, zstd
from pithbundle.archive.inputs import FORMATS
from pithbundle.archive.writer import Writer
from pithbundle.cli import archive_options
from pithbundle.cli.archive_inputs import failing
from pithbundle.cli.inputs import InputRejected
from pithbundle.durable import Folder
from pithbundle.errors import FileError
from pithbundle.output_folder import JUST_WRITTEN

DEMO = REPO / "vectors" / "demo"
SUFFIX = "OMJFN3CZBZK4KRI4XCDIFRLNQH"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("in").mkdir()
    for seed in range(4):
        (tmp_path / "in" / f"{seed}.json").write_bytes(bundle_bytes(seed))
    return tmp_path


def result(*args: str, status: int = 0, stdin: bytes = b"") -> dict[str, Any]:
    done = run("archive", *args, "--json", stdin=stdin)
    assert done.status == status, done
    value: dict[str, Any] = json.loads(done.stdout)
    return value


def pack(*args: str, status: int = 0, stdin: bytes = b"") -> dict[str, Any]:
    return result("pack", *args, "-o", "out", status=status, stdin=stdin)


def test_the_formats_are_those_of_the_library() -> None:
    assert {*archive_options.FORMATS} == {*FORMATS} - {"archive", "store"}


def test_every_container_gives_the_same_archive(folder: Path) -> None:
    data = [bundle_bytes(seed) for seed in range(4)]
    text = b"\n".join(line.data for line in lines(4))
    inputs = {
        "in": None,
        "x.jsonl": text,
        "x.jsonl.gz": gzip.compress(text),
        "x.jsonl.zst": zstd.compress(text),
        "x.tar": b"".join(tar.member(f"{at}.json", each) for at, each in enumerate(data)) + tar.END,
    }
    found = []
    for name, each in inputs.items():
        if each is not None:
            Path(name).write_bytes(each)
        value = result("pack", name, "-o", f"{name}-out")
        assert value["bundles"] == 4
        found.append(content(folder / f"{name}-out"))
    assert all(each == found[0] for each in found)
    assert pack("--from", "jsonl.gz", "-", stdin=gzip.compress(text))["bundles"] == 4
    assert content(folder / "out") == found[0]
    # An archive, and everything together: equal bundles once.
    assert result("pack", "out", "x.tar", "in", "-o", "again")["read"] == 12
    assert content(folder / "again") == found[0]


def test_a_folder_may_have_compressed_files_and_others(folder: Path) -> None:
    (folder / "in" / "z.json.gz").write_bytes(gzip.compress(bundle_bytes(9)))
    (folder / "in" / "z.cbor.zst").write_bytes(zstd.compress(cbor_bytes(parse_json(bundle_bytes(9)))))
    (folder / "in" / "README").write_text("x")
    (folder / "in" / "gone.json").symlink_to("absent")
    value = pack("in", status=1)
    assert (value["bundles"], value["skipped"]) == (6, 1)
    assert [(one["file"], one["code"]) for one in value["rejected"]] == [("in/gone.json", "io")]


def test_junk_lines_end_in_a_hundred_and_a_count(folder: Path) -> None:
    """20,000 here; tests/hostile/test_many_rejected.py has a million (C5)."""
    Path("x.jsonl").write_bytes(b"{}\n" * 10_000 + b"junk\n" * 10_000 + lines(1)[0].raw)
    value = pack("x.jsonl", status=1)
    assert value["bundles"] == 1 and value["rejected_count"] == 20_000
    assert len(value["rejected"]) == 202
    done = run("archive", "pack", "x.jsonl", "-o", "text")
    assert done.status == 1 and len(done.err.splitlines()) == 203
    assert "x.jsonl: 9900 more entries of this code, not listed [type]" in done.err


def test_a_file_that_a_folder_named_and_that_is_a_fifo_now_is_not_waited_for(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.stat

    def swapped(path: Any, *args: Any, **options: Any) -> os.stat_result:
        """After the walk, what opens the file looks at it once more."""
        found = real(path, *args, **options)
        if path == "in/0.json" and stat.S_ISREG(found.st_mode):
            os.unlink(path)
            os.mkfifo(path)
        return found

    monkeypatch.setattr(os, "stat", swapped)
    value = pack("in", status=1)
    assert value["bundles"] == 3
    assert [(one["file"], one["code"]) for one in value["rejected"]] == [("in/0.json", "io")]
    assert (
        value["rejected"][0]["reason"] == "is a FIFO, socket or device, and only regular files are read here"
    )


def test_an_archive_below_a_folder_is_read_too(folder: Path) -> None:
    Path("more").mkdir()
    with Writer("more/archive") as writer:
        for line in lines(6):
            writer.add(line)
        writer.finish()
    value = pack("more", "in")
    assert (value["read"], value["bundles"], value["skipped"]) == (10, 6, 0)


@pytest.mark.parametrize(
    ("args", "problem"),
    [
        (["archive", "pack", "out", "-o", "out/new"], "is inside an input (out)"),
        (["archive", "pack", "link/out", "-o", "out/new"], "is inside an input (link/out)"),
        (["archive", "pack", "in", "out", "-o", "link/out/a/b"], "is inside an input (out)"),
        (["archive", "unpack", "out", "-o", "out/files"], "is inside an input (out)"),
        (["archive", "merge", "out", "more", "-o", "out/new"], "is inside an input (out)"),
        (["archive", "get", "out", SUFFIX, "-o", "out/one.json"], "is inside an input (out)"),
        (["recompute", "out", "-o", "out/states"], "is inside an input (out)"),
        (["archive", "pack", "PACK", "-o", "out", "--force"], "contains an input (PACK)"),
        (["archive", "pack", "link/PACK", "-o", "out", "--force"], "contains an input (link/PACK)"),
        (["archive", "pack", "out", "-o", ".", "--force"], "contains an input (out)"),
        (["archive", "pack", ".", "-o", "out", "--force"], "is inside an input (.)"),
        (["recompute", "out", "-o", ".", "--force"], "contains an input (out)"),
    ],
)
def test_no_output_is_inside_an_input_or_contains_one(folder: Path, args: list[str], problem: str) -> None:
    pack("in")
    result("pack", "in", "-o", "more")
    Path("link").symlink_to(".")
    (found,) = Path("out").glob("*.jsonl.zst")
    before = content(folder / "out")
    done = run(*(arg.replace("PACK", str(found)) for arg in args))
    assert done.status == 2 and problem.replace("PACK", str(found)) in done.err
    assert content(folder / "out") == before
    assert sorted(os.listdir()) == ["in", "link", "more", "out"]


@pytest.mark.parametrize(
    "args",
    [
        ["archive", "merge", "out.part", "-o", "out"],
        ["archive", "pack", "PACK", "-o", "out/"],
        ["archive", "unpack", "link/out.part", "-o", "out"],
        ["recompute", "out.part", "-o", "out", "--force"],
    ],
)
def test_no_input_is_where_an_output_is_written(folder: Path, args: list[str]) -> None:
    """What is in that folder is removed when the run begins."""
    pack("in")
    os.rename("out", "out.part")
    Path("link").symlink_to(".")
    (found,) = Path("out.part").glob("*.jsonl.zst")
    before = content(folder / "out.part")
    done = run(*(arg.replace("PACK", str(found)) for arg in args))
    assert done.status == 2 and "is written in out.part, where an input is (" in done.err
    assert content(folder / "out.part") == before and not os.path.lexists("out")


def test_a_new_output_may_be_inside_a_folder_of_bundles(folder: Path) -> None:
    result("pack", ".", "-o", "here")
    assert result("unpack", "in", "-", "-o", "in/new.tar", "--from", "jsonl")["bundles"] == 4


@pytest.mark.parametrize(
    "command", [("verify",), ("verify", "--together"), ("inspect",), ("merge",), ("diff", "in/0.json")]
)
def test_other_commands_name_those_that_read_archives(folder: Path, command: tuple[str, ...]) -> None:
    pack("in")
    for index in Path("out").glob("*.idx"):
        index.write_bytes(b"x" + index.read_bytes())
    Path("x.jsonl").write_bytes(b"".join(line.raw for line in lines(4)))
    Path("x.cborseq.gz").write_bytes(gzip.compress(cbor_bytes(1)))
    for path in ["out", *sorted(map(str, Path("out").iterdir()))]:
        if (command[-1], path) == ("--together", "out"):
            # What is skipped is counted there.
            continue
        done = run(*command, path)
        assert "pithbundle recompute" in done.out + done.err, path
    for path in ("x.jsonl", "x.cborseq.gz"):
        done = run(*command, path)
        assert done.status in (1, 2) and "pithbundle archive unpack" in done.out + done.err


def test_a_folder_with_an_archive_names_it(folder: Path) -> None:
    result("pack", "in", "-o", "in/out")
    done = run("verify", "in")
    assert "SKIPPED       in/out  an archive: pithbundle recompute verifies all of its bundles, " in done.out
    done = run("verify", "in/out")
    assert done.status == 3 and "a folder without" not in done.out


def test_what_a_bundle_may_expand_to(folder: Path) -> None:
    large = json.dumps({**json.loads(bundle_bytes(1)), "note": "x" * 100_000}).encode()
    Path("x.json.zst").write_bytes(zstd.compress(large))
    Path("y.json").write_bytes(bundle_bytes(2))
    for option in (("--max-raw", "50000"), ("--limit", "size=50000")):
        value = pack("x.json.zst", "y.json", "--force", *option, status=1)
        assert [one["code"] for one in value["rejected"]] == ["size"]
    assert pack("x.json.zst", "--force", "--max-raw", "200000")["bundles"] == 1
    assert result("check", "out", "--max-raw", "1000", status=1)["outcome"] == "damaged"


def test_damage_names_what_is_lost_and_how_to_get_it_again(folder: Path) -> None:
    """A bundle in a damaged part is not reported as absent, and a merge with a copy repairs the archive."""
    pack("in")
    run("archive", "merge", "out", "-o", "copy")
    (name,) = (each for each in os.listdir("out") if each.endswith(".jsonl.zst"))
    data = bytearray((folder / "out" / name).read_bytes())
    data[len(data) // 2] ^= 0xFF
    (folder / "out" / name).write_bytes(data)
    suffixes = sorted(line.suffix for line in lines(4))
    found = run("archive", "check", "out")
    assert found.status == 1
    assert found.out.splitlines() == [
        "damaged       0 of 4 bundles in 1 pack could be read; 2 problems",
        f"  lost        {suffixes[0]} to {suffixes[-1]}, by the index of {name}",
        "  missing     at least 4 bundles, by the manifest",
        "  next        pithbundle archive merge out COPY -o OUT takes what is lost from another copy",
    ]
    assert f"out/{name}, bytes 0 to {len(data)}: a damaged frame" in found.err
    assert result("check", "out", status=1)["missing"] == 4 and result("check", "copy")["missing"] == 0
    got = run("archive", "get", "out", suffixes[1])
    assert got.status == 1
    assert f"error: out: no bundle of {suffixes[1]} in what could be read\n" in got.err
    assert "hint: it may be in a part that could not: pithbundle archive check" in got.err
    assert run("archive", "merge", "out", "copy", "-o", "whole").status == 1
    assert content(folder / "whole") == content(folder / "copy")


def test_the_position_of_damage_is_that_in_the_pack(folder: Path) -> None:
    write(Path("big"), lines(300))
    pack_file = max(Path("big").glob("*.jsonl.zst"), key=lambda each: each.stat().st_size)
    index = pack_file.with_suffix("").with_suffix(".idx").read_text()
    at = [int(line.split()[1]) for line in index.splitlines()]
    data = bytearray(pack_file.read_bytes())
    data[at[2] - 6] ^= 0xFF
    pack_file.write_bytes(data)
    done = run("archive", "check", "big")
    assert f"{pack_file}, bytes {at[1]} to {at[2]}: a damaged frame" in done.err
    assert f" at byte {at[1]} [archive]" in done.err


def test_what_to_do_about_an_index_and_a_foreign_file(folder: Path) -> None:
    """Nothing is fetched again where no bundle is damaged."""
    pack("in")
    Path("out/notes.txt").write_text("mine")
    foreign = run("archive", "check", "out")
    assert foreign.status == 1 and "out/notes.txt: the manifest does not list this file" in foreign.err
    assert "hint: move the files that the manifest does not list elsewhere" in foreign.err
    assert "fetch" not in foreign.err and "--reindex" not in foreign.err
    again = run("archive", "pack", "in", "-o", "out", "--force")
    assert again.status == 2 and "hint: move it elsewhere, or name another output" in again.err
    Path("out/notes.txt").unlink()
    for index in Path("out").glob("*.idx"):
        index.unlink()
    missing = run("archive", "check", "out")
    assert "hint: pithbundle archive check --reindex out writes the indexes anew" in missing.err
    assert "fetch" not in missing.err
    assert run("archive", "check", "--reindex", "out").status == 0
    assert run("archive", "check", "out").status == 0


@pytest.mark.parametrize("change", [b'"bundles": 0', b'"bundles": 1'])
@pytest.mark.parametrize("command", ["check", "list", "merge", "get", "pack", "recompute"])
def test_a_broken_manifest_is_named(folder: Path, command: str, change: bytes) -> None:
    pack("in")
    path = Path("out/pith-archive.json")
    data = path.read_bytes().replace(b'"bundles": 4', change)
    path.write_bytes(data if change.endswith(b"0") else data[:-20])
    more = {"check": [], "list": [], "get": [lines(1)[0].suffix]}.get(command, ["-o", "new"])
    group = [] if command == "recompute" else ["archive"]
    done = run(*group, command, "out", *more)
    assert done.status == 1 and done.err.startswith("pithbundle: error: out/pith-archive.json: ")
    if change.endswith(b"0"):
        assert "bundles must be an integer from 1 at /packs/0/bundles [archive, ARCH-10]" in done.err
    assert "hint: fetch pith-archive.json again" in done.err
    assert "pithbundle archive pack DIR/*.zst -o OUT" in done.err
    packs = [str(each) for each in Path("out").glob("*.zst")]
    assert result("pack", *packs, "-o", "anew")["bundles"] == 4


def test_the_bundles_of_a_record_never_replace_a_file_of_the_archive(folder: Path) -> None:
    pack("in")
    before = content(folder / "out")
    for name in sorted(os.listdir("out")):
        done = run("archive", "get", "out", lines(4)[0].suffix, "-o", f"out/{name}", "--force")
        assert (done.status, done.stdout) == (2, b"")
        assert "is also an input" in done.err
    assert content(folder / "out") == before


@pytest.mark.parametrize("target", ["in", "in/0.json", "x.jsonl", "out"])
def test_no_output_is_an_input(folder: Path, target: str) -> None:
    Path("x.jsonl").write_bytes(lines(1)[0].raw)
    pack("in")
    before = content(folder / "in"), content(folder / "out")
    for command in ("pack", "unpack"):
        done = run("archive", command, target, "-o", target, "--force")
        assert done.status == 2 and "inputs are never overwritten" in done.err
    assert (content(folder / "in"), content(folder / "out")) == before


def test_a_bundle_of_an_archive_is_found_and_written(folder: Path) -> None:
    pack("in")
    line = lines(4)[2]
    assert run("archive", "get", "out", line.suffix).stdout == line.raw
    value = result("get", "out", line.suffix, "-o", "one.json")
    assert Path("one.json").read_bytes() == line.raw and value["by_index"]
    assert result("get", "out", line.suffix, "-o", "one.json", status=2)["outcome"] == "error"
    assert result("get", "out", line.suffix, "-o", "-", status=2)["outcome"] == "error"
    for index in Path("out").glob("*.idx"):
        index.unlink()
    done = run("archive", "get", "out", line.suffix)
    assert done.stdout == line.raw and "--reindex" in done.err
    assert result("check", "out", status=1)["rejected_count"] == 1
    assert run("archive", "check", "out", "--reindex").out.startswith("sound")
    assert run("archive", "get", "out", line.suffix).err == ""


def test_unpack_gives_the_bytes_that_an_input_has(folder: Path) -> None:
    result("unpack", "in", "-o", "files")
    names = {f"{line.suffix}-{line.digest.hex()[:32]}.json" for line in lines(4)}
    assert {*os.listdir("files")} == names
    assert {path.read_bytes() for path in Path("files").iterdir()} == {
        bundle_bytes(seed) for seed in range(4)
    }
    assert result("unpack", "files", "in", "-o", "files.tar")["bundles"] == 8
    value = result("unpack", "files.tar", "-o", "again")
    assert (value["read"], value["bundles"]) == (8, 4)
    assert content(folder / "again") == content(folder / "files")
    assert result("unpack", "in", "-o", "again", status=2)["error"]["code"] == "io"
    result("unpack", "in", "-o", "again", "--force")
    result("unpack", "in", "--to", "tar", "-o", "bundles")
    assert result("unpack", "--from", "tar", "bundles", "-o", "of-tar")["bundles"] == 4
    assert result("unpack", "in", "-o", "in/0.json", "--force", status=2)["error"]["code"] in ("io", "usage")


def test_merge_is_a_union_and_names_what_is_out_of_order(folder: Path) -> None:
    pack("in")
    Path("x.jsonl").write_bytes(b"".join(line.raw for line in lines(8)))
    result("pack", "x.jsonl", "-o", "more")
    value = result("merge", "out", "more", "out", "-o", "both")
    assert (value["read"], value["bundles"]) == (16, 8)
    assert content(folder / "both") == content(folder / "more")


@pytest.mark.parametrize(
    ("command", "step"),
    [
        (["archive", "pack", "in"], "name a folder; pithbundle archive unpack writes tar and parquet"),
        (
            ["archive", "merge", "out", "out"],
            "merge into a folder, then unpack that: unpack writes tar and parquet",
        ),
        (["recompute", "out"], "name a folder; with --format parquet it contains states.parquet"),
    ],
)
@pytest.mark.parametrize("name", ["x.parquet", "x.tar", "X.PARQUET/", "x.tar//"])
def test_a_folder_is_not_written_under_the_name_of_another_format(
    folder: Path, command: list[str], step: str, name: str
) -> None:
    pack("in")
    done = run(*command, "-o", name)
    assert done.status == 2 and step in done.err and name in done.err
    assert sorted(os.listdir()) == ["in", "out"]


def test_list_prints_lines_for_programs(folder: Path) -> None:
    pack("in")
    rows = [row.split() for row in run("archive", "list", "out", "--bundles").out.splitlines()]
    assert rows == [[line.suffix, line.digest.hex(), str(len(line.data)), line.encoding] for line in lines(4)]


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_are_harmless(folder: Path, text: str) -> None:
    name = text.replace("\0", "").replace("/", "")[:60] + ".json"
    data = tar.member("x.json", b"{}")
    record = b" path=" + name.encode("utf-8", "replace") + b"\n"
    size = len(record) + 2 if len(record) < 98 else len(record) + 3
    extended = b"%d" % size + record
    header = bytearray(tar.member("x", extended))
    header[156:157] = b"x"
    header[148:156] = b" " * 8
    header[148:156] = b"%06o\0 " % sum(header[:512])
    Path("x.tar").write_bytes(bytes(header) + data + tar.END)
    done = run("archive", "pack", "x.tar", "-o", "out")
    assert done.status == 1
    assert_harmless(done, {"pithbundle:", "archive"})
    assert pack("x.tar", "--force", status=1)["rejected_count"] == 1
    with open(b"in/" + name.encode("utf-8", "replace"), "wb") as file:
        file.write(b"{}")
    assert_harmless(run("archive", "pack", "in", "-o", "two"), {"pithbundle:", "archive"})


def test_progress_on_a_terminal(folder: Path) -> None:
    done = run("archive", "pack", "in", "-o", "out", tty=True, env={"TERM": "xterm"})
    assert "\r" in done.err and "archive" in done.out
    # Reading has no total, writing has one: the bundles that were read.
    assert "[####" in done.err and "4/4" in done.err
    for command in (("check", "out"), ("merge", "out", "-o", "b"), ("unpack", "out", "-o", "c")):
        assert "\r" in run("archive", *command, tty=True, env={"TERM": "xterm"}).err


def test_without_zstd_the_missing_extra_is_named(folder: Path) -> None:
    code = "import sys; sys.modules['backports'] = sys.modules['compression'] = None; "
    code += "from pithbundle.__main__ import main; sys.exit(main())"
    for args, status in ((["archive", "pack", "in", "-o", "out"], 2), (["archive", "pack", "--help"], 0)):
        done = subprocess.run(
            [sys.executable, "-c", code, *args],
            env=process_env(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == status and "Traceback" not in done.stderr
        assert ("'.[archive]'" in done.stderr) == bool(status)


@pytest.mark.parametrize("level", ["0", "23", "x"])
def test_a_level_out_of_range(folder: Path, level: str) -> None:
    assert pack("in", "--level", level, status=2)["outcome"] == "error"


def test_an_archive_is_replaced_and_nothing_else(folder: Path) -> None:
    pack("in")
    assert "--force" in run("archive", "pack", "in", "-o", "out").err
    assert pack("in", "--force")["bundles"] == 4
    Path("out/thesis.txt").write_text("kept")
    done = run("archive", "pack", "in", "-o", "out", "--force")
    assert done.status == 2 and "thesis.txt" in done.err and Path("out/thesis.txt").exists()
    assert not Path("out.part").exists()


def test_what_to_do_about_an_error_of_the_system(folder: Path) -> None:
    pack("in")
    for command in (("archive", "pack", "in"), ("recompute", "in")):
        done = run(*command, "-o", "out")
        assert done.status == 2
        assert "exists already" in done.err
        assert "hint: to keep it, name another output\n" in done.err
    run("recompute", "in", "-o", "done")
    done = run("recompute", "in", "-o", "done", "--resume")
    assert done.status == 2 and "exists already; --force replaces it" in done.err
    assert "hint: --resume goes on with what an interrupted run left, and this name is taken" in done.err
    done = run("archive", "check", "in")
    assert "hint: an archive is a folder with pith-archive.json" in done.err
    error = FileError("io", "out: no space left on device")
    with pytest.raises(InputRejected) as full, failing("out"):
        raise error
    hint = "free space there, or write to another disk; nothing that was there is lost"
    assert full.value.hint == hint


@pytest.mark.parametrize("command", ["archive pack", "recompute"])
def test_of_two_runs_with_one_output_the_later_one_names_the_other(folder: Path, command: str) -> None:
    with Folder.open(".") as here, here.make_folder("out.part") as part, part.locked():
        done = run(*command.split(), "in", "-o", "out")
    assert done.status == 2 and "out: another run is writing it" in done.err
    step = "wait until the other run has ended, or name another output; nothing was changed"
    assert f"hint: {step}\n" in done.err and "permissions" not in done.err
    error = FileError("io", f"out: {JUST_WRITTEN}")
    with pytest.raises(InputRejected) as later, failing("out"):
        raise error
    assert later.value.hint.startswith("look at what it wrote; ")


def test_a_record_that_has_no_bundle_in_an_encoding(folder: Path) -> None:
    pack("in")
    suffix = lines(4)[0].suffix
    other = "cbor" if lines(4)[0].encoding == "json" else "json"
    done = run("archive", "get", "out", suffix, "--encoding", other)
    assert done.status == 1
    assert f"error: out: no bundle of {suffix} in {other}\n" in done.err
