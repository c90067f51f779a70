"""Finishes built pages: what the copy button of commands copies, where a long name in a table may break."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Final

#: A block as the site generator writes it; one with a prompt shows commands.
_BLOCK: Final = re.compile(r'<div class="highlight">(<pre>.*?</pre>)</div>', re.DOTALL)
_PROMPT: Final = '<span class="gp">'
_TAG: Final = re.compile(r"<[^>]*>")
_CELL: Final = re.compile(r"<td[ >].*?</td>", re.DOTALL)
#: A name that is too long for a column: it may break behind a separator, a digest anywhere.
_LONG: Final = re.compile(r"<code>([^<>\s]{25,})</code>")
_DIGEST: Final = re.compile(r"(?:sha256:)?[0-9a-f]{32,}")
_BREAK: Final = "<wbr>"


def commands(block: str) -> list[str]:
    """The commands of a block of HTML, each without its prompt; none if it shows no command."""
    lines = [line for line in block.splitlines() if _PROMPT in line]
    return [html.unescape(_TAG.sub("", line)).partition("$ ")[2].rstrip() for line in lines]


def marked(page: str) -> str:
    """A page with the text to copy at each block of commands, where the theme's script looks for it."""

    def mark(found: re.Match[str]) -> str:
        copied = "\n".join(commands(found[1]))
        attribute = f' data-copy="{html.escape(copied)}"'.replace("\n", "&#10;") if copied else ""
        return f'<div class="highlight"{attribute}>{found[1]}</div>'

    return _BLOCK.sub(mark, page)


def breakable(page: str) -> str:
    """The page with points in the long names of its tables at which a line may end."""

    def within(found: re.Match[str]) -> str:
        name = found[1]
        pattern = r"(.{8})" if _DIGEST.fullmatch(name) else r"([/_.-]+)(?=.)"
        broken = re.sub(pattern, lambda part: part[1] + _BREAK, name)
        return f"<code>{broken}</code>"

    return _CELL.sub(lambda cell: _LONG.sub(within, cell[0]), page)


def finish(site: Path) -> None:
    """Finish every page of a built site."""
    for path in site.rglob("*.html"):
        path.write_text(breakable(marked(path.read_text(encoding="utf-8"))), encoding="utf-8")
