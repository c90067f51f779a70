"""What is committed fits every machine: no path of one, and no registry's host."""

from __future__ import annotations

import re

import pytest

from kit.committed import committed_files
from kit.data import REPO

# Written in pieces, so that this file passes its own test.
_HOSTS = (
    "py" + "pi.org",
    "python" + "hosted.org",
    "npm" + "js.org",
    "crates" + ".io",
    "proxy.go" + "lang.org",
)
FORBIDDEN = re.compile(
    rb"(?<![\w.)])/(?:work|root|home|tmp|Users|opt/wheels)/\w|"
    + b"|".join(re.escape(h.encode()) for h in _HOSTS)
)


def test_no_machine_path_and_no_registry_host() -> None:
    found = [
        f"{name}: {match[0].decode()}"
        for name in committed_files()
        for match in FORBIDDEN.finditer((REPO / name).read_bytes())
    ]
    assert found == []


@pytest.mark.parametrize(
    "text", [b"see /" + b"work/main", b'"/' + b'tmp/x"', b"https://py" + b"pi.org/simple", b"~ /" + b"root/a"]
)
def test_the_pattern_finds_what_it_forbids(text: bytes) -> None:
    assert FORBIDDEN.search(text)


@pytest.mark.parametrize("text", [b"/events/3", b"src/home/x", b"tmp/x", b"/working/x"])
def test_the_pattern_leaves_the_rest_alone(text: bytes) -> None:
    assert not FORBIDDEN.search(text)
