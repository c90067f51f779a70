"""Tar as a stream: bundles in, everything else by name (ARCH-11; threats C1, F1)."""

from __future__ import annotations

import io
import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import Any

import pytest

from pithbundle import PithError
from pithbundle.archive.frames import Stream
from pithbundle.archive.streams import Compression
from pithbundle.archive.tar import END, Skipped, member, members


def read(data: bytes, limit: int = 1000, compression: Compression = "") -> list[tuple[str, Any]]:
    found = members(Stream(io.BytesIO(data).read), limit, compression, Skipped())
    return [
        (position, part.fault.detail if isinstance(part, PithError) else part) for position, part in found
    ]


def made(*names: str, form: int = tarfile.PAX_FORMAT, **changes: Any) -> bytes:
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w", format=form) as archive:
        for name in names:
            info = tarfile.TarInfo(name)
            info.size = len(name.encode())
            for key, value in changes.items():
                setattr(info, key, value)
            archive.addfile(
                info, io.BytesIO(name.encode()[: info.size].ljust(info.size)) if info.isreg() else None
            )
    return file.getvalue()


LONG = "/".join(["x" * 90] * 5) + "/é.json"


@pytest.mark.parametrize("form", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_tars_of_each_form(form: int) -> None:
    names = ["a.json", "sub/b.CBOR", "d" * 90 + "/" + "e" * 60 + ".json"]
    if form != tarfile.USTAR_FORMAT:
        names.append(LONG)
    expected = [(f"member {name}", name.encode()) for name in names]
    assert read(made(*names, form=form)) == expected


def test_other_names_and_folders_are_skipped_and_counted() -> None:
    skipped = Skipped()
    data = made("README", "a.json", "x.json.gz")
    assert len([*members(Stream(io.BytesIO(data).read), 1000, "", skipped)]) == 1
    assert skipped.count == 2
    assert read(made("folder.json", type=tarfile.DIRTYPE)) == []


@pytest.mark.parametrize(
    ("kind", "what"),
    [
        (tarfile.SYMTYPE, "a symbolic link"),
        (tarfile.LNKTYPE, "a hard link"),
        (tarfile.CHRTYPE, "a device"),
        (tarfile.BLKTYPE, "a device"),
        (tarfile.FIFOTYPE, "a FIFO"),
        (b"S", "a sparse file"),
        (b"Z", "a member of unknown type"),
    ],
)
def test_what_is_no_regular_file_is_rejected_by_name(kind: bytes, what: str) -> None:
    data = made("a.json", type=kind, linkname="/etc/passwd", size=0)[:1024].rstrip(b"\0").ljust(512, b"\0")
    first = data[:512]
    found = read(first + member("b.json", b"{}") + END)
    assert found[0][0] == "member a.json" and found[0][1] == f"{what}, which is not read"
    assert found[1:] == [("member b.json", b"{}")]


@pytest.mark.parametrize("name", ["/etc/a.json", "../../a.json", "a\x1b[2J.json", "-rf.json"])
def test_a_name_is_data(name: str) -> None:
    assert read(made(name)) == [(f"member {name}", name.encode())]


def test_a_sparse_file_of_pax_is_rejected() -> None:
    data = made("a.json", pax_headers={"GNU.sparse.major": "1", "GNU.sparse.name": "a.json"})
    assert read(data) == [("member a.json", "a sparse file, which is not read")]


@pytest.mark.parametrize("blocks", [0, 1, 3])
def test_a_sparse_file_of_gnu_is_rejected_and_the_rest_is_read(blocks: int) -> None:
    """Of one with many parts, blocks of its map are between its header and its data."""
    found = bytearray(header(b"S", 600))
    found[257:265] = b"ustar  \0"
    found[482] = blocks > 0
    maps = b"".join(bytes(504) + bytes([more]) + bytes(7) for more in reversed(range(blocks)))
    data = summed(found) + maps + bytes(1024) + member("b.json", b"{}") + END
    assert read(data) == [("member x", "a sparse file, which is not read"), ("member b.json", b"{}")]
    cut = (summed(found) + maps)[:-8]
    assert "is cut" in read(cut)[-1][1] if blocks else "no header" in read(cut)[-1][1]


def header(kind: bytes, size: int) -> bytes:
    found = bytearray(member("x", b"")[:512])
    found[124:136] = b"%011o\0" % size
    found[156:157] = kind
    return summed(found)


def summed(found: bytearray) -> bytes:
    found[148:156] = b" " * 8
    found[148:156] = b"%06o\0 " % sum(found)
    return bytes(found)


@pytest.mark.parametrize("kind", [b"x", b"g", b"L", b"K"])
def test_an_extended_header_that_states_gigabytes(kind: bytes) -> None:
    ((_, reason),) = read(header(kind, 8 << 30) + bytes(1 << 17))
    assert "an extended header of 8589934592 bytes" in reason
    ((_, reason),) = read(header(kind, 1 << 16) + bytes(1000))
    assert reason == "the tar ends inside a header"


@pytest.mark.parametrize(
    "record", [b"junk", b"8 path=x\n", b"99 path=x\n", b"0 a=b\n", b"12 path=abcdX", b"6 a=b\n7 b=\n"]
)
def test_a_malformed_extended_header(record: bytes) -> None:
    data = header(b"x", len(record)) + record.ljust(512, b"\0") + member("a.json", b"{}") + END
    assert "malformed extended header" in read(data)[0][1]


def test_a_size_in_an_extended_header() -> None:
    def pax(record: bytes) -> bytes:
        return header(b"x", len(record)) + record.ljust(512, b"\0")

    entry = bytearray(member("a.json", b"abcde"))
    entry[124:136] = b"%011o\0" % 0
    data = summed(bytearray(entry[:512])) + bytes(entry[512:])
    assert read(pax(b"9 size=5\n") + data + END) == [("member a.json", b"abcde")]
    for wrong in (b"10 size=-5\n", b"9 size=x\n"):
        assert (
            "without a size"
            in read(pax(b"%d" % (len(wrong) - 0) + wrong[wrong.index(b" ") :]) + data + END)[0][1]
        )
    # A header for all members that follow gives none of them a name or a size.
    assert (
        read(header(b"g", 9) + b"9 size=5\n".ljust(512, b"\0") + member("b.json", b"{}") + END)[0][1] == b"{}"
    )
    assert read(header(b"K", 5) + b"link\0".ljust(512, b"\0") + member("b.json", b"{}") + END)[0][1] == b"{}"


def test_sizes_in_binary() -> None:
    entry = bytearray(member("a.json", b"abcde"))
    entry[124:136] = b"\x80" + (5).to_bytes(11)
    assert read(summed(bytearray(entry[:512])) + bytes(entry[512:]) + END) == [("member a.json", b"abcde")]
    entry[124:136] = b"12x45678901\0"
    assert "without a size" in read(summed(bytearray(entry[:512])) + bytes(entry[512:]) + END)[0][1]


def test_a_member_over_the_limit_is_passed_over() -> None:
    data = member("a.json", bytes(2_000)) + member("b.json", b"{}") + END
    found = read(data)
    assert found[0] == ("member a.json", "a bundle: 2000 bytes, the limit is 1000") and found[1][1] == b"{}"
    large = member("a.json", bytes(20_000)) + member("b.json", b"{}") + END
    assert [each[1] for each in read(large)][1:] == [b"{}"]
    found = read(large, compression="zst")
    assert len(found) == 2 and "too large to pass over" in found[1][1]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "ends without its end mark"),
        (member("a.json", b"{}"), "ends without its end mark"),
        (member("a.json", b"{}")[:-1], "a member is cut"),
        (member("a.json", b"{}") + bytes(512) + b"junk", "something follows the end"),
        (b"junk" * 200, "no header of a tar"),
        (member("a.json", b"{}")[:500], "no header of a tar"),
        (bytes(100), ""),
    ],
)
def test_tars_that_are_cut_or_followed_by_something(data: bytes, reason: str) -> None:
    found = [each[1] for each in read(data) if isinstance(each[1], str)]
    assert [reason in each for each in found] == ([True] if reason else [])


def test_a_tar_in_a_tar_is_not_opened() -> None:
    inner = member("a.json", b"{}") + END
    assert read(member("inner.json", inner) + END, 10_000) == [("member inner.json", inner)]


def test_what_is_written_is_a_tar(tmp_path: Path) -> None:
    data = member("a.json", b"{}") + member("b.cbor", b"x" * 600) + END
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        infos = archive.getmembers()
        assert [(one.name, one.size, one.mode, one.isreg()) for one in infos] == [
            ("a.json", 2, 0o644, True), ("b.cbor", 600, 0o644, True),
        ]  # fmt: skip
        file = archive.extractfile(infos[1])
        assert file is not None and file.read() == b"x" * 600


@pytest.mark.skipif(shutil.which("tar") is None, reason="no program tar, an independent reader")
@pytest.mark.parametrize("form", ["ustar", "gnu", "pax"])
def test_the_program_tar_agrees(tmp_path: Path, form: str) -> None:
    (tmp_path / "a.json").write_bytes(b"{}")
    (tmp_path / "link.json").symlink_to("a.json")
    done = subprocess.run(
        ["tar", f"--format={form}", "-cf", "-", "a.json", "link.json"],
        cwd=tmp_path,
        capture_output=True,
        check=True,
    )
    assert read(done.stdout) == [
        ("member a.json", b"{}"), ("member link.json", "a symbolic link, which is not read"),
    ]  # fmt: skip
    listing = subprocess.run(
        ["tar", "-tf", "-"], input=member("x.json", b"{}") + END, capture_output=True, check=True
    )
    assert listing.stdout == b"x.json\n"
