"""``recompute --expect``: comparing what was written with another output (spec RECOMP-11)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import click

from pithbundle.cli.archive_inputs import failing
from pithbundle.cli.guard import is_inside
from pithbundle.cli.inputs import InputRejected
from pithbundle.cli.output import Exit, Output, Style
from pithbundle.cli.terminal import progress_bar
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import Object, portable
from pithbundle.errors import PithError
from pithbundle.files import write_stream
from pithbundle.mirror.published_digests import PublishedDigests, digests_at
from pithbundle.recompute.expect import (
    GROUPS,
    ComparisonSummary,
    OtherSide,
    OutputComparison,
    RecordDifference,
    RecordGroup,
)
from pithbundle.recompute.outputs import OutputReader
from pithbundle.wording import more, plural

#: How many records that differ are printed of each group, with how many pointers at most, and how many are
#: in the JSON.
MOST: Final = 20
MOST_IN_JSON: Final = 100
_WHAT: Final[dict[RecordGroup, tuple[str, Style]]] = {
    "signed": ("in signed content or the record", "bad"),
    "digest": (
        "in the digest of the mirror, of signed content and unverified elements; pithbundle mirror audit "
        "tells which",
        "doubtful",
    ),
    "unverified": ("in unverified elements; what they say cannot be checked", "doubtful"),
    "unsigned": ("in unsigned aliases and times; without effect", "doubtful"),
    "labels": ("in names, versions, counters and order; without effect", "quiet"),
}


@dataclass(frozen=True, slots=True)
class Listed:
    """One record that differs, without the values of both sides."""

    difference: RecordDifference
    pointers: tuple[str, ...]
    #: The number of differences of the two states.
    count: int

    @classmethod
    def of(cls, found: RecordDifference) -> Listed:
        """Keep what is printed of a record, the gravest differences first."""
        ordered = sorted(found.differences, key=lambda each: GROUPS.index(each.group))
        pointers = tuple(each.pointer for each in ordered[:MOST])
        return cls(replace(found, differences=()), pointers, len(found.differences))

    def to_value(self) -> Object:
        """Return it as JSON."""
        value = self.difference.to_value()
        del value["differences"]
        return {**value, "pointers": [*self.pointers], "pointer_count": self.count}


@dataclass(slots=True)
class Compared:
    """What a comparison found, and the first records of each group."""

    path: str
    #: The file with every record that differs.
    file: str | None
    summary: ComparisonSummary
    first: dict[RecordGroup, list[Listed]] = field(default_factory=dict)

    def note(self, difference: RecordDifference) -> None:
        """Keep a record that differs, if it is one of the first."""
        listed = self.first.setdefault(difference.group, [])
        if len(listed) < MOST_IN_JSON:
            listed.append(Listed.of(difference))


def open_expected(path: str | None, limits: Limits) -> OtherSide | None:
    """Open the other side before the work: an unusable one is a usage error.

    Raises:
        InputRejected: it is no output and no mirror, or cannot be read; with exit status 2.
    """
    if path is None:
        return None
    digests = digests_at(path)
    try:
        return OutputReader(path, limits) if digests is None else PublishedDigests(path, digests)
    except PithError as error:
        hint = (
            "--expect takes an output of recompute, its folder states, its digests.txt, or a mirror with "
            "pith-digests/head.json"
        )
        raise InputRejected(path, error, Exit.USAGE, hint) from error


def require_apart(output: str, expected: str | None, differences: str | None) -> None:
    """Check that the folder that is written contains neither the other output nor the file of differences.

    Raises:
        click.UsageError: it does, or there is such a file and nothing to compare with.
    """
    if differences is not None and expected is None:
        message = "--differences needs --expect: there is nothing to compare with"
        raise click.UsageError(message, click.get_current_context())
    for option, path in (("--expect", expected), ("--differences", differences)):
        if path is not None and is_inside(path, output):
            message = f"{option} {path} is in the folder that -o names: name another one"
            raise click.UsageError(message, click.get_current_context())


def compare(
    output: str, expected: OtherSide, limits: Limits, differences: str | None, force: bool
) -> Compared:
    """Compare the output that was written with another one, with a progress bar.

    The differences are written as lines of JSON.

    Raises:
        InputRejected: the other one is damaged or changed, or the file cannot be written.
    """
    with failing(output):
        ours = OutputReader(output, limits)
    with progress_bar("comparing", None) as bar:
        return _compared(OutputComparison(ours, expected, limits, bar), output, expected, differences, force)


def _compared(
    comparison: OutputComparison, output: str, expected: OtherSide, differences: str | None, force: bool
) -> Compared:
    compared = Compared(expected.path, differences, comparison.summary)

    def lines() -> Iterator[bytes]:
        try:
            for difference in comparison:
                compared.note(difference)
                yield json.dumps(difference.to_value()).encode("ascii") + b"\n"
        except PithError as error:
            hint = f"{output} is complete; only the comparison could not be finished"
            raise InputRejected(expected.path, error, Exit.USAGE, hint) from error

    if differences is None:
        for _ in lines():
            pass
    else:
        with failing(differences):
            write_stream(differences, lines(), force=force)
    return compared


def expected_value(compared: Compared | None) -> Object | None:
    """The comparison as JSON: its counts, and the first records that differ."""
    if compared is None:
        return None
    summary = compared.summary
    listed = [each for group in GROUPS for each in compared.first.get(group, ())]
    return {
        "file": portable(compared.path),
        "result": summary.result,
        "equal": summary.differing == 0 and not summary.is_apart,
        "other_basis": [*summary.basis],
        "records": {"ours": summary.ours, "theirs": summary.theirs},
        "groups": {group: summary.groups[group] for group in GROUPS},
        "hows": {how: summary.hows[how] for how in ("differs", "only ours", "only theirs")},
        "differences_file": None if compared.file is None else portable(compared.file),
        "differences": [each.to_value() for each in listed[:MOST_IN_JSON]],
    }


def print_expected(out: Output, compared: Compared) -> None:
    """Print how many records differ, by group, and the first ones."""
    summary, path = compared.summary, out.file_name(compared.path)
    out.line()
    if summary.basis:
        names = ", ".join(summary.basis)
        out.heading("expected", f"{path} was made with other values: {names}", "doubtful")
    if not summary.differing and not summary.is_apart:
        out.heading("equal", f"no record differs from {path}", "good")
        return
    if summary.result == "not_comparable":
        why = "not every element could be checked, or the two were not made alike"
        out.heading("expected", f"cannot be compared with {path}: {why}", "doubtful")
    if summary.is_apart:
        return
    records = plural(summary.differing, "record")
    both = f"{plural(summary.ours, 'record')} here, {summary.theirs} there"
    out.heading("expected", f"{records} {_verb(summary.differing)} from {path}; {both}", "plain")
    for group in GROUPS:
        if summary.groups[group]:
            what, style = _WHAT[group]
            out.heading(group, f"{plural(summary.groups[group], 'record')} {what}", style)
            _print_first(out, compared.first[group])
            if summary.groups[group] > MOST:
                out.line(f"  and {more(summary.groups[group] - MOST, 'record')}")
    if compared.file is not None:
        out.detail("all of them", out.show(compared.file))


def _verb(count: int) -> str:
    return "differs" if count == 1 else "differ"


def _print_first(out: Output, listed: Sequence[Listed]) -> None:
    for each in listed[:MOST]:
        names = [name for name, _, _ in each.difference.digests]
        inside = [pointer or "the whole" for pointer in each.pointers[:3]]
        left = each.count - len(inside)
        what = [*names, *inside, *([f"{left} more"] if left > 0 else [])]
        suffix = each.difference.suffix
        out.detail(each.difference.how, out.show(f"{suffix}{': ' if what else ''}{', '.join(what)}"))
