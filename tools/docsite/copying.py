"""What the copy button of a block of commands copies: the commands, without prompts and outputs."""

from __future__ import annotations

import html
import re
from pathlib import Path
from typing import Final

#: A block as the site generator writes it; one with a prompt shows commands.
_BLOCK: Final = re.compile(r'<div class="highlight">(<pre>.*?</pre>)</div>', re.DOTALL)
_PROMPT: Final = '<span class="gp">'
_TAG: Final = re.compile(r"<[^>]*>")


def commands(block: str) -> list[str]:
    """The commands of a block of HTML, each without its prompt; none if it shows no command."""
    lines = [line for line in block.splitlines() if _PROMPT in line]
    return [html.unescape(_TAG.sub("", line)).partition("$ ")[2].rstrip() for line in lines]


def marked(page: str) -> str:
    """The page with the text to copy beside each block of commands, where the theme's script looks for it."""

    def mark(found: re.Match[str]) -> str:
        copied = "\n".join(commands(found[1]))
        attribute = f' data-copy="{html.escape(copied)}"'.replace("\n", "&#10;") if copied else ""
        return f'<div class="highlight"{attribute}>{found[1]}</div>'

    return _BLOCK.sub(mark, page)


def mark(site: Path) -> None:
    """Mark every page of a built site."""
    for path in site.rglob("*.html"):
        path.write_text(marked(path.read_text(encoding="utf-8")), encoding="utf-8")
