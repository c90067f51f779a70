"""The runner catches a wrong implementation: broken variants of the JavaScript module (broken/README.md)."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from nodejs import JS, node
from pithbundle.conformance.protocol import Result, Vector
from pithbundle.conformance.runner import load, reader, run
from shared_data import REPO

HERE: Final = Path(__file__).resolve().parent / "broken"
HEADERS: Final = ("title", "clause", "vectors")
MODULE: Final = (JS / "pithbundle.js").read_text(encoding="utf-8")
VECTORS: Final = load(REPO / "vectors")
CHANGE: Final = re.compile(r"\n--- old\n(.*?)\n\+\+\+ new\n(.*?)(?=\n--- old\n|\Z)", re.DOTALL)


@dataclass(frozen=True)
class Broken:
    """One way to be wrong: each old text becomes the new one, and the named vectors must fail."""

    name: str
    title: str
    clause: str
    vectors: tuple[str, ...]
    changes: tuple[tuple[str, str], ...]

    @classmethod
    def read(cls, path: Path) -> Broken:
        text = path.read_text(encoding="utf-8")
        head, _, _ = text.partition("\n--- old\n")
        fields = dict(line.split(": ", 1) for line in head.strip().splitlines())
        assert tuple(fields) == HEADERS, f"{path.name}: not in the format of README.md"
        changes = tuple((old.strip("\n"), new.strip("\n")) for old, new in CHANGE.findall(text))
        return cls(path.stem, fields["title"], fields["clause"], tuple(fields["vectors"].split()), changes)

    def applied(self, source: str) -> str:
        """Return ``source`` with the changes in it."""
        for old, new in self.changes:
            if source.count(old) != 1:
                raise AssertionError(
                    f"{self.name}: the old text occurs {source.count(old)} times in pithbundle.js, not once. "
                    f"Write the variant anew, so that it still breaks {self.clause}.\n{old}"
                )
            source = source.replace(old, new)
        return source


ALL: Final = [Broken.read(path) for path in sorted(HERE.glob("*.mutation"))]
#: One of the readers and one of the merge, for the run that everybody waits for.
QUICK: Final = [
    one for one in ALL if one.title in ("minus zero is read as zero", "a retraction can be retracted")
]
EACH: Final = pytest.mark.parametrize("broken", ALL, ids=lambda broken: broken.name)


def beside(names: Iterable[str]) -> list[Vector]:
    """The vectors of the files in which the named ones stand."""
    files = {name.rpartition("/")[0] for name in names}
    return [vector for vector in VECTORS if vector.id.rpartition("/")[0] in files]


def results(module: str, folder: Path, vectors: list[Vector]) -> list[Result]:
    """What the runner says of a worker with this module."""
    for name in ("worker.js", "operations.js", "package.json"):
        shutil.copy(JS / name, folder)
    (folder / "pithbundle.js").write_text(module, encoding="utf-8")
    return run([node(), str(folder / "worker.js")], vectors, reader(REPO / "vectors"), timeout=60)


def caught(broken: Broken, folder: Path) -> None:
    found = results(broken.applied(MODULE), folder, beside(broken.vectors))
    failed = {result.vector.id for result in found if result.status == "failed"}
    assert set(broken.vectors) <= failed, f"not caught: {broken.title} ({broken.clause})"
    # A worker that answers nothing well would be caught by anything.
    assert any(result.status == "passed" for result in found)


def test_there_are_many_each_with_its_own_title_and_number() -> None:
    assert len(ALL) >= 20
    assert len(QUICK) == 2
    assert len({broken.title for broken in ALL}) == len(ALL)
    numbers = [broken.name.split("-")[0] for broken in ALL]
    assert numbers == [f"{number:02}" for number in range(1, len(ALL) + 1)]


@EACH
def test_it_applies_once_and_its_clause_and_vectors_are_there(broken: Broken) -> None:
    assert broken.changes
    assert broken.applied(MODULE) != MODULE
    assert f"- **{broken.clause}**" in (REPO / "spec.md").read_text(encoding="utf-8")
    assert broken.vectors
    assert set(broken.vectors) <= {vector.id for vector in VECTORS}


@pytest.mark.parametrize("broken", QUICK, ids=lambda broken: broken.name)
def test_the_runner_catches_two_of_them(broken: Broken, tmp_path: Path) -> None:
    caught(broken, tmp_path)


@pytest.mark.slow
def test_unbroken_the_module_passes_all_those_vectors(tmp_path: Path) -> None:
    """Else a failure below would prove nothing."""
    found = results(MODULE, tmp_path, beside(name for broken in ALL for name in broken.vectors))
    assert [result.vector.id for result in found if result.status != "passed"] == []


@pytest.mark.slow
@EACH
def test_the_runner_catches_it(broken: Broken, tmp_path: Path) -> None:
    caught(broken, tmp_path)
