"""The second implementation, in JavaScript: its own tests, its types, and the vectors in a browser."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from kit.data import corpora
from kit.nodejs import JS, node

CHROMIUM = Path(os.environ.get("PITHBUNDLE_CHROMIUM", "/usr/bin/chromium"))


def installed(name: str) -> Path:
    """A development package of ``js``, or a skip whose reason says how to install it."""
    path = JS / "node_modules" / name
    if not path.exists():
        pytest.skip(f"js/node_modules/{name} is not installed: make js")
    return path


def passes(*arguments: str) -> None:
    done = subprocess.run(arguments, cwd=JS, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, (done.stdout + done.stderr)[-8000:]


NODE_TESTS = ("architecture", "floats", "formats", "messages", "module", "real", "titles")


@pytest.mark.parametrize("name", NODE_TESTS)
def test_node(name: str) -> None:
    passes(node(), "--test", f"test/{name}.test.js")


def test_corpora() -> None:
    corpora("ed25519/djb-sign-input.txt.gz")
    passes(node(), "--test", "test/corpora.test.js")


def test_types() -> None:
    passes(node(), str(installed("typescript") / "bin" / "tsc"))


# `make js` runs these two, and everything else of js/test; CI runs `make js`.


@pytest.mark.long
def test_vectors() -> None:
    passes(node(), "--test", "test/vectors.test.js")


@pytest.mark.long
@pytest.mark.parametrize("name", ["browser", "page"])
def test_in_chromium(name: str) -> None:
    """The vectors, and the page."""
    installed("playwright-core")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed; PITHBUNDLE_CHROMIUM names another browser")
    passes(node(), "--test", f"test/{name}.test.js")


def test_nothing_is_fetched_and_no_text_is_run() -> None:
    """The page names no other server, the lock file no registry. For modules: `architecture.test.js`."""
    assert "resolved" not in (JS / "package-lock.json").read_text()
    parts = (
        JS / "page.js",
        JS / "page-worker.js",
        JS / "record.js",
        JS / "record-worker.js",
        JS / "index.html",
        *sorted((JS / "src" / "page").glob("*.js")),
    )
    page = "".join(path.read_text() for path in parts)
    # The text of the page names the address at which a reader may serve it.
    page = page.replace("<code>http://localhost:8000/</code>", "", 1)
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\bon[a-z]+=|https?://"
    assert not re.search(forbidden, page)
