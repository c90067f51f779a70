"""The built documentation site in a browser: widths, copy buttons, search, contents lists, the picture."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from kit.data import REPO
from kit.nodejs import JS, node

CHROMIUM = Path(os.environ.get("PITHBUNDLE_CHROMIUM", "/usr/bin/chromium"))


@pytest.mark.long
def test_the_site_in_chromium() -> None:
    for path, how in [
        (REPO / "out" / "docs" / "site" / "index.html", "make docs"),
        (JS / "node_modules" / "playwright-core", "make js"),
        (CHROMIUM, "PITHBUNDLE_CHROMIUM names another browser"),
    ]:
        if not path.exists():
            pytest.skip(f"{path} does not exist: {how}")
    test = REPO / "tests" / "docs" / "site_in_browser.mjs"
    done = subprocess.run([node(), "--test", str(test)], capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, (done.stdout + done.stderr)[-8000:]
