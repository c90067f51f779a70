"""Every link of a page leads to a file of the repository, and to an anchor of it where it names one."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from docsite import build, markdown
from kit import pages
from kit.committed import committed_files
from kit.data import REPO

FILES = set(committed_files())


def fault(name: str, link: str) -> str:
    """What is wrong with a link of a page; an empty string if nothing is."""
    if re.match(r"(https|mailto):", link):
        return ""
    path, _, anchor = link.partition("#")
    to = os.path.normpath(os.path.join(os.path.dirname(name), path)) if path else name
    if to not in FILES:
        return "no such file of the repository"
    if not anchor:
        return ""
    if not to.endswith(".md"):
        return "an anchor of what is no page"
    text = build.filled(REPO, to) if to in pages.PAGES else (REPO / to).read_text(encoding="utf-8")
    return "" if anchor in markdown.anchors(markdown.parse(text)) else "no such anchor"


@pytest.mark.parametrize("name", sorted(name for name in FILES if name.endswith(".md")))
def test_every_link_leads_somewhere(name: str) -> None:
    page = pages.parse(name)
    found = [(line + 1, link, wrong) for line, link in markdown.links(page) if (wrong := fault(name, link))]
    assert found == []
    for line, text in page.prose.items():
        assert not re.search(r"<(?:a href|img|script|link|iframe)\b", text), (
            f"{name}, line {line + 1}: write Markdown"
        )


def test_every_page_is_in_the_navigation_and_has_a_title() -> None:
    for name in pages.PAGES:
        assert markdown.title(pages.parse(name))


@pytest.mark.parametrize(
    ("link", "wrong"),
    [
        ("spec.md", ""),
        ("#pithbundle", ""),
        ("https://example.org/none", ""),
        ("none.md", "no such file of the repository"),
        ("src", "no such file of the repository"),
        ("spec.md#none", "no such anchor"),
        ("Makefile#none", "an anchor of what is no page"),
        ("docs/reference/commands.md#pithbundle-merge", ""),
        ("http://example.org", "no such file of the repository"),
    ],
)
def test_what_is_wrong(link: str, wrong: str) -> None:
    assert fault("README.md", link) == wrong


def test_links_are_found_outside_code_alone() -> None:
    text = "[a](b.md) `[c](d.md)` ![e](f.svg) [g `h`](i.md#j)\n\n```text\n[k](l.md)\n```\n\n[m]: n.md\n"
    assert [link for _, link in markdown.links(markdown.parse(text))] == ["b.md", "f.svg", "i.md#j", "n.md"]
    changed = markdown.relink(text, str.upper)
    assert changed == (
        "[a](B.MD) `[c](d.md)` ![e](F.SVG) [g `h`](I.MD#J)\n\n```text\n[k](l.md)\n```\n\n[m]: N.MD\n"
    )


def test_the_anchors_of_a_page() -> None:
    text = '# One, `two` & three\n\n<a id="check-9"></a>\n\n### A-1: b_c (SEEN)\n'
    text += "\n## d { #e.f }\n\n```text\n# g\n```\n"
    assert markdown.anchors(markdown.parse(text)) == ["one-two--three", "check-9", "a-1-b_c-seen", "e.f"]


def test_the_site_is_staged(tmp_path: Path) -> None:
    """All links are changed to those of the site, and what is not a page is copied."""
    build.stage(REPO, tmp_path)
    staged = {path.relative_to(tmp_path / "pages").as_posix() for path in tmp_path.rglob("*.md")}
    assert {"index.md", "spec/index.md", "reference/api.md", "vectors/index.md"} <= staged
    for path in (tmp_path / "pages").rglob("*.md"):
        if "files" in path.relative_to(tmp_path / "pages").parts:
            continue
        text = path.read_text(encoding="utf-8")
        assert not build.GENERATED.search(text)
        for _, link in markdown.links(markdown.parse(text)):
            if not re.match(r"https:|#", link):
                assert (path.parent / link.partition("#")[0]).is_file(), f"{path}: {link}"


def test_decisions_are_numbered_and_listed() -> None:
    folder = REPO / "docs" / "decisions"
    names = sorted(path.name for path in folder.glob("0*.md"))
    listed = re.findall(
        r"^\| (\d+) \| \[(.+)\]\((.+)\) \|$", (folder / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert [name for _, _, name in listed] == names
    for number, (claimed, words, name) in enumerate(listed, 1):
        page = pages.parse(f"docs/decisions/{name}")
        assert name.startswith(f"{number:04d}-") and claimed == str(number)
        assert markdown.title(page) == f"{number}. {words}"
        assert markdown.anchors(page)[1:] == ["context", "decision", "consequences"]
