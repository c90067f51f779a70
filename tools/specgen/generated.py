"""The generated parts of the pages and of the index."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Final

from specgen.examples import blocks
from specgen.pages import CLAUSE_ID, INDEX, PAGES, Clause, all_clauses, clauses_in, path_of, text_of, title_of
from vectorgen.build import files
from vectorgen.clauses import UNTESTABLE

#: Files named in one line; more are counted.
_MOST: Final = 4
_BLOCK: Final = re.compile(r'^```(\w+) title="([^"]+)"\n(.*?)^```$', re.MULTILINE | re.DOTALL)
_DEFINITION: Final = re.compile(rf"^\[{CLAUSE_ID}\]: .*\n", re.MULTILINE)
_LINKED: Final = re.compile(rf"\[({CLAUSE_ID})\](?![(:])")
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
    more = f", and {len(shown) - _MOST} more files" if len(shown) > _MOST else ""
    return f"*Vectors:* {', '.join(links)}{more}."


def _without_line(body: str) -> str:
    return re.sub(r"^\*(?:Vectors|No vector):\*.*\n+", "", body, flags=re.MULTILINE).rstrip("\n")


def _clause(clause: Clause) -> str:
    return f"{_without_line(clause.body)}\n\n{vectors_line(clause.id)}\n\n"


def _target(page: str, name: str) -> str:
    clause = all_clauses()[name]
    return f"#{clause.anchor}" if clause.page == page else f"{clause.page}.md#{clause.anchor}"


def page(name: str, text: str) -> str:
    """A page with its generated parts made anew."""
    text = _DEFINITION.sub("", text).rstrip("\n") + "\n"
    found = blocks(name)
    text = _BLOCK.sub(lambda block: f'```{block[1]} title="{block[2]}"\n{found[block[2]]}\n```', text)
    for clause in clauses_in(text, name):
        text = text.replace(clause.body, _clause(clause), 1)
    order = list(all_clauses())
    linked = sorted({*_LINKED.findall(text)}, key=order.index)
    return text + "\n" + "".join(f"[{other}]: {_target(name, other)}\n" for other in linked)


def index(text: str) -> str:
    """``spec.md`` with the list of all clauses made anew."""
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
    return {**made, INDEX.as_posix(): index(INDEX.read_text(encoding="utf-8"))}
