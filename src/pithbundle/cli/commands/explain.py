"""``pithbundle explain``: the signed events and the rule behind an entry of the state."""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Final

import click

from pithbundle.cli.load import LoadedRecord, event_line, files_argument, load_record, record_options
from pithbundle.cli.numeric import whole_number
from pithbundle.cli.output import EXIT_STATUS_HELP, Output
from pithbundle.cli.render import MOST, short, where
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.spellings import event_id_digest
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import InputError
from pithbundle.merge.explain import LOSING, SENTENCES, Explanation
from pithbundle.merge.rules import MERGE_1
from pithbundle.merge.trace import CLAUSES
from pithbundle.verify.verdicts import SignedEvent
from pithbundle.wording import more, plural

#: The sections by name: a short way to write a pointer.
_SECTIONS: Final = frozenset(
    ("canonical_record", "equivocations", *(kind.section for kind in MERGE_1.event_types.values()))
)
#: The start of an event id, with at least 8 of its hex digits.
_ID_PREFIX: Final = re.compile("(sha256:)?[0-9a-f]{8,64}")
#: The longest summary of an entry, in characters, and of one member of it.
_SAYS: Final = 160
_MEMBER: Final = 60
#: The most losers of one entry that are printed.
_LOSERS: Final = 20


@click.command(
    "explain",
    epilog="\b\nExamples:\n  pithbundle explain bundle.json\n"
    "  pithbundle explain bundle.json /current/integrity_findings/0\n"
    "  pithbundle explain part1.json part2.json integrity_findings\n"
    "  pithbundle explain bundle.json 1a2b3c4d   (the start of an event id)\n\n" + EXIT_STATUS_HELP,
)
@files_argument
@record_options
@click.pass_obj
def command(
    out: Output, files: tuple[str, ...], policy_path: str | None, encoding: Encoding | None, limits: Limits
) -> int:
    """Explain the state of the bundles FILE.

    The last argument may be a location in the state: a pointer such as
    /current/citations/0, the name of a section, or an event id, of which the first 8 or
    more hex digits are enough. Write ./NAME for a file with such a name. For each entry the
    content, the rule that decided, the winners and the losers are printed.
    """
    location = _location(files[-1])
    if location is not None:
        files = files[:-1]
    if not files:
        raise click.UsageError(
            "no file: the only argument is a location in the state", click.get_current_context()
        )
    loaded = load_record(files, policy_path, limits, encoding)
    reasons = _reasons(loaded, location)
    if out.as_json:
        return loaded.result(out, {"entries": [_value(loaded, reason) for reason in reasons]})
    loaded.headline(out)
    loaded.record(out)
    if location is not None:
        out.detail("explained", f"{plural(len(reasons), 'entry', 'entries')} at {location}")
    for reason in reasons[:MOST]:
        _print(out, loaded, reason)
    if len(reasons) > MOST:
        out.line(f"  and {more(len(reasons) - MOST, 'entry', 'entries')}; name a section or an entry")
    return loaded.status


def _location(argument: str) -> str | None:
    """Return the last argument as a location in the state, or None if it is a file."""
    if argument == "/current" or argument.startswith("/current/") or event_id_digest(argument) is not None:
        return argument
    if _ID_PREFIX.fullmatch(argument) and not os.path.lexists(argument):
        return argument
    if argument.startswith("/") and "\0" not in argument and not os.path.lexists(argument):
        # Not a file, so it is meant as a pointer, of which no state has an entry.
        return argument
    if argument.startswith("current/") and not os.path.lexists(argument):
        return f"/{argument}"
    section = argument.split("/")[0]
    if section in _SECTIONS:
        return f"/current/{argument}"
    near = get_close_matches(section.replace("-", "_"), _SECTIONS, 1, 0.8)
    if near and not os.path.lexists(argument):
        message = f"{argument!r} is no file and no section of a state. Did you mean {near[0]!r}?"
        raise click.UsageError(message, click.get_current_context())
    return None


def _reasons(loaded: LoadedRecord, location: str | None) -> list[Explanation]:
    state = loaded.state
    if location is None or location.startswith("/"):
        try:
            reasons = [*state.explain(location or "")]
        except InputError as error:
            raise _no_entry(loaded, f"{error.fault.detail}: {location}") from error
        if location is not None and not _exists(loaded.state_value, location):
            raise _no_entry(loaded, f"the entry {reasons[0].decision.pointer} has no such member: {location}")
        return reasons
    return _reasons_of_event(loaded, _event_id(loaded, location))


def _event_id(loaded: LoadedRecord, prefix: str) -> str:
    """Return the id of the one valid event whose digits begin like this.

    Raises:
        click.UsageError: there is none, or more than one.
    """
    digits = prefix.removeprefix("sha256:")
    found = [e.event_id for e in loaded.ledger if e.event_id.removeprefix("sha256:").startswith(digits)]
    if len(found) == 1:
        return found[0]
    if found:
        ids = ", ".join(found[:_LOSERS])
        message = f"{len(found)} events have an id that begins with {digits}: {ids}. Give more digits"
    else:
        message = (
            f"these files contain no valid event with the id {prefix}. Run pithbundle verify for the verdicts"
        )
    raise click.UsageError(message, click.get_current_context())


def _reasons_of_event(loaded: LoadedRecord, event_id: str) -> list[Explanation]:
    """Return the decisions in which an event is a winner or a loser.

    Raises:
        click.UsageError: there is none.
    """
    state = loaded.state
    found = [
        reason
        for reason in state.explain()
        if event_id in reason.decision.winners
        or any(lost.event_id == event_id for lost in reason.decision.losers)
    ]
    if not found:
        message = "this event is neither a winner nor a loser of any entry of the state"
        for one in state.unrecognised:
            if one.event_id == event_id:
                message = f"the event is valid, but unrecognised [{one.code}]: it does not affect the state"
        raise click.UsageError(message, click.get_current_context())
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


def _no_entry(loaded: LoadedRecord, why: str) -> click.UsageError:
    """Return the error for a location without an entry: it lists the entries."""
    counts = Counter(reason.decision.pointer.split("/")[2] for reason in loaded.state.explain())
    alone = {reason.decision.pointer for reason in loaded.state.explain()}
    entries = [
        f"{name}/0" + (f" to {count - 1}" if count > 1 else "") if f"/current/{name}" not in alone else name
        for name, count in counts.items()
    ]
    message = f"{why}. There are entries at /current/ followed by: {', '.join(entries)}"
    if loaded.report.has_unverified_elements:
        # The most frequent cause: no policy was given, so that no event has a known key.
        message += (
            ". Only valid events have entries, and not every event is verified under this policy: pithbundle"
            " verify says which; --policy FILE names another policy"
        )
    return click.UsageError(message, click.get_current_context())


def _print(out: Output, loaded: LoadedRecord, reason: Explanation) -> None:
    decision = reason.decision
    out.line()
    out.heading("entry", decision.pointer)
    for line in _summary(out, loaded, reason):
        out.detail("content", line)
    out.detail("because", f"{decision.reason}: {SENTENCES[decision.reason]} [{reason.clause}]")
    for event in reason.winners:
        _event(out, loaded, "winners", event, "")
    for lost, event in reason.losers[:_LOSERS]:
        _event(out, loaded, "losers", event, f"{lost.reason}: {LOSING[lost.reason]} [{CLAUSES[lost.reason]}]")
    if len(reason.losers) > _LOSERS:
        out.detail("", f"and {plural(len(reason.losers) - _LOSERS, 'more loser')}")


def _event(out: Output, loaded: LoadedRecord, name: str, event: SignedEvent, why: str) -> None:
    out.detail(name, event_line(out, event))
    if why:
        out.detail("", why)
        for retraction in _retractions_of(loaded, event) if why.startswith("retracted") else ():
            out.detail("", f"by {short(retraction.event_id)}  {retraction.created_at}")
    out.detail("", f"at {where(out, loaded.locations[event.event_id])}")


def _retractions_of(loaded: LoadedRecord, event: SignedEvent) -> list[SignedEvent]:
    return [*loaded.ledger.retractions_of(event.event_id)][:_LOSERS]


# -- summary of an entry ---------------------------------------------------------------------


def _entry(loaded: LoadedRecord, pointer: str) -> Value:
    value: Value = loaded.state_value
    for name in pointer.split("/")[1:]:
        value = value[int(name)] if type(value) is list else value.get(name) if type(value) is dict else None
    return value


def _summary(out: Output, loaded: LoadedRecord, reason: Explanation) -> Iterator[str]:
    """Yield a summary of the entry: the scalars that merge reads, in the order of the event type's table."""
    entry = _entry(loaded, reason.decision.pointer)
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
        kind = loaded.ledger.rules.event_types[reason.winners[0].event_type]
        yield _members(out, entry.get("payload"), [name for name in kind.members if name != "event_type"])
        if "effect" in entry:
            yield f"effect: {out.show(entry['effect'])}"


def _members(out: Output, value: Value, names: Sequence[str]) -> str:
    if type(value) is not dict:
        return "no member that merge reads"
    parts = [
        f"{name} {out.show(value[name], _MEMBER)}" for name in names if type(value.get(name)) in (str, int)
    ]
    return _cut(", ".join(parts)) or "not shown in one line: use --json"


def _shown(out: Output, entry: Object, name: str) -> str:
    return out.show(entry.get(name), _MEMBER)


def _cut(text: str) -> str:
    return text if len(text) <= _SAYS else text[:_SAYS] + "…"


def _value(loaded: LoadedRecord, reason: Explanation) -> Object:
    locations: Object = {}
    for event in (*reason.winners, *(event for _, event in reason.losers)):
        locations[event.event_id] = loaded.locations[event.event_id].to_value()
    return {
        **reason.to_value(),
        "sentence": SENTENCES[reason.decision.reason],
        "entry": _entry(loaded, reason.decision.pointer),
        "locations": locations,
    }
