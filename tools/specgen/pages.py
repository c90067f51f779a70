"""The pages of the specification and their clauses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

REPO: Final = Path(__file__).resolve().parents[2]
INDEX: Final = REPO / "spec.md"
#: In reading order.
PAGES: Final = (
    "encoding", "errors", "records", "keys", "policy", "bundles", "checks", "merge", "state", "reports",
)  # fmt: skip
_CLAUSE: Final = re.compile(r"\*\*([A-Z]+-[0-9]+)\*\*|^\| ([A-Z]+-[0-9]+) \|", re.MULTILINE)


def page(name: str) -> str:
    """The text of one page."""
    return (REPO / "spec" / f"{name}.md").read_text(encoding="utf-8")


def clause_ids(text: str) -> list[str]:
    """The clauses that a text defines, in its order."""
    return list(dict.fromkeys(bold or row for bold, row in _CLAUSE.findall(text)))


def all_clauses() -> list[str]:
    """Every clause of the specification, in the order of its pages."""
    return [clause for name in PAGES for clause in clause_ids(page(name))]
