"""The page in one file as one file (PAGE-10)."""

from __future__ import annotations

import base64
import re
from hashlib import sha256

import pytest

from kit.markup import Parsed
from pithbundle.mirror.pages.alone import page_alone, policy_of
from pithbundle.mirror.pages.scripts import read_module


def test_it_loads_nothing_and_its_policy_names_what_is_in_it() -> None:
    page = page_alone(read_module).decode()
    found = Parsed(page.encode())
    assert not [name for _, attrs in found.elements for name, _ in attrs if name in ("src", "href")]
    (policy,) = (
        str(dict(attrs)["content"])
        for _, attrs in found.elements
        if ("http-equiv", "Content-Security-Policy") in attrs
    )
    assert "default-src 'none'" in policy and "worker-src blob:" in policy and "unsafe" not in policy
    for text in (
        *re.findall("<script>(.*?)</script>", page, re.DOTALL),
        *re.findall("<style>(.*?)</style>", page, re.DOTALL),
    ):
        assert f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'" in policy
    assert policy.count("'sha256-") == 2


def test_its_policy_is_read_from_it() -> None:
    page = page_alone(read_module)
    assert policy_of(page).startswith("default-src 'none'; script-src 'sha256-")
    for other in (b"", page + page):
        with pytest.raises(ValueError, match="unpack"):
            policy_of(other)


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("page.js", "import.meta.url", "import.meta.other"),
        ("page.css", "}", "</style>"),
        ("index.html", "page.css", "other.css"),
    ],
)
def test_a_file_of_another_form_is_a_fault(name: str, old: str, new: str) -> None:
    def read(path: str) -> str:
        text = read_module(path)
        return text.replace(old, new, 1) if path == name else text

    with pytest.raises(ValueError, match=r"expected once|end of its element"):
        page_alone(read)
