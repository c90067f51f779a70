"""``pithbundle diff``: the differences between two bundles, states or reports, by events and verdicts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import click

from pithbundle.bundle.document import ReadDocument
from pithbundle.bundle.document_types import (
    BUNDLE,
    GRAPH,
    RECORD_DOCUMENT,
    REPORT,
    STATE,
    Document,
    recognise,
)
from pithbundle.cli.fact_lines import diff_facts
from pithbundle.cli.inputs import (
    PATH,
    encoding_option,
    json_option,
    limit_option,
    policy_option,
    read_bytes,
    read_policy,
    rejecting,
    require_single_stdin,
)
from pithbundle.cli.json_values import policy_value
from pithbundle.cli.next_step import print_command, probe_words
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.render import MOST, short
from pithbundle.comparison.facts import OF_FACTS, Facts, facts_of_document, facts_of_report
from pithbundle.comparison.published import INPUTS, for_written
from pithbundle.comparison.sides import Diff, Judged, Side, diff_sides, side_of_report, side_of_value
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding, Parsed, detect_encoding
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.report import Report
from pithbundle.verifier import Verifier
from pithbundle.wording import more, plural

#: The longest value shown beside a difference, in characters.
_VALUE: Final = 120
_CELL: Final = 40
#: What can be compared in verdicts and entries (DIFF-1), and in facts (DIFF-3).
_SIDES: Final = (BUNDLE, STATE, REPORT)
_OF_FACTS: Final = (BUNDLE, STATE, RECORD_DOCUMENT, GRAPH)


@dataclass(frozen=True, slots=True)
class _File:
    """One side as read: nothing of it is checked yet."""

    path: str
    data: bytes
    encoding: Encoding
    parsed: Parsed

    @property
    def kind(self) -> Document:
        """What it is by its own account (DOC-1)."""
        return recognise(self.parsed.value)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads both sides under the same policy and limits.

    Every method raises InputRejected for a file that cannot be compared; status 2, because 1 means
    that two sides differ.
    """

    verifier: Verifier
    encoding: Encoding | None

    def read(self, path: str) -> _File:
        """Read one side."""
        wide = for_written(self.verifier.limits)
        data = read_bytes(path, wide.size, Exit.USAGE, expected=_SIDES, inputs=INPUTS)
        with rejecting(path, Exit.USAGE, data=data, expected=_SIDES):
            encoding = self.encoding or detect_encoding(data)
            if encoding == "cbor":
                from pithbundle.encoding.cbor import read_cbor as read
            else:
                from pithbundle.encoding.json_reader import read_json as read
            parsed = read(data, wide, confine="events", depth=wide.bundle_depth)
            return _File(path, data, encoding, parsed)

    def side(self, file: _File) -> Side:
        """Return the verdicts and the state of one side (DIFF-1)."""
        with rejecting(file.path, Exit.USAGE, data=file.data, expected=_SIDES):
            value = file.parsed.value
            if type(value) is dict and "bundle_type" not in value:
                return side_of_value(file.parsed.whole())
            return side_of_report(self._report(file))

    def facts(self, file: _File) -> Facts:
        """Return the facts of one side (DIFF-3)."""
        with rejecting(file.path, Exit.USAGE, data=file.data, expected=_OF_FACTS):
            if file.kind is BUNDLE:
                return facts_of_report(self._report(file))
            return facts_of_document(ReadDocument(file.kind, file.encoding, file.parsed.whole()))

    def _report(self, file: _File) -> Report:
        return self.verifier.verify(file.data, encoding=self.encoding).report(file.path)


@click.command(
    "diff",
    epilog="\b\nExamples:\n  pithbundle diff old.json new.json\n"
    "  pithbundle diff bundle.json state.json --policy mine.json\n"
    "  pithbundle diff record-document.json state.json\n"
    "  pithbundle diff --json mine.report.json theirs.report.json | jq .events\n\n"
    "Exit status: 0 equal; 1 different; 2 usage error, or an unusable file; "
    "3 equal but for unverified elements.",
)
@click.argument("left", metavar="A", type=PATH)
@click.argument("right", metavar="B", type=PATH)
@policy_option
@encoding_option
@limit_option
@json_option
@click.pass_obj
def command(
    out: Output,
    left: str,
    right: str,
    policy_path: str | None,
    encoding: Encoding | None,
    limits: Limits,
) -> int:
    """List the differences between A and B: each a bundle, a state.json or a report.

    The record, the verdict and code of every event, the entries of the states and the
    reasons for them are compared; the text of the files is not. Information that only one
    kind of file contains is not a difference. A bundle is checked under your policy; the
    content of a state or a report is not verified. Sides that differ in unverified elements
    alone are neither equal nor different: what these elements say cannot be checked.

    A side may also be a record document or a graph document. Then the facts that both sides
    have are compared: of the record, the paper and the graph snapshot.
    """
    require_single_stdin(policy_path, left, right)
    policy = read_policy(policy_path)
    reader = _Reader(Verifier(policy, limits=limits), encoding)
    left_file, right_file = reader.read(left), reader.read(right)
    if OF_FACTS & {left_file.kind, right_file.kind}:
        sides = (left, reader.facts(left_file)), (right, reader.facts(right_file))
        return diff_facts(out, *sides, policy_value(policy, policy_path))
    ours, theirs = reader.side(left_file), reader.side(right_file)
    found = diff_sides(ours, theirs)
    outcome, status = _outcome(found)
    if out.as_json:
        return out.result(
            outcome,
            status,
            {
                "left": _side(left, ours),
                "right": _side(right, theirs),
                "policy": policy_value(policy, policy_path),
                **_value(found),
                "unverified": [
                    {"side": name, "element_sha256": identity}
                    for name, side, other in (("left", ours, theirs), ("right", theirs, ours))
                    for identity, _ in side.only_here(other)
                ],
            },
        )
    _print(out, found, (left, ours), (right, theirs), policy_path)
    return status


def _outcome(found: Diff) -> tuple[str, Exit]:
    """The outcome and the exit status: nothing is known of unverified elements that differ (DIFF-2)."""
    if found.only_unverified_differ:
        return "unverified_differs", Exit.UNVERIFIED
    return ("equal", Exit.VALID) if found.equal else ("different", Exit.INVALID)


def _print(
    out: Output, found: Diff, left: tuple[str, Side], right: tuple[str, Side], policy_path: str | None
) -> None:
    counts = [
        *([] if found.same_record else ["another record"]),
        *([plural(len(found.events), "event")] if found.events else []),
        *([plural(len(found.state), "entry", "entries") + " of the state"] if found.state else []),
        *([plural(len(found.decisions), "reason")] if found.decisions else []),
    ]
    beside = f"; {', '.join(counts)} without effect" if counts else ""
    if found.only_unverified_differ:
        words = " the same verified events and entries; what differs cannot be checked"
        out.line("UNVERIFIED ELEMENTS DIFFER:", "doubtful", words)
    elif found.equal:
        out.line("EQUAL:", "good", f" the same verdicts and entries{beside}")
    else:
        out.line("DIFFERENT:", "bad", " " + ", ".join(counts))
    for name, (path, side) in (("left", left), ("right", right)):
        number = "no record" if side.pith_number is None else out.show(side.pith_number, _CELL)
        suffix = "" if side.form == "bundle" else ", not checked"
        if side.unverified:
            suffix += f"; {plural(side.unverified, 'unverified element')}, compared by identity"
        out.heading(name, f"{out.file_name(path)}: a {side.form} of {number}{suffix}")
    for change in found.events[:MOST]:
        label = next((j.event_type for j in (change.left, change.right) if j and j.event_type), None)
        kind = "" if label is None else f"  {out.show(label, _CELL)}"
        out.heading("event", f"{out.show(short(change.event_id), _CELL)}{kind}")
        out.detail("left", _judged(out, change.left, left[1]))
        out.detail("right", _judged(out, change.right, right[1]))
    _rest(out, len(found.events), "event")
    _unverified(out, left[1], right[1])
    for difference in found.state[:MOST]:
        pointer = out.show(difference.pointer or "the whole", _VALUE)
        how = {"only ours": "only left", "only theirs": "only right"}.get(difference.how, "differs")
        group = "" if difference.group == "signed" else f", {difference.group}"
        out.heading("state", f"{pointer}: {how}{group}")
        if how != "only right":
            out.detail("left", _brief(out, difference.ours))
        if how != "only left":
            out.detail("right", _brief(out, difference.theirs))
    _rest(out, len(found.state), "entry", "entries")
    for winners, one, other in found.decisions[:MOST]:
        out.heading("reason", f"{', '.join(map(short, winners[:5]))}: left {one}, right {other}")
    _rest(out, len(found.decisions), "reason")
    for label, mine, other_value in found.labels:
        out.heading("label", label)
        out.detail("left", _brief(out, mine))
        out.detail("right", _brief(out, other_value))
    if found.only_unverified_differ:
        bundles = [path for path, side in (left, right) if side.form == "bundle"]
        if bundles:
            print_command(out, "next", probe_words(out, bundles, policy_path))


def _unverified(out: Output, left: Side, right: Side) -> None:
    """The unverified elements that one side has and the other has not, with where they are (UNV-1)."""
    both = (("left", left, right), ("right", right, left))
    only = [(name, *each) for name, side, other in both for each in side.only_here(other)]
    for name, identity, element in only[:MOST]:
        kind = element.get("event_type")
        label = f"  {out.show(kind, _CELL)}" if type(kind) is str else ""
        out.heading("unverified", f"{out.show(identity[:12], _CELL)}{label}")
        locations = element.get("locations")
        first = locations[0] if type(locations) is list and locations else None
        pointer = first.get("pointer") if type(first) is dict else None
        where = f" at {out.show(pointer, _VALUE)}" if type(pointer) is str else ""
        out.detail(name, f"{out.show(element.get('verdict'), _CELL)}{where}")
        out.detail("right" if name == "left" else "left", "not among its unverified elements")
    _rest(out, len(only), "unverified element")


def _rest(out: Output, count: int, noun: str, many: str | None = None) -> None:
    if count > MOST:
        out.line(f"  and {more(count - MOST, noun, many)}")


def _judged(out: Output, judged: Judged | None, side: Side) -> str:
    if judged is None:
        return "not shown in a state" if side.form == "state" else "absent"
    if judged.verdict is None:
        return "current" if judged.code is None else f"unrecognised  [{out.show(judged.code, _CELL)}]"
    code = "" if judged.code is None else f"  [{out.show(judged.code, _CELL)}]"
    claimed = ", by its claimed id: it could not be checked" if judged.claimed else ""
    return out.show(judged.verdict, _CELL) + code + claimed


def _brief(out: Output, value: Value) -> str:
    return out.show(encode(value).decode(), _VALUE)


def _side(path: str, side: Side) -> Object:
    return {"file": portable(path), "document_type": side.form, "pith_number": side.pith_number}


def _value(found: Diff) -> Object:
    return {
        "same_record": found.same_record,
        "events": [
            {"event_id": c.event_id, "left": _judged_value(c.left), "right": _judged_value(c.right)}
            for c in found.events
        ],
        "state": [
            {"group": d.group, "how": d.how.replace("ours", "left").replace("theirs", "right"),
             "pointer": d.pointer, "left": d.ours, "right": d.theirs}
            for d in found.state
        ],
        "decisions": [
            {"event_ids": [*winners], "left": one, "right": other} for winners, one, other in found.decisions
        ],
        "labels": [{"name": name, "left": one, "right": other} for name, one, other in found.labels],
        "facts": [],
    }  # fmt: skip


def _judged_value(judged: Judged | None) -> Value:
    if judged is None:
        return None
    value: Object = {"event_type": judged.event_type, "verdict": judged.verdict, "code": judged.code}
    # Only where it is so: the id is else the recomputed one.
    return {**value, "claimed": True} if judged.claimed else value
