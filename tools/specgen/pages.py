"""The pages of the specification and their clauses."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

REPO: Final = Path(__file__).resolve().parents[2]
INDEX: Final = REPO / "spec.md"
#: In reading order, which is that of the documentation site.
PAGES: Final = (
    "encoding", "records", "keys", "bundles", "formats", "policy", "checks", "merge", "state", "reports",
    "documents", "arxiv", "latex", "probing", "archives", "recompute", "store", "net", "mirror", "sync",
    "audit", "pages", "serve", "evidence", "captures", "badge", "graph", "errors",
)  # fmt: skip
#: Pages about the tool: an implementation conforms without them, since no state depends on them.
OF_THE_TOOL: Final = (
    "documents", "arxiv", "latex", "probing", "archives", "recompute", "store", "net", "mirror", "sync",
    "audit", "pages", "serve", "evidence", "captures", "badge", "graph",
)  # fmt: skip
#: The marks of clauses; a mark may be followed by what it is limited to.
MARKS: Final = ("SEEN", "INFERRED", "CHOSEN")
CLAUSE_ID: Final = r"[A-Z]+-[0-9]+"
#: The heading of a clause. Both GitHub and mkdocs-material make the anchor of the element ``a``.
_HEADING: Final = re.compile(
    rf'^### <a id="([a-z]+-[0-9]+)"></a>({CLAUSE_ID}): ([^\n]+)\n\n(.*?)(?=^##|\Z)', re.MULTILINE | re.DOTALL
)
_MARK: Final = re.compile(r"\*\*([^*]+)\.\*\*(?: |\n|$)")


@dataclass(frozen=True, slots=True)
class Clause:
    """One clause: ``body`` is all below its heading, up to the next one."""

    id: str
    anchor: str
    title: str
    page: str
    body: str

    @property
    def mark(self) -> str:
        """The text of the mark at the beginning of the body, or an empty string."""
        found = _MARK.match(self.body)
        return found[1] if found else ""

    @property
    def paragraphs(self) -> list[str]:
        """The blocks of the body: paragraphs, lists, tables."""
        return [block for block in self.body.strip().split("\n\n") if block]


def path_of(name: str) -> Path:
    """Where a page is."""
    return REPO / "spec" / f"{name}.md"


def text_of(name: str) -> str:
    """The text of a page."""
    return path_of(name).read_text(encoding="utf-8")


def clauses_in(text: str, page: str = "") -> list[Clause]:
    """The clauses that a text defines, in its order."""
    return [Clause(name, anchor, title, page, body) for anchor, name, title, body in _HEADING.findall(text)]


@cache
def all_clauses() -> dict[str, Clause]:
    """Every clause of the specification by its id, in the order of the pages."""
    return {clause.id: clause for name in PAGES for clause in clauses_in(text_of(name), name)}


def title_of(name: str) -> str:
    """The title of a page."""
    return text_of(name).partition("\n")[0].removeprefix("# ")
