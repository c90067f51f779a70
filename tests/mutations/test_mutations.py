"""Every committed mutation breaks one clause, and the tests it names notice (README.md beside this file)."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

import pytest

from kit.data import REPO
from specgen.pages import all_clauses

HERE: Final = Path(__file__).resolve().parent
PACKAGE: Final = REPO / "src" / "pithbundle"
HEADERS: Final = ("title", "clause", "file", "tests")
#: Far more than any of them needs: one that hangs is not noticed, it is in the way.
SECONDS: Final = 120

# What pytest exits with.
PASSED, FAILED = 0, 1


@dataclass(frozen=True)
class Mutation:
    """One way to be wrong: ``old`` becomes ``new`` in ``file``, and ``tests`` must fail."""

    name: str
    title: str
    clause: str
    file: str
    tests: tuple[str, ...]
    old: str
    new: str

    @classmethod
    def read(cls, path: Path) -> Mutation:
        head, _, change = path.read_text(encoding="utf-8").partition("\n--- old\n")
        old, separator, new = change.partition("\n+++ new\n")
        fields = dict(line.split(": ", 1) for line in head.splitlines())
        assert separator and tuple(fields) == HEADERS, f"{path.name}: not in the format of README.md"
        return cls(
            name=path.stem,
            title=fields["title"],
            clause=fields["clause"],
            file=fields["file"],
            tests=tuple(fields["tests"].split()),
            old=old.strip("\n"),
            new=new.strip("\n"),
        )

    def applied(self, source: str) -> str:
        """Return ``source`` with the mutation in it; white space and last commas may differ from ``old``."""
        bare, indexes = without_layout(source)
        sought, _ = without_layout(self.old)
        found = [at.start() for at in re.finditer(f"(?={re.escape(sought)})", bare)]
        if not sought or len(found) != 1:
            raise AssertionError(
                f"{self.name}: the old text occurs {len(found)} times in {self.file}, not once. The code "
                f"has changed: rewrite the mutation, so that it still breaks {self.clause}.\n{self.old}"
            )
        start, end = indexes[found[0]], indexes[found[0] + len(sought) - 1] + 1
        return source[:start] + self.new.lstrip() + source[end:]


def without_layout(text: str) -> tuple[str, list[int]]:
    """Return the characters that no formatter changes, and the position of each in ``text``."""
    indexes = [index for index, character in enumerate(text) if not character.isspace()]
    kept = [
        index
        for index, following in pairwise([*indexes, len(text)])
        if not (text[index] == "," and text[following : following + 1] in tuple(")]}"))
        or following == len(text)
    ]
    return "".join(text[index] for index in kept), kept


#: The rules of the conformance runner are not clauses: its contract is this page, by its sections.
CONTRACT: Final = {
    f"vectors/README.md#{number}"
    for number in re.findall(r"^## (\d)\.", (REPO / "vectors" / "README.md").read_text("utf-8"), re.MULTILINE)
}
MUTATIONS: Final = [Mutation.read(path) for path in sorted((HERE / "python").glob("*.mutation"))]
EACH: Final = pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)


def source_of(mutation: Mutation) -> str:
    return (PACKAGE / mutation.file).read_text(encoding="utf-8")


# The mutations themselves, in the ordinary run.


def test_there_are_many_each_with_its_own_title_and_number() -> None:
    assert len(MUTATIONS) >= 30
    assert len({mutation.title for mutation in MUTATIONS}) == len(MUTATIONS)
    numbers = [mutation.name.split("-")[0] for mutation in MUTATIONS]
    assert all(re.fullmatch("[0-9]{3,4}", number) for number in numbers)
    assert len(set(numbers)) == len(numbers)


@EACH
def test_it_applies_once_and_leaves_other_python(mutation: Mutation) -> None:
    source = source_of(mutation)
    mutated = mutation.applied(source)
    assert ast.dump(ast.parse(mutated)) != ast.dump(ast.parse(source))


@EACH
def test_its_clause_and_its_tests_are_there(mutation: Mutation) -> None:
    assert mutation.clause in all_clauses() or mutation.clause in CONTRACT
    assert mutation.tests
    for test in mutation.tests:
        path, *names = test.split("::")
        body = ast.parse((REPO / "tests" / path).read_text(encoding="utf-8")).body
        for name in names:
            found = [n for n in body if isinstance(n, ast.FunctionDef | ast.ClassDef) and n.name == name]
            assert found, test
            body = found[0].body
        assert names and isinstance(found[0], ast.FunctionDef), test


@pytest.mark.parametrize(
    "old, source",
    [
        ("f(a, b)", "x = f(\n    a,\n    b,\n)\n"),
        ("f(\n    a,\n    b,\n)", "x = f(a, b)\n"),
        ("if a:\n    f(a, b)", "if a:\n        f(a, b)\n"),
    ],
)
def test_a_formatter_does_not_hide_the_old_text(old: str, source: str) -> None:
    assert "wrong" in sample(old).applied(source)


@pytest.mark.parametrize("source", ["x = 1\n", "f(a)\nf(a)\n", ""])
def test_an_old_text_that_is_absent_or_there_twice_is_an_error(source: str) -> None:
    with pytest.raises(AssertionError, match="rewrite the mutation"):
        sample("f(a)").applied(source)


def sample(old: str) -> Mutation:
    return Mutation("00-sample", "a sample", "CHECK-1", "check.py", (), old, "wrong()")


# The tests under the mutations: a process each, so only in the long run.


def run(folder: Path, tests: Iterable[str], *more: str, seconds: int = SECONDS) -> tuple[int, str]:
    """Run tests of this repository on the package in ``folder``; return pytest's status and words."""
    done = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-q", "--tb=line", "-p", "no:cacheprovider"),
            *("--hypothesis-profile=mutants", *more),
            # In place of the folders that pyproject.toml names: first the package to be tested.
            *("-o", f'pythonpath="{folder}" "{REPO / "tests"}" "{REPO / "tools"}"'),
            *(f"tests/{test}" for test in tests),
        ],
        cwd=REPO,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder with a copy of the package, to import it from."""
    index = tmp_path / "src"
    shutil.copytree(PACKAGE, index / PACKAGE.name)
    # In a checkout the pages find their scripts beside the sources.
    (tmp_path / "js").symlink_to(REPO / "js")
    yield index
    shutil.rmtree(index)


@pytest.mark.long
def test_without_a_mutation_all_those_tests_pass(folder: Path) -> None:
    """Else a failure below would prove nothing."""
    tests = sorted({test for mutation in MUTATIONS for test in mutation.tests})
    # All of them, which takes a minute of an idle machine.
    status, output = run(folder, tests, seconds=20 * SECONDS)
    assert status == PASSED, output


@pytest.mark.long
def test_the_copy_is_what_is_tested(folder: Path) -> None:
    """A copy that cannot be imported stops every test, so no other package was imported."""
    (folder / PACKAGE.name / "__init__.py").write_text('raise ImportError("this is the copy")\n')
    status, output = run(folder, ["unit/encoding/test_timestamps.py"])
    assert status not in (PASSED, FAILED) and "this is the copy" in output, output


@pytest.mark.long
@EACH
def test_the_named_tests_fail(mutation: Mutation, folder: Path) -> None:
    path = folder / PACKAGE.name / mutation.file
    path.write_text(mutation.applied(source_of(mutation)), encoding="utf-8")
    for test in mutation.tests:
        status, output = run(folder, [test], "-x")
        assert status == FAILED, (
            f"{test} does not notice that {mutation.title} ({mutation.clause}):\n{output}"
        )
