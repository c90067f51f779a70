"""What the pages show is what happens: every block of commands or Python is run, every output compared."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

import pytest

from docsite import markdown
from kit import command_tree, pages
from kit.data import REPO

#: ``PITHBUNDLE_UPDATE=1`` writes the outputs into the pages; read the difference.
UPDATE: Final = os.environ.get("PITHBUNDLE_UPDATE") == "1"
RUN: Final = [
    name for name in pages.PAGES if {"console", "python"} & {b.language for b in pages.parse(name).blocks}
]
#: What a reader opens before the guides.
FIRST: Final = ("README.md", "docs/quick-start.md")
#: A file that a command of a page writes.
_WRITTEN: Final = re.compile(r"(?:-o|--report) ([a-z-]+\.json)")


@pytest.mark.parametrize("name", RUN)
def test_each_page_shows_what_happens(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = pages.scratch(tmp_path)
    monkeypatch.chdir(tmp_path)
    page = pages.parse(name)
    shown = [*pages.console(page, session), *pages.python(page, session)]
    if UPDATE:
        pages.update(name, shown)
        return
    for item in shown:
        assert item.agrees(), f"{name}, {item.what}:\n" + "\n".join(item.found)


def test_what_the_first_pages_write_in_a_checkout_is_ignored() -> None:
    """Otherwise it would be a file of the repository for these tests, and the pages could not be followed."""
    written = {name for page in FIRST for name in _WRITTEN.findall((REPO / page).read_text(encoding="utf-8"))}
    ignored = {line[1:] for line in (REPO / ".gitignore").read_text(encoding="utf-8").splitlines()}
    assert {"demo-state.json", "state.json"} <= written <= ignored


@pytest.mark.slow
def test_the_pages_can_be_followed_in_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one shell, in the order in which the README offers them: none finds its outputs there already."""
    session = pages.scratch(tmp_path)
    monkeypatch.chdir(tmp_path)
    followed = [name for name in RUN if name in FIRST or name.startswith("docs/guides/")]
    assert followed[:2] == list(FIRST) and len(followed) > 6
    for name in followed:
        for item in pages.console(pages.parse(name), session):
            assert item.agrees(), f"{name}, {item.what}:\n" + "\n".join(item.found)


@pytest.mark.parametrize("name", pages.PAGES)
def test_every_block_is_run_or_has_a_reason(name: str) -> None:
    for block in pages.parse(name).blocks:
        where = f"{name}, line {block.line + 1}"
        if not pages.is_run(block):
            found = pages.NOT_RUN.fullmatch(block.mark)
            assert found and found[1] in pages.REASONS, f"{where}: {block.mark}"
        elif block.language == "json":
            assert pages.is_json(block.text), f"{where}: no JSON"
        else:
            assert block.language in {"console", "python"} | pages.INERT, (
                f"{where}: {block.language or 'no language'}"
            )


@pytest.mark.parametrize("name", pages.PAGES)
def test_no_block_is_made_by_indentation(name: str) -> None:
    """It would have no language, and nothing would run it."""
    before, in_list = "", False
    for line, text in pages.parse(name).prose.items():
        if text.strip() and not text.startswith(" "):
            in_list = bool(re.match(r"([-*]|\d+\.) ", text))
        indented = text.startswith("    ") and not before.strip() and not in_list
        assert not indented, f"{name}, line {line + 1}: write a fenced block"
        before = text


def options(words: list[str]) -> set[str] | None:
    """The options of a command line's command; None if there is no such command."""
    command, _, _ = command_tree.find(words)
    if command is None:
        return None
    known = {"-h", "--help", "--version"}
    return known | {spelling for param in command.params for spelling in param.opts}


@pytest.mark.parametrize("name", pages.PAGES)
def test_every_command_that_a_page_names_exists(name: str) -> None:
    for line, text in pages.parse(name).prose.items():
        for code in re.findall(r"`(?:\.venv/bin/)?pithbundle ([a-z][^`]*)`", text):
            words = code.split()
            known = options(words)
            assert known is not None, f"{name}, line {line + 1}: pithbundle {code}"
            used = {
                found for word in words if (found := word.partition("=")[0].rstrip(",")).startswith("-")
            } - {"-"}
            assert used <= known, f"{name}, line {line + 1}: {used - known}"


@pytest.mark.parametrize("name", pages.PAGES)
def test_a_server_that_a_page_starts_is_for_this_machine_alone(name: str) -> None:
    """Without ``--bind`` Python's server answers the whole network."""
    text = (REPO / name).read_text(encoding="utf-8")
    assert text.count("-m http.server") == text.count("-m http.server --bind 127.0.0.1")


# -- the mechanism itself -------------------------------------------------------------------


def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pages.Session:
    monkeypatch.chdir(tmp_path)
    return pages.scratch(tmp_path)


@pytest.mark.parametrize(
    ("shown", "agrees"),
    [
        ("$ echo a; echo b\na\nb", True),
        ("$ echo a; echo b\na\n...", True),
        ("$ echo a; echo b\na", False),
        ("$ echo a\na\n...", False),
        ("$ export WORD=a\n$ echo $WORD\na", True),
        ("$ export WORD=a\n$ unset WORD\n$ echo ${WORD-none}\nnone", True),
        ("$ pithbundle number vectors/demo/none.json\n...\n$ echo $?\n2", True),
        ("$ false\n$ echo $?\n0", False),
    ],
)
def test_what_agrees(shown: str, agrees: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = markdown.parse(f"```console\n{shown}\n```\n")
    found = list(pages.console(page, session(tmp_path, monkeypatch)))
    assert all(item.agrees() for item in found) is agrees


def test_a_command_that_fails_must_show_its_status(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = markdown.parse("```console\n$ pithbundle number vectors/demo/none.json\n...\n```\n")
    with pytest.raises(AssertionError, match="exit status 2"):
        list(pages.console(page, session(tmp_path, monkeypatch)))


@pytest.mark.parametrize(("between", "agrees"), [("prints", True), ("and so on", False)])
def test_what_python_prints_is_shown(
    between: str, agrees: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = f"```python\na = 1\n```\n\n```python\nprint(a)\n```\n\n{between}\n\n```text\n1\n```\n"
    found = list(pages.python(markdown.parse(text), session(tmp_path, monkeypatch)))
    assert [item.agrees() for item in found] == [True, agrees]


def test_a_page_cannot_write_into_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = markdown.parse(
        "```console\n$ pithbundle policy show > mine.json\n$ ls mine.json\nmine.json\n```\n"
    )
    assert all(item.agrees() for item in pages.console(page, session(tmp_path, monkeypatch)))
    assert not (REPO / "mine.json").exists()


def test_the_guide_declares_the_event_type_that_the_tests_use() -> None:
    page = pages.parse("docs/guides/add-an-event-type.md")
    first = next(block for block in page.blocks if block.language == "python")
    source = (REPO / "tests" / "added_event_type" / "peer_review.py").read_text(encoding="utf-8")
    assert source.endswith(f"\n\n{first.text}")
