"""Pages and what they load, at their addresses (PAGE-1)."""

from __future__ import annotations

from pathlib import Path

from kit.hostile_paths import HOSTILE_PATHS
from kit.stores import body, make, suffix, unverified
from pithbundle import Policy
from pithbundle.mirror.answers import HTML, Document
from pithbundle.mirror.pages.documents import asset_paths, pages_version
from pithbundle.mirror.site import Site

S = suffix(1)


def document(site: Site, path: str) -> Document:
    found = site.find(path)
    assert isinstance(found, Document), path
    return found


def test_a_record_has_a_page_and_the_page_has_what_it_loads(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1, more=(unverified(1, 2),)), "a")).close()
    with Site.open(str(tmp_path / "s"), origin="mirror.example") as site:
        page = document(site, f"pith/{S}/index.html")
        assert (page.media_type, page.immutable, page.unverified) == (HTML, False, 1)
        loaded = {path for path in asset_paths() if f'"../../{path}"'.encode() in page.body}
        assert "pith-pages/page.css" in loaded
        for path in asset_paths():
            found = document(site, path)
            is_text = found.media_type.endswith("charset=utf-8") or found.media_type == "application/json"
            assert is_text and not found.immutable
        policy = Policy.from_bytes(document(site, "pith-pages/policy.json").body)
        assert policy.sha256 == site.view.policy_sha256
        for path in site.paths_of(S):
            made = document(site, path)
            assert path.startswith(".well-known/") or made.sha256.encode() in page.body
        assert document(site, f"pith/{S}/index.html") is page
        # Where a server has it, it differs by its links alone.
        there = site.find(f"pith/{S}", page=True)
        assert isinstance(there, Document) and (there.media_type, there.unverified) == (HTML, 1)
        assert there.body != page.body and b"../../" not in there.body
        assert document(site, f"pith/{S}").media_type == "application/ld+json"


def test_a_record_has_a_badge_that_its_page_shows_too(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1, more=(unverified(1, 2),)), "a")).close()
    with Site.open(str(tmp_path / "s"), origin="mirror.example") as site:
        badge = document(site, f"pith/{S}/badge.svg")
        assert (badge.media_type, badge.immutable, badge.unverified) == ("image/svg+xml", False, 1)
        page = document(site, f"pith/{S}/index.html").body
        assert badge.body in page and f'href="../../pith/{S}/badge.svg"'.encode() in page
        assert site.find(f"pith/{suffix(2)}/badge.svg") is None and site.find("badge.svg") is None


def test_the_index_page_of_a_publication_and_that_of_a_server(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    with Site.open(str(tmp_path / "s"), origin="mirror.example") as site:
        published = document(site, "index.html")
        served = site.find("", page=True)
        assert isinstance(served, Document) and b"<form" in served.body and b"<form" not in published.body
        assert site.find("index.html", page=True) == served and site.find("") is None


def test_nothing_else_is_a_page(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    with Site.open(str(tmp_path / "s"), origin="mirror.example") as site:
        for text in HOSTILE_PATHS:
            if text != S:
                assert not isinstance(site.find(f"pith/{text}/index.html"), Document), text
            assert text == "policy.json" or site.find(f"pith-pages/{text}") is None, text
        assert site.find(f"pith/{suffix(2)}/index.html") is None
        assert site.find("pith-pages/../site.py") is None


def test_the_version_is_of_the_templates() -> None:
    number, digest = pages_version().split()
    assert number.isdecimal() and len(digest) == 64
