"""The facts of two documents, as ``pithbundle diff`` prints them (spec DIFF-3)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, TypeAlias

from pithbundle.bundle.document_types import BUNDLE
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.render import MOST, short
from pithbundle.comparison.facts import Fact, Facts, are_equal, compare_facts
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.wording import more, plural

#: A side: the path of the file and its facts.
FactSide: TypeAlias = tuple[str, Facts]

#: The longest value shown beside a difference, in characters.
_VALUE: Final = 120
_CELL: Final = 72


def diff_facts(out: Output, left: FactSide, right: FactSide, policy: Object) -> int:
    """Compare the facts of two sides and print the result; return 0 if they are equal, else 1."""
    facts = compare_facts(left[1], right[1])
    equal = are_equal(facts)
    status = Exit.VALID if equal else Exit.INVALID
    if out.as_json:
        number = left[1].pith_number
        return out.result(
            "equal" if equal else "different",
            status,
            {
                "left": _side(left),
                "right": _side(right),
                "policy": policy,
                "same_record": number is not None and number == right[1].pith_number,
                "events": [],
                "state": [],
                "decisions": [],
                "labels": [],
                "unverified": [],
                "facts": [
                    {"name": fact.name, "how": fact.how, "left": fact.left, "right": fact.right}
                    for fact in facts
                ],
            },
        )
    _print(out, facts, left, right, equal)
    return status


def _print(out: Output, facts: Sequence[Fact], left: FactSide, right: FactSide, equal: bool) -> None:
    differing = [fact for fact in facts if fact.how == "differs"]
    agreeing = sum(fact.how == "agrees" for fact in facts)
    only = [fact for fact in facts if fact.how in ("only left", "only right")]
    beside = f", {len(only)} not comparable" if only else ""
    if equal:
        out.line("EQUAL:", "good", f" {plural(agreeing, 'fact')} agree{beside}")
    elif differing:
        out.line("DIFFERENT:", "bad", f" {plural(len(differing), 'fact')} differ, {agreeing} agree{beside}")
    else:
        out.line("DIFFERENT:", "bad", f" no fact is in both{beside}")
    for name, (path, side) in (("left", left), ("right", right)):
        number = "no record" if side.pith_number is None else out.show(side.pith_number, _CELL)
        out.heading(name, f"{out.file_name(path)}: {side.kind.description}; {number}")
        if side.snapshot_event is not None:
            signed = "signed" if side.kind is BUNDLE else "claimed"
            out.detail("snapshot", f"of event {out.show(short(side.snapshot_event), _CELL)}, {signed}")
    for fact in differing[:MOST]:
        out.heading("fact", f"{out.show(fact.name, _CELL)}: differs")
        out.detail("left", _brief(out, fact.left))
        out.detail("right", _brief(out, fact.right))
    if len(differing) > MOST:
        out.line(f"  and {more(len(differing) - MOST, 'fact')}")
    for fact in only[:MOST]:
        out.heading(fact.how, out.show(fact.name, _CELL))
    if len(only) > MOST:
        out.line(f"  and {more(len(only) - MOST, 'fact')}")


def _brief(out: Output, value: Value) -> str:
    return out.show(encode(value).decode(), _VALUE)


def _side(side: FactSide) -> Object:
    path, facts = side
    return {"file": portable(path), "document_type": facts.kind.name, "pith_number": facts.pith_number}
