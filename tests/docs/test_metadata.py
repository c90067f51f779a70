"""CITATION.cff and the project's metadata agree, and CITATION.cff has the shape of its format, CFF 1.2.0."""

from __future__ import annotations

import re
import tomllib
from typing import Final

from kit.data import REPO

PROJECT: Final = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CITATION: Final = (REPO / "CITATION.cff").read_text(encoding="utf-8")
#: The members of the format's JSON Schema.
MEMBERS: Final = {
    *("abstract", "authors", "cff-version", "commit", "contact", "date-released", "doi", "identifiers"),
    *("keywords", "license", "license-url", "message", "preferred-citation", "references", "repository"),
    *("repository-artifact", "repository-code", "title", "type", "url", "version"),
}


def member(name: str) -> str:
    """The text of a member that has one line."""
    (found,) = re.findall(rf"^{name}: (.+)$", CITATION, re.MULTILINE)
    return str(found).strip('"')


def test_the_members_are_those_of_the_format() -> None:
    names = re.findall(r"^([a-z-]+):", CITATION, re.MULTILINE)
    assert len(set(names)) == len(names)
    assert {"authors", "cff-version", "message", "title"} <= set(names) <= MEMBERS
    assert member("cff-version") == "1.2.0"
    assert member("type") == "software"


def test_they_agree_with_the_project() -> None:
    for name in ("version", "license"):
        assert member(name) == PROJECT[name]
    assert member("title") == PROJECT["name"]
    assert member("abstract").startswith("Verif")
    (author,) = re.findall(r'^  - name: "(.+)"$', CITATION, re.MULTILINE)
    assert [author] == [entry["name"] for entry in PROJECT["authors"]]
    keywords = re.findall(r"^  - ([a-z0-9-]+)$", CITATION, re.MULTILINE)
    assert set(keywords) <= set(PROJECT["keywords"])


def test_the_changelog_is_in_order() -> None:
    """Each version has each heading at most once, in the order of Keep a Changelog."""
    text = (REPO / "CHANGELOG.md").read_text(encoding="utf-8")
    kinds = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
    for section in text.split("\n## ")[1:]:
        found = re.findall(r"^### (.+)$", section, re.MULTILINE)
        assert found == [kind for kind in kinds if kind in found]
    assert re.findall(r"^## \[(.+?)\]", text, re.MULTILINE)[0] == "Unreleased"


def test_the_examples_are_type_checked() -> None:
    settings = tomllib.loads((REPO / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["mypy"]
    assert settings["strict"] and "docs/examples" in settings["files"]


def test_the_example_of_author_claims_is_short() -> None:
    lines = (REPO / "docs" / "examples" / "author_claims.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) <= 30


def test_the_quick_start_names_every_extra() -> None:
    page = (REPO / "docs" / "quick-start.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `([a-z]+)` \|", page, re.MULTILINE)) == set(PROJECT["optional-dependencies"])
