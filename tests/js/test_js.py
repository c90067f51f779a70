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
    """A development package of ``js``, or a skip that says how to install it."""
    path = JS / "node_modules" / name
    if not path.exists():
        pytest.skip(f"js/node_modules/{name} is not installed: make js")
    return path


def passes(*arguments: str) -> None:
    done = subprocess.run(arguments, cwd=JS, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, (done.stdout + done.stderr)[-8000:]


@pytest.mark.parametrize("name", ["floats", "module", "real", "titles"])
def test_node(name: str) -> None:
    passes(node(), "--test", f"test/{name}.test.js")


def test_corpora() -> None:
    corpora("ed25519/djb-sign-input.txt.gz")
    passes(node(), "--test", "test/corpora.test.js")


def test_types() -> None:
    passes(node(), str(installed("typescript") / "bin" / "tsc"))


@pytest.mark.slow
def test_vectors() -> None:
    passes(node(), "--test", "test/vectors.test.js")


@pytest.mark.slow
def test_vectors_and_page_in_chromium() -> None:
    installed("playwright-core")
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed; PITHBUNDLE_CHROMIUM names another browser")
    passes(node(), "--test", "test/browser.test.js")


def test_module_stays_readable() -> None:
    """One module that a reader can hold, with nothing to install and no registry host in its lock."""
    source = (JS / "pithbundle.js").read_text()
    assert len(source.splitlines()) < 2600
    # Of its own files it imports one, a table.
    assert re.findall(r"^import .*", source, re.MULTILINE) == [
        'import { CASED, CASE_IGNORABLE, LOWER } from "./unicode14.js";'
    ]
    assert not re.search(r"\brequire\(|\bimport\(|\beval\(|innerHTML", source)
    assert "resolved" not in (JS / "package-lock.json").read_text()
    page = "".join((JS / name).read_text() for name in ("page.js", "index.html", "src/words.js"))
    # Where the reader may serve the page is a text in it.
    page = page.replace("<code>http://localhost:8000/</code>", "", 1)
    forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\bon[a-z]+=|https?://"
    assert not re.search(forbidden, page)
