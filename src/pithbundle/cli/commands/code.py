"""``pithbundle code``: what an error code means, where it is raised, and what to do."""

from __future__ import annotations

import json
import re
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import click

from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.inputs import json_option
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.shells import words_of
from pithbundle.codes import CODES, CodeInfo
from pithbundle.encoding.values import Object
from pithbundle.statuses import WITHOUT_CODE

#: Codes that no error of the library has: of warnings (REPORT-4) and of commands (CLI-2).
_OTHERS: Final[dict[str, CodeInfo]] = {
    "warn_future": CodeInfo(
        "an event is dated after the clock", "REPORT-4", "check the clock of this machine, or give --now"
    ),
    "warn_stale": CodeInfo(
        "the newest event is older than --max-age",
        "REPORT-4",
        "fetch the bundle again: there may be a newer",
    ),
    "warn_unsigned": CodeInfo(
        "an element has members that nothing signs", "REPORT-4", "do not rely on the members that are listed"
    ),
    "usage": CodeInfo("the command line is wrong", "CLI-2", "see pithbundle COMMAND --help"),
    "memory": CodeInfo("the machine has not enough memory", "CLI-2", "lower the limits with --limit"),
    "internal": CodeInfo(
        "a fault of pithbundle itself, which is no verdict",
        "CLI-13",
        "report it, with the command and the input",
    ),
}
ALL: Final = {**CODES, **_OTHERS}
#: Clause, meaning and hint of each status of a verdict, which verify prints where others have a code.
_STATUSES: Final[dict[str, tuple[str, str, str]]] = {
    **WITHOUT_CODE,
    "verified": ("CHECK-10", "a key of your policy signed exactly this content", "nothing is to be done"),
    "unknown_key": ("CHECK-5", "no key of your policy made this", "run pithbundle code key_unknown"),
    "invalid": (
        "CHECK-14",
        "it contradicts a rule that your policy names; the code beside it states which",
        "run pithbundle code with that code",
    ),
    "malformed": (
        "CHECK-1",
        "an element that is not of the form of an event; the code beside it states why",
        "run pithbundle code with that code",
    ),
}
_CLAUSE: Final = re.compile("[A-Z]+-[0-9]+")
#: Written by ``make vectors``: where the specification names each code, and the clauses that do.
_SPECIFICATION: Final = Path(__file__).parent.parent / "specification.json"


@click.command(
    "code",
    epilog="\b\nExamples:\n  pithbundle code\n  pithbundle code hash_mismatch\n"
    "  pithbundle code --json signature_invalid | jq -r .codes[0].hint",
)
@click.argument("name", metavar="[CODE]", required=False, shell_complete=words_of(lambda: ALL))
@json_option
@click.pass_obj
def command(out: Output, name: str | None) -> int:
    """Explain an error CODE such as hash_mismatch, or list all codes.

    Messages end with the code and the clause of the specification that rejects the input,
    as in [hash_mismatch, CHECK-3]. The clause that defines a code is printed with its first
    sentence, then the other clauses that name the code.
    """
    specification: Any = json.loads(_SPECIFICATION.read_bytes())
    if name is not None and name not in ALL:
        raise _unknown(name, specification)
    shown = [*ALL] if name is None else [name]
    if out.as_json:
        return out.result(SUCCESS, Exit.VALID, {"codes": [_value(each, specification) for each in shown]})
    if name is None:
        width = max(map(len, ALL))
        for each, info in ALL.items():
            out.line(f"{each.ljust(width)}  {info.meaning}  [{info.clause}]")
        return Exit.VALID
    value: Any = _value(name, specification)
    out.heading("code", name, "plain")
    out.detail("means", value["meaning"])
    out.detail("level", value["level"])
    out.detail("clause", f"{value['clause']}, {value['clause_title']}")
    out.detail("", value["clause_sentence"])
    out.detail("where", value["page"])
    if value["named_in"]:
        out.detail("named in", " ".join(value["named_in"]))
    out.detail("to do", value["hint"])
    return Exit.VALID


def _value(name: str, specification: Any) -> Object:
    info = ALL[name]
    clause = specification["clauses"][info.clause]
    found = specification["codes"].get(name, {"level": "a command", "clauses": []})
    return {
        "code": name,
        "meaning": info.meaning,
        "level": found["level"],
        "clause": info.clause,
        "clause_title": clause["title"],
        "clause_sentence": clause["sentence"],
        "page": f"spec/{clause['page']}.md#{info.clause.lower()}",
        "named_in": [each for each in found["clauses"] if each != info.clause],
        "hint": info.hint,
    }


def _unknown(name: str, specification: Any) -> click.UsageError:
    """Return the error for a word that is not a code; other words of the output of verify are explained."""
    context = click.get_current_context()
    if name in _STATUSES:
        clause, meaning, hint = _STATUSES[name]
        message = f"{name!r} is a status, not a code: {meaning} ({clause}). {hint}"
        return click.UsageError(message, context)
    clause = name.strip("[]").upper()
    if _CLAUSE.fullmatch(clause):
        found = specification["clauses"].get(clause)
        message = f"{clause!r} is a clause of the specification, not a code"
        if found is None:
            return click.UsageError(f"{message}. Look it up in spec.md", context)
        page = f"spec/{found['page']}.md#{clause.lower()}"
        code = next(each for each, info in ALL.items() if info.clause == clause)
        return click.UsageError(
            f"{message}: {found['title']}. Read {page}, or run pithbundle code {code}", context
        )
    near = get_close_matches(name.lower().replace("-", "_"), ALL, 1, 0.7)
    more = f"Did you mean {near[0]!r}?" if near else "Run pithbundle code for the list"
    return click.UsageError(f"no code {name!r}. {more}", context)
