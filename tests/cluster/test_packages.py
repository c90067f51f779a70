"""The packages of the extras `cluster` and `parquet` work together, without a warning."""

from __future__ import annotations

import subprocess
import sys

import pytest

pytestmark = pytest.mark.cluster


@pytest.mark.parametrize("name", ["distributed", "fsspec", "s3fs", "pyarrow.parquet", "moto.server"])
def test_a_package_is_imported_without_a_warning(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", f"import {name}"],
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
