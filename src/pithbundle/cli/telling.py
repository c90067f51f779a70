"""A report in words, for verify on stdout and for merge on stderr (spec REPORT-1, DISPLAY-2).

What matters comes first: one line with the outcome, under a prefix that no data can
stand at; then whose keys were used; then, for each record, what is wrong before what is
sound. Nothing is said of an event that its verdict does not allow: what is only claimed
stands in parentheses, and the text of an unbound event is not shown at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from pithbundle.cli.checking import Examined
from pithbundle.cli.output import Exit, Output, Style, fault_value
from pithbundle.errors import CODES, Fault
from pithbundle.merge import Merged
from pithbundle.model import Object, Value
from pithbundle.report import Input, Listed, Outcome, Refused, Report, place
from pithbundle.verdicts import Copy, Verdict

if TYPE_CHECKING:
    from pithbundle.policy import Policy

_T = TypeVar("_T")

#: The most lines of one sort before only a number is told (threats C5).
MOST: Final = 100
#: The longest data in a column, in characters.
_CELL: Final = 40
_DIGITS: Final = 12
#: The longest pointer into an event, in characters.
_POINTER: Final = 80

#: The first words of all, by exit status; an unread file proves nothing wrong.
_OUTCOME: Final[dict[int, tuple[str, Style]]] = {
    Exit.VALID: ("VALID:", "good"),
    Exit.INVALID: ("NOT VALID:", "bad"),
    Exit.USAGE: ("NOT VERIFIED:", "doubtful"),
    Exit.UNVERIFIED: ("NOT VERIFIED:", "doubtful"),
}

#: Worst first: the order of the counts and of the events.
_WORDS: Final = ("invalid", "unbound", "unknown_key", "not_signed", "unknown_type", "verified")

#: Clause and meaning of the words that can stand without a code, and what to do.
_WITHOUT_CODE: Final[dict[str, tuple[str, str, str]]] = {
    "not_signed": (
        "CHECK-2",
        "there is no signature, so nobody answers for it",
        "fetch the bundle from another mirror: this copy may have lost it",
    ),
    "unbound": (
        "CHECK-10",
        "a signature verifies, but it does not cover the text, which a mirror could have changed",
        "pithbundle probe FILE tries every known event rule",
    ),
    "unknown_type": (
        "CHECK-10",
        "the signature verifies; these merge rules have no such type, so it is listed and not applied",
        "look for a newer pithbundle",
    ),
}


#: What is said of such an event where it is listed.
_BRIEFLY: Final = {"not_signed": "no signature", "unbound": "only a digest that it states is signed"}


def plural(count: int, noun: str, many: str | None = None) -> str:
    """``1 event``, ``2 events``; ``many`` where the plural takes more than an s."""
    return f"{count} {noun if count == 1 else many or noun + 's'}"


def more(count: int, noun: str, many: str | None = None) -> str:
    """``3 more events``, for what there was no room to list."""
    return plural(count, f"more {noun}", many and f"more {many}")


#: What a warning by the caller's clock says; what is unsigned stands with its event.
_DATED = {
    "warn_future": "is signed for a time that has not come:",
    "warn_stale": "is the newest event, and older than you ask for:",
}


class Telling:
    """Tells reports to one output, with one bound on lines for all of them."""

    def __init__(self, out: Output, policy: Policy, policy_path: str | None) -> None:
        self.out = out
        self.policy = policy
        self.policy_path = policy_path
        self._left: Counter[str] = Counter()
        self._codes: dict[str, tuple[str, str, str]] = {}

    def headline(
        self, examined: Examined, reports: Sequence[Report], status: int, differing: int = 0
    ) -> None:
        """Say the first line: the outcome and the counts behind it."""
        word, style = _OUTCOME[status]
        parts = [*_counts(examined, reports)]
        if differing:
            parts.insert(0, f"{plural(differing, 'difference')} in signed content from the expected state")
            if not any(report.outcome == "invalid" for report in reports) and not examined.refused:
                # The bundle is sound; it is the other state that is not what follows from it.
                word, style = "DIFFERENT:", "bad"
        self.out.line(word, style, " " + ", ".join(parts))

    def whole(self, examined: Examined, reports: Sequence[Report]) -> None:
        """Say everything below the first line."""
        self._policy(reports)
        for refused in self._capped("refused", examined.refused, "refused file"):
            self._refused(refused)
        for report in reports:
            self.out.line()
            self._record(report)
            self._conflicts(report)
            self._receipts(report)
            self._events(report, examined)
            self._warnings(report)
        if self._codes:
            self.out.line()
        for word, (clause, meaning, hint) in self._codes.items():
            self.out.verdict("why", f"{word} ({clause}): {meaning}")
            self.out.detail("hint", hint)

    # -- whose keys ---------------------------------------------------------------------

    def _policy(self, reports: Sequence[Report]) -> None:
        out, policy = self.out, self.policy
        source = "built in: the registry's key alone"
        if self.policy_path is not None:
            source = out.place(self.policy_path)
        out.verdict("policy", source)
        out.detail("sha256", policy.sha256)
        used = _keys_used(reports)
        for key in policy.keys:
            if (key.signer_id, key.key_id) in used:
                # A name alone is easy to imitate; the fingerprint is not (E5).
                status = "" if key.status == "active" else f", {key.status}"
                names = _name(out, key.signer_id, key.key_id)
                out.detail("key", f"{key.public_key.fingerprint_hex} {names}{status}")
        if not used:
            out.detail("key", "no signature by a key of this policy is valid here")

    # -- one record ---------------------------------------------------------------------

    def _refused(self, refused: Refused) -> None:
        fault = refused.error.fault
        self.out.verdict("refused", self.out.place(refused.name))
        self.out.detail("why", str(refused.error))
        self.out.detail("hint", CODES[fault.code].hint)

    def _record(self, report: Report) -> None:
        out = self.out
        first = report.inputs[0].checked
        out.verdict("record", str(first.number))
        out.detail("sha256", f"{first.record.hex}, recomputed, as stated")
        for given in report.inputs:
            out.detail("file", f"{out.place(given.name)}, {plural(len(given.checked.copies), 'event')}")
        for given, fault in self._capped(
            "stated", [*_stated(report.inputs)], "stated member that differs", "stated members that differ"
        ):
            where = out.show(place(given.name, fault.pointer or ""))
            out.detail("differs", f"{where}: {fault.message} [{fault.code}]; unsigned, without effect")
        if report.merged is not None:
            self._completeness(report.merged)
            out.detail("events", f"{report.merged.events_sha256} (events_sha256)")
            out.detail("state", f"{report.merged.state_sha256} (state_sha256)")

    def _completeness(self, merged: Merged) -> None:
        """The words of MERGE-9, and no more of completeness than they say."""
        out = self.out
        known = False
        for signer, missing, as_of in merged.ledger.completeness():
            if missing:
                known = True
                out.detail(
                    "missing", f"{plural(len(missing), 'event')} that {out.show(signer, _CELL)} listed"
                )
                for name in self._capped("missing", missing, "missing id"):
                    out.detail("", name)
            elif as_of is not None:
                known = True
                moment = f"{as_of[0]} {short(as_of[1])}"
                out.detail("missing", f"nothing that {out.show(signer, _CELL)} listed by {moment} is missing")
        if not known:
            out.detail("missing", "unknown: no checkpoint says which events there are")

    def _conflicts(self, report: Report) -> None:
        groups = () if report.merged is None else report.merged.view.equivocations
        for group in self._capped("conflict", groups, "conflict"):
            signer = self.out.show(group.signer, _CELL)
            what = (
                f"{group.event_type}: {len(group.event_ids)} events signed by {signer} contradict each other"
            )
            self.out.verdict("conflict", what, "bad")
            for name in self._capped("conflict id", group.event_ids, "id"):
                self.out.detail("id", name)

    def _receipts(self, report: Report) -> None:
        for where, receipt in self._capped("receipt", report.receipts, "receipt"):
            names = _name(self.out, receipt.signer, receipt.key_id)
            if not receipt.verdict.valid:
                names = f"({names})"
            carrier = "" if receipt.event_id is None else f" in {short(receipt.event_id)}"
            self.out.verdict(receipt.verdict.word, f"receipt{carrier}, {names}{_coded(receipt.verdict)}")
            self._why(receipt.verdict, where)

    def _events(self, report: Report, examined: Examined) -> None:
        listed = sorted(report.events, key=_order)
        wrong = [one for one in listed if not one.copy.verdict.valid]
        sound = [one for one in listed if one.copy.verdict.valid]
        width = max((len(_label(self.out, one.copy)) for one in listed), default=0)
        for where, copy in self._capped("malformed", report.malformed, "malformed element"):
            label = f" ({self.out.show(copy.label, _CELL)})" if copy.label is not None else ""
            self.out.verdict("invalid", f"malformed{label}{_coded(copy.verdict)}")
            self._why(copy.verdict, where, "outside the profile: ")
        for one in self._capped("wrong", wrong, "event that is not valid", "events that are not valid"):
            self._event(one, width, examined)
        misfits = {} if report.merged is None else _misfits(report.merged)
        for one in self._capped("sound", sound, "valid event"):
            self._event(one, width, examined)
            event = one.copy.event
            if event is None or report.merged is None:
                continue
            if event.event_id in misfits:
                code = misfits[event.event_id]
                self.out.detail("not applied", f"does not fit its kind [{code}]: {CODES[code].meaning}")
            if report.merged.ledger.is_retracted(event):
                self.out.detail("not applied", "retracted by its signer")

    def _event(self, one: Listed, width: int, examined: Examined) -> None:
        out, copy = self.out, one.copy
        cells = [short(copy.event_id or ""), _label(out, copy).ljust(width)]
        if copy.event is not None:
            cells += [copy.event.created_at, _name(out, copy.event.signer, copy.event.key.key_id)]
        elif one.places[0] in examined.claims:
            cells.append(f"(claims {_name(out, *examined.claims[one.places[0]])})")
        out.verdict(copy.verdict.word, "  ".join(cells).rstrip() + _coded(copy.verdict))
        where = next(spot for spot in one.places if spot.endswith("#" + copy.pointer))
        self._why(copy.verdict, where)
        if copy.verdict.word == "unbound":
            out.detail("text", "not covered by the signature: not shown, not merged")
        if len(one.places) > 1:
            out.detail("copies", f"{len(one.places)}, joined by the recomputed id")
        if one.unsigned:
            shown = ", ".join(out.show(name, _CELL) for name in one.unsigned[:5])
            more = "" if len(one.unsigned) <= 5 else f" and {len(one.unsigned) - 5} more"
            out.detail("unsigned", f"{shown}{more}: dropped")

    def _warnings(self, report: Report) -> None:
        told = [warning for warning in report.warnings if warning.code in _DATED]
        for warning in self._capped("warning", told, "warning"):
            said = f"{short(warning.event_id or '')} {_DATED[warning.code]} {self.out.show(warning.detail)}"
            self.out.verdict("warning", f"{said}  [{warning.code}]")

    def _why(self, verdict: Verdict, where: str, what: str = "") -> None:
        """Say where a verdict comes from, and note its code for the end."""
        fault = verdict.fault
        word = verdict.word if fault is None else fault.code
        if word == "verified":
            return
        if fault is None:
            self._codes.setdefault(word, _WITHOUT_CODE[word])
        else:
            info = CODES[fault.code]
            self._codes.setdefault(word, (info.clause, info.meaning, info.hint))
        if not verdict.valid:
            pointer = "" if fault is None else self.out.show(fault.pointer or "", _POINTER)
            said = _BRIEFLY[word] if fault is None else fault.message
            self.out.detail("at", f"{self.out.show(where)}{pointer}: {what}{said}")

    def _capped(self, sort: str, items: Sequence[_T], noun: str, many: str | None = None) -> Iterator[_T]:
        """The items that there is room to tell; then the number of the rest, in one line."""
        left = MOST - self._left[sort]
        self._left[sort] += min(left, len(items))
        yield from items[:left]
        if len(items) > left:
            self.out.line(f"  and {more(len(items) - left, noun, many)}")


# -- what is told, as plain values ------------------------------------------------------------


def _counts(examined: Examined, reports: Sequence[Report]) -> Iterator[str]:
    """The counts of the first line, what is wrong before what is sound."""
    malformed = sum(len(report.malformed) for report in reports)
    conflicts = sum(len(report.merged.view.equivocations) for report in reports if report.merged)
    events = Counter(one.copy.verdict.word for report in reports for one in report.events)
    receipts = Counter(receipt.verdict.word for report in reports for _, receipt in report.receipts)
    if examined.unread:
        yield f"{plural(len(examined.unread), 'file')} not read"
    if examined.refused:
        yield f"{plural(len(examined.refused), 'file')} refused"
    if conflicts:
        yield plural(conflicts, "conflict")
    if malformed:
        yield f"{plural(malformed, 'element')} malformed"
    for word in _WORDS:
        if events[word]:
            yield f"{plural(events[word], 'event')} {word}"
        if receipts[word]:
            yield f"{plural(receipts[word], 'receipt')} {word}"
    if reports and not events and not receipts and not malformed:
        yield "nothing in it is signed: no events and no receipts"


def _keys_used(reports: Sequence[Report]) -> set[tuple[str | None, str | None]]:
    used: set[tuple[str | None, str | None]] = set()
    for report in reports:
        used |= {(e.signer, e.key.key_id) for one in report.events if (e := one.copy.event) is not None}
        used |= {(r.signer, r.key_id) for _, r in report.receipts if r.verdict.valid}
    return used


def _misfits(merged: Merged) -> dict[str, str]:
    return {event.event_id: code for event, code in merged.view.unrecognised if code != "unknown_type"}


def _stated(inputs: Iterable[Input]) -> Iterator[tuple[Input, Fault]]:
    return ((given, fault) for given in inputs for fault in given.checked.stated)


def _order(one: Listed) -> tuple[int, str]:
    copy = one.copy
    return _WORDS.index(copy.verdict.word), copy.event.order if copy.event else copy.event_id or ""


def short(event_id: str) -> str:
    """Enough digits of an id to find it by; the report for programs has them all."""
    return event_id.removeprefix("sha256:")[:_DIGITS]


def _label(out: Output, copy: Copy) -> str:
    label = out.show(copy.label, _CELL)
    return label if copy.verdict.valid else f"({label})"


def _name(out: Output, signer: str | None, key_id: str | None) -> str:
    return " ".join(out.show(name, _CELL) for name in (signer or "no signer", key_id or "no key"))


def _coded(verdict: Verdict) -> str:
    return "" if verdict.fault is None else f"  [{verdict.fault.code}, {verdict.fault.clause}]"


# -- for programs -----------------------------------------------------------------------------


def policy_value(policy: Policy, policy_path: str | None) -> Object:
    """Which policy was in force, for ``--json``; its text is that of ``policy show``."""
    return {"file": policy_path, "keys": len(policy.keys), "policy_sha256": policy.sha256}


def refused_value(refused: Iterable[Refused]) -> list[Value]:
    """Inputs that were refused or not read, for ``--json``."""
    return [{"input": one.name, **fault_value(one.error.fault), "hint": one.error.hint} for one in refused]


def overall(status: int) -> Outcome:
    """The outcome that an exit status stands for (REPORT-2)."""
    if status == Exit.VALID:
        return "valid"
    return "invalid" if status == Exit.INVALID else "unverified"
