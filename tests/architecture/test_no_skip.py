"""PITHBUNDLE_NO_SKIP=1: a test that cannot run fails, and names what was missing."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kit.data import REPO

TESTS = """
import pytest

def test_skipped():
    pytest.skip("no corpus")

def test_another_python():
    pytest.skip("no Python 3.99 on this machine")

@pytest.mark.skip(reason="by mark")
def test_marked():
    pass

@pytest.mark.xfail(strict=True)
def test_expected():
    assert False

def test_sound():
    pass
"""
MODULE = 'import pytest\npytest.importorskip("no_such_module")\n'


def outcome(folder: Path, no_skip: str) -> tuple[int, str]:
    shutil.copy(REPO / "tests" / "conftest.py", folder)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-ra", "-p", "no:cacheprovider", str(folder)],
        cwd=folder,
        env={**os.environ, "PITHBUNDLE_NO_SKIP": no_skip},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize(
    "no_skip, status, counts",
    [
        ("", 0, "1 passed, 3 skipped, 1 xfailed"),
        ("1", 1, "1 failed, 1 passed, 1 skipped, 1 xfailed, 1 error"),
    ],
)
def test_a_skip_is_a_failure_only_where_it_must_be(
    tmp_path: Path, no_skip: str, status: int, counts: str
) -> None:
    (tmp_path / "test_it.py").write_text(TESTS)
    got, output = outcome(tmp_path, no_skip)
    assert (got, counts in output) == (status, True), output
    assert "no corpus" in output and "by mark" in output


def test_a_module_that_cannot_be_imported_counts_too(tmp_path: Path) -> None:
    (tmp_path / "test_it.py").write_text(MODULE)
    got, output = outcome(tmp_path, "1")
    assert got != 0 and "no_such_module" in output
