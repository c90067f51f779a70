"""No identifier, comment or page has a word that the vocabulary replaced: one word names one thing."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.data import REPO

#: Each old word and the word in use.
REPLACED = {
    "fold": "load, merge", "folded": "loaded, merged", "folding": "loading", "folds": "loads, merges",
    "forge": "testkit", "honour": "accept", "honours": "accepts", "house": "fixture",
    "misfit": "nonconforming", "misfits": "nonconforming",
    "refusal": "rejection", "refusals": "rejections", "refuse": "reject", "refused": "rejected",
    "refuses": "rejects", "said": "message, output", "saying": "message",
    "spoil": "tamper", "spoils": "tampers", "spoilt": "tampered", "spoken": "by_id",
    "standing": "current", "stands": "is current", "stated": "claimed",
    "stranger": "unknown signer, unknown member", "strangers": "unknown signers, unknown members",
    "telling": "report", "told": "reported", "unfit": "not acceptable", "unsound": "ids_without_valid_event",
}  # fmt: skip
#: Old words that prose may use in another sense: folded text, the house style of a page.
IN_PROSE = REPLACED.keys() - {"fold", "folded", "folding", "folds", "forge", "house"}
_PROSE = re.compile(rf"\b(?:{'|'.join(sorted(IN_PROSE))})\b", re.IGNORECASE)
#: An old word as a part of an identifier, or as any other word.
_PART = re.compile(rf"(?:\b|_)(?:{'|'.join(sorted(REPLACED))})(?:\b|_)", re.IGNORECASE)
#: What a page or a comment shows and does not say: code, and text between quotation marks.
_CODE = re.compile(r"```.*?^\s*```|`[^`\n]*`", re.DOTALL | re.MULTILINE)
_COMMENT = re.compile(r"/\*.*?\*/|(?:^|\s)//[^\n]*", re.DOTALL)
FILES = [
    path
    for folder in ("src", "tests", "tools", "benchmarks")
    for path in sorted((REPO / folder).rglob("*.py"))
]
PAGES = [
    *sorted(REPO.glob("*.md")),
    *(page for folder in ("docs", "spec") for page in sorted((REPO / folder).rglob("*.md"))),
    *(
        REPO / "js" / "README.md",
        REPO / "rust" / "README.md",
        REPO / "vectors" / "README.md",
        REPO / "benchmarks" / "README.md",
    ),
    *sorted((REPO / "tests" / "mutations").rglob("*.md")),
]
SCRIPTS = [*sorted((REPO / "js" / "src").rglob("*.js")), *sorted((REPO / "js").glob("*.js")),
           *sorted((REPO / "js" / "test").glob("*.js"))]  # fmt: skip


def old_words(identifier: str) -> set[str]:
    """The old words among the parts of an identifier."""
    return REPLACED.keys() & set(identifier.lower().split("_"))


def without_code(text: str) -> str:
    """A text with its code replaced by blanks, each line in its place."""
    return _CODE.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)


def python_prose(source: str) -> Iterator[tuple[int, str]]:
    """The comments and docstrings of a module, each with its line."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            docstring = ast.get_docstring(node, clean=False)
            if docstring is not None:
                yield node.body[0].lineno, docstring


def prose(path: Path) -> Iterator[tuple[int, str]]:
    """What a file says to a reader, in parts, each with its line; nothing of a file without any old word."""
    source = path.read_text(encoding="utf-8")
    if not _PROSE.search(source):
        return
    if path.suffix == ".py":
        yield from python_prose(source)
    elif path.suffix == ".js":
        for found in _COMMENT.finditer(source):
            yield source.count("\n", 0, found.start()) + 1, found[0]
    else:
        yield 1, source


def test_the_parts_of_an_identifier_are_compared() -> None:
    assert old_words("test_it_is_told") == {"told"}
    assert old_words("_STATED_ID") == {"stated"}
    assert old_words("untold_statement") == set()


def test_comments_docstrings_and_pages_are_read_without_their_code(tmp_path: Path) -> None:
    module, script, page = (tmp_path / name for name in ("a.py", "a.js", "a.md"))
    module.write_text('"""One."""\n\n\ndef f():\n    """Two."""\n    return "told"  # three\n')
    script.write_text('const a = "https://told"; // one\n/** two\n three */\n')
    page.write_text("One `no`.\n```console\nno\n```\nTwo.\n")
    assert _PROSE.search("untold") is None and _PART.search("x_told_y") and _PART.search("xtold") is None
    assert [*prose(module)] == [(6, "# three"), (1, "One."), (5, "Two.")]
    assert [*prose(script)] == [(1, " // one"), (2, "/** two\n three */")]
    assert without_code(page.read_text()).split() == ["One", ".", "Two."]
    assert _PROSE.findall("It is Told, untold and retold as stated.") == ["Told", "stated"]


@pytest.mark.parametrize("folder", ["src", "tests", "tools", "benchmarks"])
def test_no_identifier_has_an_old_word(folder: str) -> None:
    found = [
        f"{path.relative_to(REPO)}:{token.start[0]}: {token.string}; use {REPLACED[words[0]]}"
        for path in FILES
        if path.is_relative_to(REPO / folder)
        for source in [path.read_text(encoding="utf-8")]
        # Reading tokens takes a hundred times as long as the search.
        if _PART.search(source)
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type == tokenize.NAME and (words := sorted(old_words(token.string)))
    ]
    assert found == []


def test_no_comment_docstring_or_page_has_an_old_word() -> None:
    found = [
        f"{path.relative_to(REPO)}:{line + text.count(chr(10), 0, word.start())}: {word[0]}; "
        f"use {REPLACED[word[0].lower()]}"
        for path in (*FILES, *SCRIPTS, *PAGES)
        for line, part in prose(path)
        for text in [without_code(part)]
        for word in _PROSE.finditer(text)
    ]
    assert found == []


def test_no_file_of_a_test_or_mutation_is_named_by_an_old_word() -> None:
    names: list[Path] = [*FILES, *(REPO / "tests" / "mutations").rglob("*.mutation")]
    assert [path.name for path in names if old_words(path.stem.replace("-", "_"))] == []
