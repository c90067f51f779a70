"""The generated parts of the pages and of the index."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Final

from specgen import codes
from specgen.examples import blocks
from specgen.pages import (
    CLAUSE_ID,
    INDEX,
    PAGES,
    REPO,
    Clause,
    all_clauses,
    clauses_in,
    path_of,
    text_of,
    title_of,
)
from vectorgen.build import files
from vectorgen.clauses import UNTESTABLE

#: Pages beside the specification whose clauses are links.
LINKED: Final = (
    "docs/conforming-reader.md",
    "vectors/README.md",
    "vectors/accumulated.md",
    "vectors/titles.md",
)
#: Files named in one line; more are counted.
_MOST: Final = 4
_BLOCK: Final = re.compile(r'^```(\w+) title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
_DEFINITION: Final = re.compile(rf"^\[{CLAUSE_ID}\]: .*\n", re.MULTILINE)
_LINKED: Final = re.compile(rf"\[({CLAUSE_ID})\](?![(:])")
_CODE: Final = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_BEGIN, _END = "<!-- index of clauses -->\n", "<!-- end of the index of clauses -->\n"


@cache
def _shown() -> Mapping[str, Counter[str]]:
    """For each clause the files of vectors that show it, with the number of vectors."""
    found: dict[str, Counter[str]] = {}
    for file in files():
        for vector in file.vectors:
            for name in vector["clauses"]:
                found.setdefault(name, Counter())[file.path] += 1
    return found


def vectors_line(clause: str) -> str:
    """The last paragraph of a clause: the files with the most vectors for it, or why there is none."""
    shown = _shown().get(clause)
    if not shown:
        reason = re.sub(rf"\b({CLAUSE_ID})\b", r"[\1]", UNTESTABLE.get(clause, ""))
        return f"*No vector:* {reason}."
    links = [
        f"[`{path.removesuffix('.json')}`](../vectors/{path}) ({count})"
        for path, count in sorted(shown.items(), key=lambda item: (-item[1], item[0]))[:_MOST]
    ]
    rest = len(shown) - _MOST
    more = f", and {rest} more file{'s' if rest > 1 else ''}" if rest > 0 else ""
    return f"*Vectors:* {', '.join(links)}{more}."


def _without_line(body: str) -> str:
    return re.sub(r"^\*(?:Vectors|No vector):\*.*\n+", "", body, flags=re.MULTILINE).rstrip("\n")


def _clause(clause: Clause) -> str:
    return f"{_without_line(clause.body)}\n\n{vectors_line(clause.id)}\n\n"


def linked(path: str, text: str) -> str:
    """A page with the definitions of its links to clauses, ``[CHECK-9]``, rewritten at its end."""
    text = _DEFINITION.sub("", text).rstrip("\n") + "\n"
    order = list(all_clauses())
    names = sorted({*_LINKED.findall(_CODE.sub("", text))}, key=order.index)
    lines = []
    for clause in map(all_clauses().__getitem__, names):
        to = os.path.relpath(f"spec/{clause.page}.md", os.path.dirname(path))
        to = "" if path == f"spec/{clause.page}.md" else to
        lines.append(f"[{clause.id}]: {to}#{clause.anchor}\n")
    return text + "\n" + "".join(lines)


def page(name: str, text: str) -> str:
    """A page with its generated parts rewritten."""
    found = blocks(name)
    text = _BLOCK.sub(lambda block: f'```{block[1]} title="{block[2]}"\n{found[block[2]]}\n```', text)
    for clause in clauses_in(text, name):
        text = text.replace(clause.body, _clause(clause), 1)
    return linked(f"spec/{name}.md", text)


def index(text: str) -> str:
    """``spec.md`` with the list of all clauses rewritten."""
    before, _, rest = text.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    lines = []
    for name in PAGES:
        lines += [f"### [{title_of(name)}](spec/{name}.md)", ""]
        lines += [
            f"- [{clause.id}](spec/{name}.md#{clause.anchor}): {clause.title}"
            for clause in all_clauses().values()
            if clause.page == name
        ]
        lines.append("")
    return before + _BEGIN + "\n" + "\n".join(lines) + _END + after


def written() -> dict[str, str]:
    """Every page, and the index, as it must be."""
    made = {path_of(name).as_posix(): page(name, text_of(name)) for name in PAGES}
    for name in LINKED:
        path = REPO / name
        made[path.as_posix()] = linked(name, path.read_text(encoding="utf-8"))
    made[codes.PATH.as_posix()] = codes.specification()
    return {**made, INDEX.as_posix(): index(INDEX.read_text(encoding="utf-8"))}
