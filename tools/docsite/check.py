"""Checks the built site: links and anchors lead somewhere, no Markdown is shown, no asset is remote."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

#: What a browser loads by itself: never from another host.
_LOADED: Final = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src")}
#: Markdown that was not read as such: an escaped pipe, and the attributes of a heading.
_MARKDOWN: Final = re.compile(r"\S*\\\|\S*|\S* \{ #\S*")
#: What no reader sees as prose: programs, and blocks that show their text verbatim.
_LITERAL: Final = frozenset({"script", "style", "pre"})
_REMOTE_CSS: Final = re.compile(r"""(?:url\(\s*["']?|@import\s+["'])(?:https?:)?//""")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[tuple[str, str, str]] = []
        self.text: list[str] = []
        self.nested = 0
        self._literal: list[str] = []
        self._in_link = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _LITERAL:
            self._literal.append(tag)
        if tag == "a":
            self.nested += self._in_link
            self._in_link = True
        for name, value in attrs:
            if name == "id" or (name == "name" and tag == "a"):
                self.ids.append(value or "")
            elif name in ("href", "src") and value is not None:
                self.links.append((tag, name, value))

    def handle_endtag(self, tag: str) -> None:
        if tag in self._literal:
            self._literal.remove(tag)
        if tag == "a":
            self._in_link = False

    def handle_data(self, data: str) -> None:
        if not self._literal:
            self.text.append(data)


def faults(site: Path) -> list[str]:
    """What is wrong with the site in this folder, one line a fault."""
    pages: dict[Path, _Reader] = {}
    for path in sorted(site.rglob("*.html")):
        reader = pages[path.resolve()] = _Reader()
        reader.feed(path.read_text(encoding="utf-8"))
    found = []
    for path, reader in pages.items():
        # The page for a missing address is shown at any depth, so its links begin at the root.
        if path.name == "404.html":
            continue
        name = path.relative_to(site.resolve()).as_posix()
        found += [f"{name}: the anchor {doubled} twice" for doubled in _doubled(reader.ids)]
        # A browser ends the outer link where the inner one begins, so the text behind leads nowhere.
        found += [f"{name}: {reader.nested} links within links"] * bool(reader.nested)
        # The navigation repeats the headings.
        shown = dict.fromkeys(_MARKDOWN.findall("".join(reader.text)))
        found += [f"{name}: shows Markdown: {text}" for text in shown]
        found += [f"{name}: {fault}" for link in reader.links if (fault := _link(path, link, pages))]
    for path in site.rglob("*.css"):
        if _REMOTE_CSS.search(path.read_text(encoding="utf-8")):
            found.append(f"{path.relative_to(site).as_posix()}: loads something from another host")
    return found


def _doubled(ids: list[str]) -> list[str]:
    # The theme repeats its own switches for the two navigations; anchors of pages have no such prefix.
    return sorted({name for name in ids if ids.count(name) > 1 and not name.startswith("__")})


def _link(page: Path, link: tuple[str, str, str], pages: dict[Path, _Reader]) -> str:
    tag, name, value = link
    parts = urlsplit(value)
    if parts.scheme or parts.netloc:
        return (
            f"<{tag} {name}={value}> loads from another host"
            if (tag, name) in _LOADED and parts.netloc
            else ""
        )
    to = (page.parent / unquote(parts.path)).resolve() if parts.path else page
    if not to.is_file():
        return f"{value} leads nowhere"
    if parts.fragment and to in pages and unquote(parts.fragment) not in pages[to].ids:
        return f"{value}: no such anchor"
    return ""
