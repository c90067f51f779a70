"""The pages of the specification have their form, and what is generated in them is up to date."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from kit.data import REPO
from specgen.examples import blocks
from specgen.generated import LINKED, written
from specgen.pages import (
    CLAUSE_ID,
    INDEX,
    MARKS,
    OF_THE_TOOL,
    PAGES,
    Clause,
    all_clauses,
    clauses_in,
    path_of,
    text_of,
    title_of,
)

#: The longest paragraph or list item of a clause, in characters of its text without link targets.
LONGEST: Final = 400
EACH_PAGE: Final = pytest.mark.parametrize("name", PAGES)
#: Names of the form of a clause id that are none.
OTHERS: Final = {"SHA-1", "SHA-256", "SHA-512", "RIPEMD-160", "UTF-8", "UTF-16"}
_CODE: Final = re.compile(r"^```.*?^```$|`[^`\n]*`", re.MULTILINE | re.DOTALL)
_TITLED: Final = re.compile(r'^```\w+ title="([^"]+)"$', re.MULTILINE)


def faults(clause: Clause) -> list[str]:
    """What is wrong with the form of a clause."""
    found = []
    if clause.anchor != clause.id.lower():
        found.append("the anchor is not the id in lower case")
    if not any(word in MARKS for word in re.findall(r"\w+", clause.mark)):
        found.append("no mark")
    last = clause.paragraphs[-1] if clause.paragraphs else ""
    if not re.match(r"\*Vectors:\* \[`.+\.$|\*No vector:\* .+\.$", last):
        found.append("neither vectors nor a reason")
    found += [f"{len(text)} characters: {text[:30]}" for text in running(clause) if len(text) > LONGEST]
    return found


def running(clause: Clause) -> Iterator[str]:
    """The paragraphs and list items of a clause; the lines of vectors and tables are neither."""
    for block in clause.paragraphs:
        if not block.startswith(("|", "```", "*Vectors:*")):
            for item in re.split(r"\n(?=- |\d+\. )", block):
                yield re.sub(r"\[([^]]+)\](?:\([^)]*\))?", r"\1", item)


def bare(text: str) -> list[str]:
    """The clause ids in the prose of a page that are no links."""
    prose = "\n".join(line for line in _CODE.sub("", text).split("\n") if not line.startswith("#"))
    named = re.findall(rf"(?<!\[)\b({CLAUSE_ID})\b", prose)
    return [name for name in named if name not in OTHERS]


def broken(path: Path, text: str) -> list[str]:
    """The links of a page that lead to no file or to no anchor of a page of the specification."""
    found = []
    targets = re.findall(r"\]\(([^)\s]+)\)", _CODE.sub("", text)) + re.findall(r"^\[.+\]: (\S+)$", text, re.M)
    for target in targets:
        file, _, anchor = target.partition("#")
        page = (path.parent / file).resolve() if file else path
        if not page.exists() or (anchor and f'<a id="{anchor}"></a>' not in page.read_text("utf-8")):
            found.append(target)
    return found


def test_what_is_generated_is_up_to_date() -> None:
    stale = [path for path, text in written().items() if Path(path).read_text(encoding="utf-8") != text]
    assert stale == [], "run `make vectors`"


def test_the_folder_has_these_pages_and_no_other() -> None:
    assert {path.stem for path in (REPO / "spec").iterdir()} == set(PAGES)


@EACH_PAGE
def test_a_page_is_a_purpose_an_example_clauses_and_a_rationale(name: str) -> None:
    text = text_of(name)
    assert text.startswith("# ")
    first, *_, last = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert (first, last) == ("Example", "Rationale")
    purpose = text.split("\n\n")[1]
    assert purpose.startswith(("This page defines ", "A policy is "))
    assert len(clauses_in(text)) == text.count("\n### "), "a heading of the third level that is no clause"


@EACH_PAGE
def test_every_block_of_an_example_is_recomputed(name: str) -> None:
    example = text_of(name).split("\n## ")[1]
    titled = _TITLED.findall(text_of(name))
    assert titled == _TITLED.findall(example), "a block with a title is generated, and belongs to the example"
    assert sorted(titled) == sorted(blocks(name))
    assert titled


@pytest.mark.parametrize("clause", all_clauses().values(), ids=lambda clause: clause.id)
def test_a_clause_has_an_anchor_a_mark_vectors_and_short_paragraphs(clause: Clause) -> None:
    assert faults(clause) == []


@EACH_PAGE
def test_clauses_are_named_by_links_that_lead_somewhere(name: str) -> None:
    assert bare(text_of(name)) == []
    assert broken(path_of(name), text_of(name)) == []


@pytest.mark.parametrize("name", LINKED)
def test_the_pages_for_implementers_name_clauses_by_links(name: str) -> None:
    path = REPO / name
    assert bare(path.read_text(encoding="utf-8")) == []
    assert broken(path, path.read_text(encoding="utf-8")) == []


def test_a_clause_is_defined_once_and_its_family_is_on_one_page() -> None:
    defined = [clause for name in PAGES for clause in clauses_in(text_of(name), name)]
    assert [*Counter(clause.id for clause in defined).values()] == [1] * len(defined)
    assert len(defined) > 180
    families: dict[str, set[str]] = {}
    for clause in defined:
        families.setdefault(clause.id.split("-")[0], set()).add(clause.page)
    assert {family: pages for family, pages in families.items() if len(pages) > 1} == {}


def test_the_ids_of_a_family_are_consecutive_and_the_removed_ones_are_listed() -> None:
    index = INDEX.read_text(encoding="utf-8")
    assert "**Removed ids:** RULE-1 to RULE-5," in index
    assert not any(name.startswith("RULE-") for name in all_clauses())
    numbers: dict[str, list[int]] = {}
    for name in all_clauses():
        family, _, number = name.partition("-")
        numbers.setdefault(family, []).append(int(number))
    for family, found in numbers.items():
        assert sorted(found) == [*range(1, len(found) + 1)], family


def test_the_index_lists_every_page_and_clause_and_its_links_lead_somewhere() -> None:
    index = INDEX.read_text(encoding="utf-8")
    assert broken(INDEX, index) == []
    listed = re.findall(rf"^- \[({CLAUSE_ID})\]", index, re.MULTILINE)
    assert listed == [*all_clauses()]
    for name in PAGES:
        assert f"### [{title_of(name)}](spec/{name}.md)" in index
    assert "RFC 2119, RFC 8174" in index


def test_the_index_states_which_pages_an_implementation_needs() -> None:
    table = INDEX.read_text(encoding="utf-8").split("\n## Conformance\n")[1].split("\n## ")[0]
    rows = [row for row in table.split("\n") if "](spec/" in row]
    listed = {row.split(" | ")[1].rstrip(" |"): re.findall(r"spec/(\w+)\.md", row) for row in rows}
    assert listed["no"] == [*OF_THE_TOOL]
    assert listed["the clauses that vectors show"] == ["reports"]
    assert sorted(name for names in listed.values() for name in names) == sorted(PAGES)


@pytest.mark.parametrize("name", OF_THE_TOOL)
def test_a_page_about_the_tool_says_so(name: str) -> None:
    assert re.search(r"(?:^|[.:] )[^\n]* conforms without (?:them|this page)\.", text_of(name), re.MULTILINE)


@pytest.mark.parametrize("name", ["documents", "probing", "evidence", "captures"])
def test_each_clause_of_a_page_about_the_tool_names_its_test(name: str) -> None:
    for clause in clauses_in(text_of(name)):
        tests = re.findall(r"tests/[\w/]+\.py", clause.paragraphs[-1])
        assert tests or clause.paragraphs[-1].startswith("*Vectors:*"), clause.id
        assert all((REPO / test).is_file() for test in tests), clause.id


# The checks above notice what they are for.

SOUND: Final = '### <a id="a-1"></a>A-1: Title\n\n**CHOSEN.** Text.\n\n*No vector:* a reason.\n'


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("", "", None),
        ('id="a-1"', 'id="a-2"', "the anchor is not the id in lower case"),
        ("**CHOSEN.** ", "", "no mark"),
        ("CHOSEN", "GUESSED", "no mark"),
        ("*No vector:* a reason.", "", "neither vectors nor a reason"),
        ("a reason", "", "neither vectors nor a reason"),
        ("Text.", "x" * 401, "413 characters: **CHOSEN.** xxxxxxxxxxxxxxxxxx"),
        ("Text.", "Text.\n\n- short\n- " + "y" * 401, f"403 characters: - {'y' * 28}"),
        ("Text.", f"[Text]({'x' * 401}).", None),
        ("Text.", f"Text.\n\n| {'x' * 401} |", None),
    ],
)
def test_a_fault_of_form_is_found(old: str, new: str, fault: str | None) -> None:
    (clause,) = clauses_in(SOUND.replace(old, new, 1) if old else SOUND)
    assert faults(clause) == ([] if fault is None else [fault])


def test_a_bare_clause_and_a_broken_link_are_found() -> None:
    assert bare("# A-1\nA-2, [A-3], `A-4`, SHA-256\n```\nA-5\n```\n") == ["A-2"]
    path = path_of("checks")
    text = "[x](merge.md#merge-1) [x](merge.md#merge-99) [x](nowhere.md) `[x](y)`\n"
    text += "[A-1]: #check-1\n[A-2]: #check-99\n"
    assert broken(path, text) == ["merge.md#merge-99", "nowhere.md", "#check-99"]
