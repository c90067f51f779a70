"""What is shipped: the source archive is the repository, the wheel is the package and the vectors."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Final

import pytest

from kit.committed import committed_files
from kit.data import REPO

PACKAGE: Final = REPO / "src" / "pithbundle"
#: What the package needs in addition to its modules.
DATA: Final = {
    "pithbundle/py.typed",
    "pithbundle/cli/specification.json",
    "pithbundle/bundle/event_format.schema.json",
    "pithbundle/verify/policy.schema.json",
    "pithbundle/archive/archive.schema.json",
    "pithbundle/paper/pithbundle.sty",
    *(
        path.relative_to(PACKAGE.parent).as_posix()
        for folder in ("templates", "assets")
        for path in (PACKAGE / "mirror" / "pages" / folder).iterdir()
    ),
    *(f"pithbundle/schemas/{path.name}" for path in (REPO / "src/pithbundle/schemas").glob("*.json")),
}


def build(folder: Path, root: Path = REPO) -> tuple[Path, Path]:
    """Build the source archive and the wheel of the project in ``root``."""
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-d", str(folder)],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (sdist,), (wheel,) = folder.glob("*.tar.gz"), folder.glob("*.whl")
    return sdist, wheel


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return build(tmp_path_factory.mktemp("dist"))


def unpacked(sdist: Path, folder: Path) -> Path:
    """Unpack the source archive; return its folder."""
    # By the program: the arguments of tarfile's extractall differ from Python to Python.
    subprocess.run(["tar", "-xzf", str(sdist), "-C", str(folder)], check=True)
    (root,) = folder.iterdir()
    return root


def members(sdist: Path) -> set[str]:
    with tarfile.open(sdist) as archive:
        return {name.partition("/")[2] for name in archive.getnames()}


def test_the_source_archive_is_the_repository(built: tuple[Path, Path]) -> None:
    assert members(built[0]) == {*committed_files(), "PKG-INFO"}


#: The largest wheel; with 4,458 vectors it has 1.4 MB.
MOST: Final = 3_000_000


def test_the_wheel_is_the_package_and_the_vectors(built: tuple[Path, Path]) -> None:
    with zipfile.ZipFile(built[1]) as wheel:
        names = set(wheel.namelist())
    modules = {path.relative_to(PACKAGE.parent).as_posix() for path in PACKAGE.rglob("*.py")}
    about = {name for name in names if ".dist-info/" in name}
    vectors = {f"pithbundle/{name}" for name in committed_files() if name.startswith("vectors/")}
    # The worker of conformance, the page in one file and the tests are not in it.
    scripts = {
        f"pithbundle/{name}"
        for name in committed_files()
        if re.fullmatch(
            r"js/(?:src/.+\.js|(?:mirror-index|pithbundle|page|page-worker|record|record-worker)\.js"
            r"|page\.css|index\.html)",
            name,
        )
    }
    assert len(scripts) > 50
    assert names - about == modules | DATA | vectors | scripts | {"pithbundle_command.py"}
    assert "pithbundle/vectors/vectors.schema.json" in vectors
    assert built[1].stat().st_size < MOST
    assert {name.partition(".dist-info/")[2] for name in about} == {
        *("METADATA", "WHEEL", "RECORD", "entry_points.txt", "licenses/LICENSE"),
    }


def test_the_source_archive_builds_the_same(built: tuple[Path, Path], tmp_path: Path) -> None:
    """Its own archive and its own wheel, byte for byte: what is shipped is all that a build needs."""
    root = unpacked(built[0], tmp_path)
    again = build(tmp_path / "dist", root)
    assert [path.read_bytes() for path in again] == [path.read_bytes() for path in built]


@pytest.mark.long
def test_its_tests_can_be_collected(built: tuple[Path, Path], tmp_path: Path) -> None:
    """Tests read files when they are imported: the archive lacked js and docs once."""
    root = unpacked(built[0], tmp_path)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider"],
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
