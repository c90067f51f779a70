"""The bound of every view (MERGE-10): n log n in events, linear in listed ids, whatever the events are.

Two measures. Executed lines are exact on any machine, but one line may hide a loop in C; the
processor's time of larger sets shows those too. Four times the events may cost at most six times
the lines, and ten times the time, where a quadratic view costs sixteen times.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from kit import crowds
from kit.command_line import run
from kit.results import merge
from kit.runs import spread
from pithbundle.merge.ledger import Ledger

EACH = pytest.mark.parametrize("name", crowds.CROWDS)


def lines(call: Callable[..., object], *arguments: Any) -> int:
    """How many lines of Python a call executes, loops and comprehensions counted each time round."""
    count = 0

    def local(frame: FrameType, event: str, arg: Any) -> Any:
        nonlocal count
        count += event == "line"
        return local

    before = sys.gettrace()
    sys.settrace(lambda frame, event, arg: local)
    try:
        call(*arguments)
    finally:
        sys.settrace(before)
    return count


def test_the_counter_counts_loops_and_comprehensions() -> None:
    def quadratic(size: int) -> object:
        return [[one for one in range(size)] for _ in range(size)]

    small, large = lines(quadratic, 50), lines(quadratic, 200)
    assert large > 14 * small


@EACH
def test_no_view_executes_lines_for_pairs_of_events(name: str) -> None:
    small, large = crowds.made(name, 120), crowds.made(name, 480)
    for view, look in crowds.VIEWS.items():
        few, many = lines(look, *small), lines(look, *large)
        assert many < 6 * few + 500, f"{view}: {few} lines, then {many}"


def seconds(rounds: int, call: Callable[..., object], *arguments: object) -> float:
    """The least processor time of a call; other processes on the machine do not count."""
    best = float("inf")
    for _ in range(rounds):
        start = time.thread_time()
        call(*arguments)
        best = min(best, time.thread_time() - start)
    return best


@pytest.mark.parametrize("name", spread(crowds.CROWDS, slow=("mixed",)))
def test_no_view_takes_time_for_pairs_of_events(name: str) -> None:
    small, large = crowds.made(name, 5_000), crowds.made(name, 20_000)
    # The collector walks everything in the process: its time is not the view's.
    gc.collect()
    gc.disable()
    try:
        for view, look in crowds.VIEWS.items():
            found = []
            for _ in range(3):
                few, many = seconds(3, look, *small), seconds(2, look, *large)
                found.append(many / max(few, 1e-3))
                if found[-1] < 10:
                    break
            assert min(found) < 10, f"{view}: {found}"
    finally:
        gc.enable()


#: The commands that show a merged set, each with the options that print everything.
COMMANDS = (
    ["verify", "--json"], ["verify"], ["merge", "-o"], ["status", "--json"],
    ["timeline", "--json"], ["timeline"], ["explain", "--json"], ["explain"],
    ["proof", "--json"], ["proof", "--out-dir"], ["export", "--out-dir"],
)  # fmt: skip


@pytest.mark.parametrize("name", ["revisions", "conflicts", "checkpoints", "one_checkpoint", "mixed"])
def test_no_command_executes_lines_for_pairs_of_events(name: str, tmp_path: Path) -> None:
    """``explain --json`` read the whole state back for each of its entries."""
    folders, files = [], []
    for count in (60, 240):
        folders.append(tmp_path / str(count))
        folders[-1].mkdir()
        files.append([str(path) for path in crowds.write(name, count, folders[-1])])
    for command in COMMANDS:
        found = []
        for folder, paths in zip(folders, files, strict=True):
            more = [str(folder / "-".join(command))] if command[-1] in ("-o", "--out-dir") else []
            line = [*command, *more, "--policy", str(folder / "policy.json"), *paths]
            found.append(lines(run, *line))
        few, many = found
        assert many < 6 * few + 500, f"{command}: {few} lines, then {many}"


def test_two_signed_occurrences_of_checkpoints_are_classified_once() -> None:
    """The smaller signature after the larger one made the ledger collect every list of ids again."""
    few, many = (lines(crowds.grown, crowds.made("checkpoints", count)[0]) for count in (150, 600))
    assert many < 5 * few


def test_the_ledger_that_grew_is_the_ledger_of_all() -> None:
    """What the crowds are for: dear sets, and the same answers however they come."""
    for name in crowds.CROWDS:
        parts, ledger = crowds.made(name, 150)
        grew = crowds.grown(parts)
        assert merge(*parts[::-1]).state_bytes == merge(*parts).state_bytes
        assert grew.completeness() == ledger.completeness()
        assert [moment.change for moment in grew.timeline()] == [m.change for m in ledger.timeline()]
        assert {event.event_id: event.signature for event in grew} == {
            event.event_id: event.signature for event in ledger
        }
        assert grew == ledger
        assert isinstance(grew, Ledger)
