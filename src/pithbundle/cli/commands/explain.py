"""``pithbundle explain``: why an entry of the state says what it says, back to the signed events."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Final

import click

from pithbundle.cli.load import Folded, files_argument, fold, fold_options, told
from pithbundle.cli.numeric import whole_number
from pithbundle.cli.output import EXIT_STATUS_HELP, Output
from pithbundle.cli.render import MOST, plural, short, where
from pithbundle.encoding.document import Format
from pithbundle.encoding.spellings import event_id_digest
from pithbundle.encoding.values import Limits, Object, Value
from pithbundle.errors import InputError
from pithbundle.merge.explain import LOSING, SENTENCES, Explanation
from pithbundle.merge.rules import MERGE_1
from pithbundle.merge.trace import CLAUSES
from pithbundle.verify.verdicts import SignedEvent

#: The sections by name: a short way to write a pointer.
_SECTIONS: Final = frozenset(
    ("canonical_record", "equivocations", *(kind.section for kind in MERGE_1.event_types.values()))
)
#: The longest text of an entry, in characters, and of one member of it.
_SAYS: Final = 160
_MEMBER: Final = 60
#: The most losers of one entry that are told.
_LOSERS: Final = 20


@click.command(
    "explain",
    epilog="\b\nExamples:\n  pithbundle explain bundle.json\n"
    "  pithbundle explain bundle.json /current/integrity_findings/0\n"
    "  pithbundle explain part1.json part2.json integrity_findings\n"
    "  pithbundle explain bundle.json sha256:1a2b...   (a whole event id)\n\n" + EXIT_STATUS_HELP,
)
@files_argument
@fold_options
@click.pass_obj
def command(
    out: Output, files: tuple[str, ...], policy_path: str | None, format: Format | None, limits: Limits
) -> int:
    """Say why the state of the bundles FILE says what it says.

    The last word may be a place: a pointer such as /current/citations/0, the name of a
    section, or an event id; a file of such a name is written ./NAME. For each entry: what
    it says, the rule that decided, the event that won, and those that lost. Nothing else
    has a part in the state than the events named here.
    """
    place = _place(files[-1])
    if place is not None:
        files = files[:-1]
    if not files:
        raise click.UsageError("no file: the only word is a place in the state", click.get_current_context())
    folded = fold(out, files, policy_path, limits, format)
    reasons = _reasons(folded, place)
    if out.as_json:
        out.json({**folded.value(), "entries": [_value(folded, reason) for reason in reasons]})
        return folded.status
    folded.headline(out)
    folded.record(out)
    if place is not None:
        out.detail("explained", f"{plural(len(reasons), 'entry').replace('entrys', 'entries')} at {place}")
    for reason in reasons[:MOST]:
        _say(out, folded, reason)
    if len(reasons) > MOST:
        out.line(f"  and {len(reasons) - MOST} more entries; name a section or an entry")
    return folded.status


def _place(word: str) -> str | None:
    """The last word of the command as a place in the state, or None where it is a file."""
    if word == "/current" or word.startswith("/current/") or event_id_digest(word) is not None:
        return word
    if word.startswith("/") and "\0" not in word and not os.path.lexists(word):
        # No file, but a pointer: of a place that no state has.
        return word
    return f"/current/{word}" if word.split("/")[0] in _SECTIONS else None


def _reasons(folded: Folded, place: str | None) -> list[Explanation]:
    view = folded.merged.view
    if place is None or place.startswith("/"):
        try:
            reasons = [*view.explain(place or "")]
        except InputError as error:
            raise _no_place(folded, f"{error.fault.detail}: {place}") from error
        if place is not None and not _exists(folded.state, place):
            raise _no_place(folded, f"the entry {reasons[0].decision.pointer} has nothing there: {place}")
        return reasons
    found = [
        reason
        for reason in view.explain()
        if place in reason.decision.winners or any(lost.event_id == place for lost in reason.decision.losers)
    ]
    if not found:
        why = "no entry of the state is won or lost by this event"
        for one in view.unrecognised:
            if one.event_id == place:
                why = f"the event is valid, but unrecognised [{one.code}]: it has no part in the state"
        if place not in folded.merged.ledger:
            why = "no valid event of this id is in these files; pithbundle verify says more"
        raise click.UsageError(why, click.get_current_context())
    return found


def _exists(value: Value, pointer: str) -> bool:
    """Whether a value has something at a JSON pointer (RFC 6901)."""
    for step in pointer.split("/")[1:]:
        name = step.replace("~1", "/").replace("~0", "~")
        if type(value) is dict and name in value:
            value = value[name]
        elif type(value) is list and (number := whole_number(name)) is not None and number < len(value):
            value = value[number]
        else:
            return False
    return True


def _no_place(folded: Folded, why: str) -> click.UsageError:
    """The error of a place with nothing in it: it lists the places that there are."""
    counts = Counter(reason.decision.pointer.split("/")[2] for reason in folded.merged.view.explain())
    alone = {reason.decision.pointer for reason in folded.merged.view.explain()}
    places = [
        f"{name}/0" + (f" to {count - 1}" if count > 1 else "") if f"/current/{name}" not in alone else name
        for name, count in counts.items()
    ]
    return click.UsageError(
        f"{why}. There are entries at /current/ followed by: {', '.join(places)}", click.get_current_context()
    )


def _say(out: Output, folded: Folded, reason: Explanation) -> None:
    step = reason.decision
    out.line()
    out.verdict("entry", step.pointer)
    for line in _says(out, folded, reason):
        out.detail("says", line)
    out.detail("because", f"{step.reason}: {SENTENCES[step.reason]} [{reason.clause}]")
    for event in reason.winners:
        _event(out, folded, "winners", event, "")
    for lost, event in reason.losers[:_LOSERS]:
        _event(out, folded, "losers", event, f"{lost.reason}: {LOSING[lost.reason]} [{CLAUSES[lost.reason]}]")
    if len(reason.losers) > _LOSERS:
        out.detail("", f"and {plural(len(reason.losers) - _LOSERS, 'more event')} that lost")


def _event(out: Output, folded: Folded, name: str, event: SignedEvent, why: str) -> None:
    out.detail(name, told(out, event))
    if why:
        out.detail("", why)
        for retraction in _taken_back_by(folded, event) if why.startswith("retracted") else ():
            out.detail("", f"by {short(retraction.event_id)}  {retraction.created_at}")
    out.detail("", f"at {where(out, folded.locations[event.event_id])}")


def _taken_back_by(folded: Folded, event: SignedEvent) -> list[SignedEvent]:
    return [*folded.merged.ledger.retractions_of(event.event_id)][:_LOSERS]


# -- what an entry says ---------------------------------------------------------------------


def _entry(folded: Folded, pointer: str) -> Value:
    value: Value = folded.state
    for name in pointer.split("/")[1:]:
        value = value[int(name)] if type(value) is list else value.get(name) if type(value) is dict else None
    return value


def _says(out: Output, folded: Folded, reason: Explanation) -> Iterator[str]:
    """The entry in a few words: the scalars that merge reads, in the order of the kind's table."""
    entry = _entry(folded, reason.decision.pointer)
    section = reason.decision.pointer.split("/")[2]
    if type(entry) is not dict:
        yield "nothing: null"
    elif section == "canonical_record":
        source = entry.get("source")
        yield _members(out, source, ("kind", "id", "version"))
    elif section == "source_aliases":
        yield _members(out, entry, ("alias_kind", "alias_value"))
    elif section == "receipt":
        yield _members(out, entry, ("key_id", "algorithm"))
    elif section == "equivocations":
        ids = entry.get("event_ids")
        count = len(ids) if type(ids) is list else 0
        signer = _shown(out, entry, "signer")
        yield f"{signer} signed {count} events that contradict each other: {_shown(out, entry, 'event_type')}"
    else:
        kind = folded.merged.ledger.rules.event_types[reason.winners[0].event_type]
        yield _members(out, entry.get("payload"), [name for name in kind.members if name != "event_type"])
        if "effect" in entry:
            yield f"effect: {out.show(entry['effect'])}"


def _members(out: Output, value: Value, names: Sequence[str]) -> str:
    if type(value) is not dict:
        return "nothing that merge reads"
    parts = [
        f"{name} {out.show(value[name], _MEMBER)}" for name in names if type(value.get(name)) in (str, int)
    ]
    return _cut(", ".join(parts)) or "nothing in one line: see --json"


def _shown(out: Output, entry: Object, name: str) -> str:
    return out.show(entry.get(name), _MEMBER)


def _cut(text: str) -> str:
    return text if len(text) <= _SAYS else text[:_SAYS] + "…"


def _value(folded: Folded, reason: Explanation) -> Object:
    locations: Object = {}
    for event in (*reason.winners, *(event for _, event in reason.losers)):
        locations[event.event_id] = folded.locations[event.event_id].to_value()
    return {
        **reason.to_value(),
        "sentence": SENTENCES[reason.decision.reason],
        "entry": _entry(folded, reason.decision.pointer),
        "locations": locations,
    }
