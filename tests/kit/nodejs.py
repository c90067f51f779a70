"""Where Node is, for the tests of the JavaScript implementation."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Final

import pytest

from kit.data import REPO

JS: Final = REPO / "js"


def node() -> str:
    """Node 20 or later, or a skip that says what is missing."""
    found = shutil.which("node")
    if found is None:
        pytest.skip("node is not installed: the JavaScript implementation needs Node 20 or later")
    version = subprocess.run([found, "--version"], capture_output=True, text=True, check=True).stdout
    major = re.match(r"v(\d+)\.", version)
    if major is None or int(major[1]) < 20:
        pytest.skip(f"node is {version.strip()}: the JavaScript implementation needs Node 20 or later")
    return found
