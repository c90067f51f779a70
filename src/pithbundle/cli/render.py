"""A report as text, for verify on stdout and for merge on stderr (spec REPORT-1, DISPLAY-2).

The first line has the outcome, under a prefix that no data can have. The keys that were
used follow; then, for each record, faults before valid events. Only what the verdict of
an event allows is printed: claimed values are in parentheses, and the text of an unbound
event is not shown at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final, TypeVar

from pithbundle.bundle.event_format import EventFormat
from pithbundle.cli.check_files import CheckedFiles
from pithbundle.cli.json_values import policy_source
from pithbundle.cli.next_step import print_command, probe_words
from pithbundle.cli.output import Exit, Output, Style
from pithbundle.codes import CODES
from pithbundle.errors import Fault
from pithbundle.joined import Input, Listed, Location
from pithbundle.outcomes import EXIT_STATUS, Outcome
from pithbundle.report import Rejection, Report
from pithbundle.sentences import NOT_LISTED, conflict_sentence, nothing_missing_sentence
from pithbundle.statuses import BRIEFLY, WITHOUT_CODE, files_to_probe, why_not_applied
from pithbundle.verify.verdicts import CheckedEvent, Status, Verdict
from pithbundle.wording import more, plural

if TYPE_CHECKING:
    from pithbundle.verify.policy import Policy, PolicyKey

_T = TypeVar("_T")

#: The most lines of one kind; the rest is counted (threat C5).
MOST: Final = 100
#: The longest data in a column, in characters.
_CELL: Final = 40
_DIGITS: Final = 12
#: The longest pointer into an event, in characters.
_POINTER: Final = 80

#: The style of the outcome in capitals, with which the output begins.
OUTCOME_STYLE: Final[dict[Outcome, Style]] = {
    "rejected": "bad",
    "invalid": "bad",
    "conflict": "bad",
    "incomplete": "doubtful",
    "unverified": "doubtful",
    "valid": "good",
}

#: Worst first: the order of the counts and of the events.
_STATUSES: Final[tuple[Status, ...]] = (
    "invalid",
    "unbound",
    "unknown_format",
    "unknown_key",
    "not_signed",
    "not_checked",
    "unknown_type",
    "verified",
)


#: The text of each warning that depends on the clock; unsigned members are listed with their event.
DATED = {
    "warn_future": "is signed for a time in the future:",
    "warn_stale": "is the newest event, and older than --max-age:",
}


class ReportPrinter:
    """Prints reports to one output, with one limit on lines for all of them."""

    def __init__(
        self, out: Output, policy: Policy, policy_path: str | None, *, formats: bool | None = None
    ) -> None:
        """Make a printer; ``formats`` prints the format of each event, by default where there are several."""
        self.out = out
        documents = [one for one in policy.formats if isinstance(one, EventFormat)]
        self.formats = len(documents) > 1 if formats is None else formats
        self.policy = policy
        self.policy_path = policy_path
        self._left: Counter[str] = Counter()
        self._codes: dict[str, tuple[str, str, str]] = {}
        self._to_probe: dict[str, None] = {}

    def headline(self, checked_files: CheckedFiles, differing: int = 0) -> None:
        """Print the first line: the outcome, then the counts, those of the outcome first."""
        outcome = checked_files.outcomes[0]
        word, style = outcome.upper(), OUTCOME_STYLE[outcome]
        parts = [*counts(checked_files)]
        if differing:
            parts.insert(0, f"{plural(differing, 'difference')} in signed content from the expected state")
            if EXIT_STATUS[outcome] != Exit.INVALID:
                # The bundle is valid: the expected state does not follow from it.
                word, style = "DIFFERENT", "bad"
        self.out.line(f"{word}:", style, " " + ", ".join(parts))

    def whole(self, checked_files: CheckedFiles) -> None:
        """Print everything below the first line."""
        self._policy(checked_files.reports)
        for rejected in self._capped("rejected", checked_files.rejected, "rejected file"):
            self._rejected(rejected)
        for report in checked_files.reports:
            self.out.line()
            self.record(report)
        if self._codes:
            self.out.line()
        self.codes()

    def record(self, report: Report) -> None:
        """Print one record, faults before valid events."""
        self._to_probe |= files_to_probe(report)
        self._record(report)
        self._conflicts(report)
        self._receipts(report)
        self._events(report)
        self.warnings(report)

    def codes(self) -> None:
        """Print what the codes mean that were printed."""
        for code, (clause, meaning, hint) in self._codes.items():
            self.out.heading("why", f"{code} ({clause}): {meaning}")
            self.out.detail("hint", hint)
        if self._to_probe:
            print_command(self.out, "next", probe_words(self.out, [*self._to_probe], self.policy_path))

    # -- keys ---------------------------------------------------------------------

    def _policy(self, reports: Sequence[Report]) -> None:
        out, policy = self.out, self.policy
        out.heading("policy", policy_source(out, self.policy_path))
        out.detail("sha256", policy.sha256)
        used = _keys_used(reports)
        for key in policy.keys:
            if key in used:
                # A name alone is easy to imitate; the fingerprint is not (E5).
                status = "" if key.status == "active" else f", {key.status}"
                names = _name(out, key.signer_id, key.key_id)
                out.detail("key", f"{key.public_key.fingerprint_hex} {names}{status}")
        if not used:
            out.detail("key", "no signature by a key of this policy is valid in these files")

    # -- one record ---------------------------------------------------------------------

    def _rejected(self, rejected: Rejection) -> None:
        self.out.heading("rejected", self.out.file_name(rejected.name))
        self.out.detail("why", str(rejected.error))
        self.out.detail("hint", rejected.hint)

    def _record(self, report: Report) -> None:
        out = self.out
        first = report.inputs[0]
        out.heading("record", str(first.record.number))
        out.detail("sha256", f"{first.record.hex}, recomputed, matches the bundle")
        for given in report.inputs:
            out.detail("file", f"{out.file_name(given.name)}, {plural(len(given.events), 'element')}")
        for given, fault in self._capped("mismatch", [*_mismatches(report.inputs)], "mismatch", "mismatches"):
            where = out.show(f"{given.name}#{fault.pointer or ''}")
            out.detail("differs", f"{where}: {fault.message} [{fault.code}]; unsigned, without effect")
        if report.state is not None:
            self._completeness(report)
            out.detail("events", f"{report.state.events_sha256} (events_sha256)")
            out.detail("state", f"{report.state.sha256} (state_sha256)")

    def _completeness(self, report: Report) -> None:
        """Print completeness as MERGE-9 defines it, and claim no more."""
        out = self.out
        known = False
        for found in report.completeness:
            signer = out.show(found.signer, _CELL)
            if found.missing:
                known = True
                out.detail("missing", f"{plural(len(found.missing), 'event')} that {signer} listed")
                for name in self._capped("missing", found.missing, "missing id"):
                    out.detail("", name)
            elif found.as_of is not None:
                known = True
                out.detail("missing", nothing_missing_sentence(found, signer, short(found.as_of[1])))
        if not known:
            out.detail("missing", NOT_LISTED)

    def _conflicts(self, report: Report) -> None:
        groups = () if report.state is None else report.state.equivocations
        for group in self._capped("conflict", groups, "conflict"):
            signer = self.out.show(group.signer, _CELL)
            self.out.heading("conflict", conflict_sentence(group, signer), "bad")
            for name in self._capped("conflict id", group.event_ids, "id"):
                self.out.detail("id", name)

    def _receipts(self, report: Report) -> None:
        for location, receipt in self._capped("receipt", report.receipts, "receipt"):
            names = f"({_name(self.out, receipt.signer, receipt.key_id)})"
            if receipt.key is not None:
                names = self._key(receipt.key)
            carrier = "" if receipt.event_id is None else f" in {short(receipt.event_id)}"
            self.out.heading(receipt.verdict.status, f"receipt{carrier}, {names}{_coded(receipt.verdict)}")
            self._why(receipt.verdict, location)

    def _events(self, report: Report) -> None:
        listed = sorted(report.events, key=_order)
        wrong = [one for one in listed if not one.element.verdict.valid]
        valid = [one for one in listed if one.element.verdict.valid]
        width = max((len(_label(self.out, one.element)) for one in listed), default=0)
        nameless = self._capped(
            "without id", report.without_id, "element without an id", "elements without an id"
        )
        for one in nameless:
            claimed_type, verdict = one.element.claimed_type, one.element.verdict
            label = "" if claimed_type is None else f" ({self.out.show(claimed_type, _CELL)})"
            what = "malformed" if verdict.status == "invalid" else "element without an id"
            self.out.heading(verdict.status, f"{what}{label}{self._claim(one)}{_coded(verdict)}")
            self._why(verdict, one.location, "outside the profile: " if what == "malformed" else "")
            self._beside(one)
        for one in self._capped("wrong", wrong, "event that is not valid", "events that are not valid"):
            self._event(report, one, width)
        for one in self._capped("valid", valid, "valid event"):
            self._event(report, one, width)

    def _event(self, report: Report, one: Listed, width: int) -> None:
        out, element = self.out, one.element
        cells = [short(element.event_id or ""), _label(out, element).ljust(width)]
        if element.event is not None:
            cells += [str(element.event.created_at), self._key(element.event.key)]
        line = "  ".join(cells) + self._claim(one)
        out.heading(element.verdict.status, line.rstrip() + _coded(element.verdict))
        self._why(element.verdict, one.location)
        if self.formats:
            print_format(out, element)
        if element.verdict.status == "unbound":
            out.detail("text", "not known to be covered by a signature: not shown, not merged")
        if len(one.locations) > 1:
            out.detail("elements", f"{len(one.locations)}, joined by the recomputed id")
        self._beside(one)
        for reason in one.not_applied:
            out.detail("not applied", out.show(why_not_applied(report, one, reason)))

    def _claim(self, one: Listed) -> str:
        claim, claimed_id = one.element.claim, one.element.claimed_id
        claims = [] if claim is None else [_name(self.out, claim.signer_id, claim.key_id)]
        claims += [] if claimed_id is None else [f"id {self.out.show(short(claimed_id), _CELL)}"]
        return f"  (claims {', '.join(claims)})" if claims else ""

    def _beside(self, one: Listed) -> None:
        """Print the members of the elements that no signature covers."""
        if one.unsigned:
            shown = ", ".join(self.out.show(name, _CELL) for name in one.unsigned[:5])
            others = "" if len(one.unsigned) <= 5 else f" and {len(one.unsigned) - 5} more"
            self.out.detail("unsigned", f"{shown}{others}: ignored")

    def _key(self, key: PolicyKey) -> str:
        """Return the names of a key, and the start of its fingerprint if they are ambiguous (POL-6)."""
        names = _name(self.out, key.signer_id, key.key_id)
        shared = len(self.policy.keys_of(key.signer_id, key.key_id)) > 1
        return f"{names} {key.fingerprint[:_DIGITS]}" if shared else names

    def warnings(self, report: Report) -> None:
        """Print the warnings that depend on the clock (REPORT-4)."""
        dated = [warning for warning in report.warnings if warning.code in DATED]
        for warning in self._capped("warning", dated, "warning"):
            text = f"{short(warning.event_id or '')} {DATED[warning.code]} {self.out.show(warning.detail)}"
            self.out.heading("warning", f"{text}  [{warning.code}]")

    def _why(self, verdict: Verdict, location: Location, what: str = "") -> None:
        """Print the location and fault of a verdict; its code is explained at the end."""
        # Under an unknown format the fault of a known one is only a remark (CHECK-13).
        fault = verdict.fault
        coded = fault is not None and verdict.status not in ("unbound", "unknown_format")
        code = fault.code if fault is not None and coded else verdict.status
        if code == "verified":
            return
        if coded:
            info = CODES[code]
            self._codes.setdefault(code, (info.clause, info.meaning, info.hint))
        else:
            self._codes.setdefault(code, WITHOUT_CODE[code])
        if not verdict.valid:
            pointer = "" if fault is None else self.out.show(fault.pointer or "", _POINTER)
            message = "" if fault is None else fault.message
            if not coded:
                message = BRIEFLY[code] + (f"; under the format that was tried: {message}" if message else "")
            self.out.detail("at", f"{where(self.out, location)}{pointer}: {what}{message}")

    def _capped(self, sort: str, items: Sequence[_T], noun: str, many: str | None = None) -> Iterator[_T]:
        """Yield the items below the limit on lines; then print the number of the rest."""
        left = MOST - self._left[sort]
        self._left[sort] += min(left, len(items))
        yield from items[:left]
        if len(items) > left:
            self.out.line(f"  and {more(len(items) - left, noun, many)}")


# -- counts and names ------------------------------------------------------------


def counts(checked_files: CheckedFiles) -> Iterator[str]:
    """Yield the counts of the first line, in the order of the outcomes that they cause."""
    reports = checked_files.reports
    nameless = Counter(one.element.verdict.status for report in reports for one in report.without_id)
    conflicts = sum(len(report.state.equivocations) for report in reports if report.state)
    missing = sum(len(ids) for report in reports for _, ids, _ in report.completeness)
    events = Counter(one.element.verdict.status for report in reports for one in report.events)
    receipts = Counter(receipt.verdict.status for report in reports for _, receipt in report.receipts)

    def counted(status: Status) -> Iterator[str]:
        if nameless[status]:
            yield f"{plural(nameless[status], 'element')} {'malformed' if status == 'invalid' else status}"
        if events[status]:
            yield f"{plural(events[status], 'event')} {status}"
        if receipts[status]:
            yield f"{plural(receipts[status], 'receipt')} {status}"

    if not checked_files.all_reports and not checked_files.unreadable:
        yield "no bundle was found"
    if checked_files.unreadable:
        yield f"{plural(len(checked_files.unreadable), 'file')} unreadable"
    if checked_files.rejected:
        yield f"{plural(len(checked_files.rejected), 'file')} rejected"
    yield from counted("invalid")
    if conflicts:
        yield plural(conflicts, "conflict")
    if missing:
        yield f"{plural(missing, 'event')} missing that a checkpoint lists"
    unsigned = [report for report in reports if not report.signature_verifies]
    if unsigned:
        of = f" of {len(reports)} records" if len(reports) > 1 else ""
        what = f"in {len(unsigned)}{of} nothing" if of else "nothing in it"
        empty = not events and not receipts and not nameless
        yield f"{what} is signed by a key of the policy" + (": no events and no receipts" if empty else "")
    for status in _STATUSES[1:]:
        yield from counted(status)


def _keys_used(reports: Sequence[Report]) -> set[PolicyKey]:
    """The keys under which something verifies: by raw key, since several can share a name (POL-6)."""
    used: set[PolicyKey] = set()
    for report in reports:
        used |= {event.key for one in report.events if (event := one.element.event) is not None}
        used |= {receipt.key for _, receipt in report.receipts if receipt.key is not None}
    return used


def _mismatches(inputs: Iterable[Input]) -> Iterator[tuple[Input, Fault]]:
    return ((given, fault) for given in inputs for fault in given.mismatches)


def _order(one: Listed) -> tuple[int, str]:
    element = one.element
    return _STATUSES.index(
        element.verdict.status
    ), element.event.order if element.event else element.event_id or ""


def print_format(out: Output, element: CheckedEvent) -> None:
    """Print the event format under which an element was read, and what the others made of it (FORMAT-9)."""
    if element.event_format is not None:
        out.detail("format", f"{element.event_format.name} {element.event_format.sha256[:_DIGITS]}")
    for fault in element.remarks:
        out.detail("remark", f"under another event format: {fault.message}  [{fault.code}]")


def short(event_id: str) -> str:
    """Return the first digits of an id; ``--json`` has all of them."""
    return event_id.removeprefix("sha256:")[:_DIGITS]


def where(out: Output, location: Location) -> str:
    """A location in a line of text: the file, ``#`` and the pointer."""
    return out.show(f"{location.file}#{location.pointer}")


def _label(out: Output, element: CheckedEvent) -> str:
    label = out.show(element.claimed_type, _CELL)
    return label if element.verdict.valid else f"({label})"


def _name(out: Output, signer: str | None, key_id: str | None) -> str:
    return " ".join(out.show(name, _CELL) for name in (signer or "no signer", key_id or "no key"))


def _coded(verdict: Verdict) -> str:
    return "" if verdict.fault is None else f"  [{verdict.fault.code}, {verdict.fault.clause}]"
