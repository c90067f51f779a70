"""What ``pithbundle code`` shows of the specification: the clauses that define or name each code."""

from __future__ import annotations

import json
import re
from typing import Final

from pithbundle.cli.commands.code import ALL
from specgen.pages import REPO, Clause, all_clauses

PATH: Final = REPO / "src" / "pithbundle" / "cli" / "specification.json"
_LEVEL: Final = re.compile(r"^Codes of ([^\n:]+):\n\n((?:\|[^\n]*\n)+)", re.MULTILINE)


def sentence(clause: Clause) -> str:
    """The first sentence of a clause as plain text."""
    text = re.sub(r"^\*\*[^*]+\.\*\*\s*", "", clause.body.strip())
    text = " ".join(text.partition("\n\n")[0].split())
    text = re.sub(r"\[([^\]]+)\](?:\([^)]*\))?", r"\1", text).replace("`", "").replace("*", "")
    found = re.match(r"(.+?[.:])(?= |$)", text)
    return (found[1] if found else text).rstrip(":.") + "."


def specification() -> str:
    """The file as it must be: for each code its level and clauses, and those clauses in short."""
    clauses = all_clauses()
    levels = {}
    for level, rows in _LEVEL.findall(clauses["ERR-2"].body):
        for code in re.findall(r"^\| `([a-z0-9_]+)`", rows, re.MULTILINE):
            levels[code] = level
    codes = {}
    for code in ALL:
        naming = [one.id for one in clauses.values() if f"`{code}`" in one.body and one.id not in _LISTS]
        level = "a warning" if code.startswith("warn_") else levels.get(code)
        if level is not None:
            codes[code] = {"level": level, "clauses": naming}
    defining = {info.clause for info in ALL.values()}
    shown = {
        one.id: {"title": one.title, "page": one.page, "sentence": sentence(one)}
        for one in clauses.values()
        if one.id in defining
    }
    return json.dumps({"codes": codes, "clauses": shown}, indent=1) + "\n"


#: Clauses that list codes, or have a member of the name of one, and raise none.
_LISTS: Final = frozenset({"ERR-2", "FAULT-1", "FAULT-2", "CLI-9"})
