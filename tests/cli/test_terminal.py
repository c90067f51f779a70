"""Lines that fit a terminal, tables, and the progress bar."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.command_line import Stream, columns, process_env
from pithbundle.cli import terminal
from pithbundle.cli.terminal import char_width, chop, progress_bar, table_lines, text_width
from pithbundle.escape import visible

CELL = st.text(max_size=60).map(visible)


@pytest.mark.parametrize(
    "text, width",
    [
        ("", 0),
        ("abc", 3),
        ("e\u0301", 1),
        ("a\u20dd", 1),
        ("\u4e2d\uff36", 4),
        ("\U0001f600", 2),
        ("\u2630\U0001d300", 4),
        ("\u00e9\u2026", 2),
        # No Python knows it, so a newer terminal may draw it in two columns.
        ("\u0378", 2),
    ],
)
def test_the_columns_of_a_text(text: str, width: int) -> None:
    assert text_width(text) == width == sum(map(char_width, text))


@given(st.text(max_size=200), st.integers(2, 30))
def test_pieces_fit_and_are_the_text(text: str, width: int) -> None:
    pieces = chop(text, width)
    assert "".join(pieces) == text and pieces
    assert all(text_width(piece) <= width for piece in pieces)
    assert all(columns(piece) <= width for piece in pieces)


def test_a_character_wider_than_the_line_has_its_own_line() -> None:
    assert chop("a\u4e2db", 1) == ["a", "\u4e2d", "b"]


def test_a_table_is_padded_by_columns_and_not_by_characters() -> None:
    rows = [("id", "what"), ("\u4e2d\u4e2d", "x"), ("e\u0301", "y")]
    assert list(table_lines(rows)) == ["  id    what", "  \u4e2d\u4e2d  x", "  e\u0301     y"]


def test_a_cell_is_wrapped_within_its_column() -> None:
    lines = list(table_lines([("id", "what"), ("abc", "verified " * 2)], 14))
    assert lines == ["  id   what", "  abc  verifie", "       d verif", "       ied"]


@given(st.lists(st.tuples(CELL, CELL, CELL), min_size=1, max_size=4), st.integers(20, 60))
def test_a_table_fits_and_nothing_begins_a_line(rows: list[tuple[str, str, str]], width: int) -> None:
    for line in table_lines(rows, width):
        assert columns(line) <= width
        assert line == "" or line.startswith("  ")


class TestProgressBar:
    def drawn(self, monkeypatch: pytest.MonkeyPatch, term: str, tty: bool, hidden: bool = False) -> str:
        stream = Stream(tty=tty)
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("TERM", term)
        with progress_bar("packing", 4, hidden=hidden) as step:
            for done in range(1, 5):
                step(done)
        return stream.bytes.getvalue().decode()

    def test_it_counts_and_is_erased(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(terminal, "_INTERVAL", 0)
        drawn = self.drawn(monkeypatch, "xterm", tty=True).split("\r\x1b[K")
        assert [piece.split("]")[-1].split()[:2] for piece in drawn[1:-1]] == [
            ["packing", f"{n}/4"] for n in range(5)
        ]
        assert (drawn[0], drawn[-1]) == ("", "")
        assert drawn[3].startswith("[" + "#" * 20 + " " * 20 + "]")

    def test_it_does_not_draw_every_step(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(terminal, "_INTERVAL", 3600)
        drawn = self.drawn(monkeypatch, "xterm", tty=True)
        assert "0/4" in drawn and "4/4" in drawn and "2/4" not in drawn

    @pytest.mark.parametrize(
        "term, tty, hidden", [("dumb", True, False), ("xterm", False, False), ("xterm", True, True)]
    )
    def test_no_terminal_no_bar(
        self, monkeypatch: pytest.MonkeyPatch, term: str, tty: bool, hidden: bool
    ) -> None:
        assert self.drawn(monkeypatch, term, tty, hidden) == ""

    def test_nothing_to_do(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stream = Stream(tty=True)
        monkeypatch.setattr(sys, "stderr", stream)
        monkeypatch.setenv("TERM", "xterm")
        with progress_bar("packing", 0):
            pass
        assert stream.bytes.getvalue().decode() == f"\r\x1b[K[{' ' * 40}] packing 0/0 0:00\r\x1b[K"


class TestSteps:
    """A run in steps: bundles, rate, time left, rejected."""

    @staticmethod
    def drawn(
        monkeypatch: pytest.MonkeyPatch, calls: list[tuple[float, int, int]], width: str = "200"
    ) -> list[str]:
        """What is drawn at each time, for so many done and rejected of 1,000."""
        clock = 100.0
        monkeypatch.setattr("time.monotonic", lambda: clock)
        monkeypatch.setenv("TERM", "xterm")
        monkeypatch.setenv("COLUMNS", width)
        stream = Stream(tty=True)
        monkeypatch.setattr(sys, "stderr", stream)
        with progress_bar("starting", None) as bar:
            bar.begin("verifying", 1000)
            for now, done, rejected in calls:
                clock = 100.0 + now
                bar(done, rejected)
        return stream.bytes.getvalue().decode().split("\r\x1b[K")[2:-1]

    def test_bundles_rate_time_left_and_rejected(self, monkeypatch: pytest.MonkeyPatch) -> None:
        first, *rest = self.drawn(monkeypatch, [(2.0, 100, 0), (4.0, 200, 3), (20.0, 1000, 3)])
        assert first == f"[{' ' * 40}] verifying 0/1000 0:00"
        assert [each.split("] ")[1] for each in rest] == [
            "verifying 100/1000 0:02",
            "verifying 200/1000 0:04, 50/s, 0:16 left, 3 rejected",
            "verifying 1000/1000 0:20, 50/s, 3 rejected",
        ]

    def test_the_time_before_the_first_item_slows_no_rate(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Workers start, and connections open."""
        calls = [(5.0, 0, 0), (10.0, 10, 0), (11.0, 20, 0)]
        assert self.drawn(monkeypatch, calls)[1:] == [
            f"[{' ' * 40}] verifying 0/1000 0:05",
            f"[{' ' * 40}] verifying 10/1000 0:10",
            f"[{' ' * 40}] verifying 20/1000 0:11, 10/s, 1:38 left",
        ]

    def test_the_rate_is_that_of_the_last_seconds(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Results of an interrupted run come at once, and say nothing about the time that is left."""
        calls = [(0.5, 500, 0), *((float(at), 500 + at, 0) for at in range(1, 61))]
        assert self.drawn(monkeypatch, calls)[-1].endswith("verifying 560/1000 1:00, 1.0/s, 7:20 left")

    def test_hours(self, monkeypatch: pytest.MonkeyPatch) -> None:
        shown = self.drawn(monkeypatch, [(10.0, 1, 0), (4000.0, 2, 0)])[-1]
        assert "verifying 2/1000 1:06:40, " in shown and " left" in shown

    def test_no_line_is_wrapped(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for width in ("20", "40", "80", "100"):
            for each in self.drawn(monkeypatch, [(2.0, 100, 99999)], width):
                assert len(each) < int(width)

    def test_the_bar_of_a_step_becomes_shorter_and_never_longer(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A bar that came and went with the length of the text behind it flickered."""
        calls = [(2.0, 100, 0), (4.0, 200, 3), (20.0, 1000, 0)]
        assert self.drawn(monkeypatch, calls, "80") == [
            f"[{' ' * 40}] verifying 0/1000 0:00",
            f"[{'#' * 4:<40}] verifying 100/1000 0:02",
            f"[{'#' * 4:<24}] verifying 200/1000 0:04, 50/s, 0:16 left, 3 rejected",
            f"[{'#' * 24}] verifying 1000/1000 0:20, 50/s",
        ]
        assert self.drawn(monkeypatch, calls, "40") == [
            f"[{' ' * 15}] verifying 0/1000 0:00",
            f"[{'#':<13}] verifying 100/1000 0:02",
            "verifying 200/1000 0:04, 3 rejected",
            "verifying 1000/1000 0:20, 50/s",
        ]

    def test_a_step_without_a_total(self, monkeypatch: pytest.MonkeyPatch) -> None:
        clock = 0.0
        monkeypatch.setattr("time.monotonic", lambda: clock)
        monkeypatch.setenv("TERM", "xterm")
        stream = Stream(tty=True)
        monkeypatch.setattr(sys, "stderr", stream)
        with progress_bar("starting", None) as bar:
            bar.begin("reading", None)
            clock = 5.0
            bar(100)
            clock = 10.0
            bar(200)
        drawn = stream.bytes.getvalue().decode().split("\r\x1b[K")
        assert drawn[1:-1] == [
            "starting 0:00",
            "reading 0:00",
            "reading 100 0:05",
            "reading 200 0:10, 20/s",
        ]

    def test_no_terminal_no_steps(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stream = Stream(tty=False)
        monkeypatch.setattr(sys, "stderr", stream)
        with progress_bar("starting", None) as bar:
            bar.begin("reading", None)
            bar(1, 1)
        assert stream.bytes.getvalue() == b""


def test_no_command_needs_rich() -> None:
    """The text on a terminal was the only use of a package of twelve megabytes."""
    code = (
        "import sys; sys.modules['rich'] = None\n"
        "from pithbundle.cli.output import Output\n"
        "out = Output(tty=True, colour=True, width=20); out.table(['a', 'b'], [['x' * 40, 'y']])\n"
        "out.line('x' * 50); sys.exit(out.flush(0))"
    )
    done = subprocess.run([sys.executable, "-c", code], env=process_env(), capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
