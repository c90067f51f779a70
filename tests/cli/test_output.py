"""Output: what reaches a stream, and that data never begins a line."""

from __future__ import annotations

import itertools
import json
import sys

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kit.command_line import HOSTILE, Stream, columns, unsafe
from pithbundle.cli.output import STATUS_STYLE, Exit, Output, json_pieces, worst
from pithbundle.verify.verdicts import VALID


def printed(out: Output, monkeypatch: pytest.MonkeyPatch, status: int = 0) -> tuple[int, str, str]:
    streams = Stream(), Stream()
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", streams[0])
        patch.setattr(sys, "stderr", streams[1])
        status = out.flush(status)
    return status, streams[0].bytes.getvalue().decode(), streams[1].bytes.getvalue().decode()


@pytest.mark.parametrize(
    "statuses, status",
    [([], 0), ([0, 0], 0), ([0, 3], 3), ([3, 2, 0], 2), ([2, 1, 3], 1), ([Exit.VALID, Exit.INVALID], 1)],
)
def test_the_worst_status_is_returned(statuses: list[int], status: int) -> None:
    for order in itertools.permutations(statuses):
        assert worst(order) == status


def test_only_valid_statuses_are_green() -> None:
    assert {word for word, style in STATUS_STYLE.items() if style == "good"} == VALID


def test_nothing_is_printed_before_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    out = Output(tty=False)
    out.line("one")
    out.note("two")
    assert printed(out, monkeypatch, 3) == (3, "one\n", "pithbundle: two\n")
    assert printed(out, monkeypatch) == (0, "", "")
    out.line("three")
    out.drop()
    assert printed(out, monkeypatch) == (0, "", "")


def test_text_without_show_is_escaped_too(monkeypatch: pytest.MonkeyPatch) -> None:
    out = Output(tty=False)
    for text in HOSTILE.values():
        out.line("number ", "plain", text)
        out.error(text)
        out.hint(text)
        out.note(text)
        out.detail("name", text)
        out.table(["name"], [[text]])
    _, shown, errors = printed(out, monkeypatch)
    assert not unsafe(shown) and not unsafe(errors)
    assert all(line.startswith(("number ", "  ")) for line in shown.splitlines())
    assert all(line.startswith("pithbundle: ") for line in errors.splitlines())


def test_backslashes_are_doubled_once(monkeypatch: pytest.MonkeyPatch) -> None:
    out = Output(tty=False)
    out.line("x ", "plain", out.show("a\\b\x1b"))
    assert printed(out, monkeypatch)[1] == "x a\\\\b\\u{1b}\n"


def test_json_is_ascii_and_exact(monkeypatch: pytest.MonkeyPatch) -> None:
    out = Output(tty=False)
    out.json([*HOSTILE.values(), "\x7f\x80\u2028"])
    shown = printed(out, monkeypatch)[1]
    assert shown.isascii() and not unsafe(shown)
    # A lone surrogate is in no JSON that a strict reader accepts.
    exact = [text.replace("\ud800", "\ufffd") for text in HOSTILE.values()]
    assert json.loads(shown) == [*exact, "\x7f\x80\u2028"]


def test_json_rejects_what_is_not_json() -> None:
    with pytest.raises(ValueError):
        list(json_pieces(float("nan")))


def test_json_is_printed_in_pieces_and_is_the_same() -> None:
    """A report of a million missing ids was kept in memory three times."""
    value = {"missing": [f"sha256:{number:064x}" for number in range(20_000)], "empty": [], "x": "\u202e"}
    pieces = list(json_pieces(value))
    assert b"".join(pieces) == json.dumps(value, indent=2).encode() + b"\n"
    assert len(pieces) > 5 and max(map(len, pieces)) < 500_000


def collected(out: Output) -> str:
    """The text of an output so far."""
    return b"".join(part if isinstance(part, bytes) else b"".join(part) for part in out._out).decode()


class TestFolding:
    # A drawn text rarely has a long run of wide characters.
    @example("漢" * 60, 40)
    @given(st.text(max_size=300), st.integers(20, 100))
    def test_no_piece_is_too_wide_and_data_never_begins_one(self, text: str, width: int) -> None:
        out = Output(tty=True, colour=False, width=width)
        out.heading("number", out.show(text))
        lines = collected(out).splitlines()
        assert all(columns(line) <= width for line in lines)
        assert lines[0].startswith("number")
        assert all(line.startswith("    ") for line in lines[1:])
        # Lines break at spaces, which are dropped; a word longer than a line is cut.
        unfolded = "".join("".join(lines).split())
        assert unfolded == "".join(("number        " + out.show(text)).split())

    @pytest.mark.parametrize("width", [20, 40, 60, 80, 100])
    def test_no_digest_and_no_word_of_one_line_is_broken(self, width: int) -> None:
        digest, event = "0123456789abcdef" * 4, "sha256:" + "f" * 64
        out = Output(tty=True, colour=False, width=width)
        out.detail("events", f"{digest} (events_sha256)")
        out.detail("missing", event)
        out.line(f"a line of short words, then {digest}, recomputed, matches the bundle, and {event}")
        text = collected(out)
        assert text.count(digest) == 2 and text.count(event) == 2
        words = set(text.split())
        assert {"(events_sha256)", "recomputed,", "bundle,", "missing", "short"} <= words
        assert all(line.startswith(" ") for line in text.splitlines()[1:-1] if "a line" not in line)

    def test_a_long_word_of_data_is_cut_and_indented(self) -> None:
        out = Output(tty=True, colour=False, width=40)
        out.heading("number", "x" * 26 + "verified")
        out.heading("number", "a" * 39 + "g" + "VALID:")
        lines = collected(out).splitlines()
        assert [line[:4] for line in lines] == ["numb", "    ", "numb", "    "]

    def test_a_word_at_the_edge(self, monkeypatch: pytest.MonkeyPatch) -> None:
        out = Output(tty=True, colour=False, width=40)
        out.line("  title ", "plain", out.show("x" * 32 + "verified      everything"))
        assert printed(out, monkeypatch)[1] == "  title " + "x" * 32 + "\n    verified      everything\n"

    def test_colour_covers_the_word_alone(self, monkeypatch: pytest.MonkeyPatch) -> None:
        out = Output(tty=True, colour=True, width=30)
        out.heading("invalid", "y" * 40)
        out.line("plain")
        assert printed(out, monkeypatch)[1] == (
            "\x1b[1;31minvalid\x1b[0m       " + "y" * 16 + "\n    " + "y" * 24 + "\nplain\n"
        )


class TestTable:
    ROWS = ("abc", "[bold]x[/] :smile:"), ("\x1b[2J", "y")

    def test_in_a_pipe(self, monkeypatch: pytest.MonkeyPatch) -> None:
        out = Output(tty=False)
        out.table(["id", "what"], [["abc", "x"], ["d", "yz"]])
        assert printed(out, monkeypatch)[1] == "  id   what\n  abc  x\n  d    yz\n"

    @pytest.mark.parametrize("colour", [False, True])
    def test_on_a_terminal(self, monkeypatch: pytest.MonkeyPatch, colour: bool) -> None:
        out = Output(tty=True, colour=colour, width=60)
        out.table(["id", "what"], self.ROWS)
        shown = printed(out, monkeypatch)[1]
        assert "[bold]x[/] :smile:" in shown and "\\u{1b}[2J" in shown
        assert ("\x1b[" in shown) is colour
        assert all(line.startswith((" ", "\x1b")) for line in shown.splitlines())

    def test_a_narrow_terminal_wraps_within_the_column(self, monkeypatch: pytest.MonkeyPatch) -> None:
        out = Output(tty=True, colour=False, width=30)
        out.table(["id", "what"], [["a" * 40, "verified " * 20]])
        lines = printed(out, monkeypatch)[1].splitlines()
        assert len(lines) > 5 and all(line.startswith(" ") and len(line) <= 30 for line in lines)


def test_a_stdout_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    out = Output(tty=False)
    out.line("x")
    error = Stream()
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", error)
    assert out.flush(0) == 2
    assert error.bytes.getvalue() == b"pithbundle: error: standard output: is closed\n"
