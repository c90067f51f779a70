"""The page of the JavaScript implementation as one file (spec PAGE-10)."""

from __future__ import annotations

import base64
import re
from hashlib import sha256
from typing import Final

from pithbundle.mirror.pages.scripts import Read, one_script

#: What the page and the module that it begins with contain, and what takes their place.
_POLICY: Final = "script-src 'self'; style-src 'self';"
_STYLE: Final = '<link rel="stylesheet" href="page.css">'
_SCRIPT: Final = '<script type="module" src="page.js"></script>'
_WORKER: Final = 'new Worker(new URL("page-worker.js", import.meta.url), { type: "module" })'
_OF_TEXT: Final = 'new Worker(URL.createObjectURL(new Blob([document.getElementById("worker").textContent])))'
_END: Final = "</body>"
_META: Final = re.compile(rb'<meta http-equiv="Content-Security-Policy" content="([^"]+)">')


def page_alone(read: Read) -> bytes:
    """Return the page with its style, its script and its worker in it.

    A browser loads no modules and no workers from a file. So the worker is made of a text of the page, and
    the content policy names the digests of the script and of the style: it accepts no others.

    Args:
        read: returns the text of a file of the JavaScript implementation.

    Raises:
        ValueError: a file has another form than this function expects.
    """
    style = read("page.css")
    script = _replaced(one_script("page.js", read), _WORKER, _OF_TEXT)
    worker = one_script("page-worker.js", read)
    if re.search("</(?:script|style)", style + script + worker, re.IGNORECASE):
        raise ValueError("a script contains the end of its element")
    policy = f"script-src {source_of(script)}; style-src {source_of(style)}; worker-src blob:;"
    page = _replaced(read("index.html"), _POLICY, policy)
    page = _replaced(page, _STYLE, f"<style>{style}</style>")
    # At the end, where all elements exist: only a module waits for them.
    page = _replaced(page, _SCRIPT, "")
    held = f'<script type="text/plain" id="worker">{worker}</script>\n<script>{script}</script>\n'
    return _replaced(page, _END, held + _END).encode("utf-8")


def policy_of(page: bytes) -> str:
    """Return the content policy that is in a page.

    Raises:
        ValueError: there is not exactly one.
    """
    (policy,) = _META.findall(page)
    return str(policy, "ascii")


def source_of(text: str) -> str:
    """Return how a content policy names an inline script or style: by its digest."""
    return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"


def _replaced(text: str, old: str, new: str) -> str:
    if text.count(old) != 1:
        raise ValueError(f"expected once: {old}")
    return text.replace(old, new)
