"""An archive for the tests of this folder: 300 bundles in JSON and 20 in CBOR."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kit.archives import items, lines, write


@pytest.fixture(scope="package")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive, which no test changes."""
    path = tmp_path_factory.mktemp("archive") / "a"
    write(path, [*lines(300), *items(20)])
    return path


@pytest.fixture
def archive(sample: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(sample, tmp_path / "a"))
