"""``pithbundle code``: what an error code means, where it is raised, and what to do."""

from __future__ import annotations

import json
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, get_args

import click

from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.inputs import json_option
from pithbundle.cli.output import Exit, Output
from pithbundle.codes import CODES, CodeInfo
from pithbundle.encoding.values import Object
from pithbundle.verify.verdicts import Status

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
}
ALL: Final = {**CODES, **_OTHERS}
#: Written by ``make vectors``: where the specification names each code, and the clauses that do.
_SPECIFICATION: Final = Path(__file__).parent.parent / "specification.json"


@click.command(
    "code",
    epilog="\b\nExamples:\n  pithbundle code\n  pithbundle code hash_mismatch\n"
    "  pithbundle code --json signature_invalid | jq -r .codes[0].hint",
)
@click.argument("name", metavar="[CODE]", required=False)
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
        raise _unknown(name)
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


def _unknown(name: str) -> click.UsageError:
    context = click.get_current_context()
    if name in get_args(Status):
        message = f"{name!r} is the status of a verdict, not a code: pithbundle verify --help explains it"
        return click.UsageError(message, context)
    near = get_close_matches(name.lower().replace("-", "_"), ALL, 1, 0.7)
    more = f"Did you mean {near[0]!r}?" if near else "Run pithbundle code for the list"
    return click.UsageError(f"no code {name!r}. {more}", context)
