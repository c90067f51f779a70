"""Citations: verified titles alone, and texts that stay within their fields (CITE-1 to CITE-4)."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest

from kit.arxiv import Paper
from kit.command_line import HOSTILE
from kit.markup import MARKUP, Parsed, tame
from kit.pages_of import titled
from pithbundle.bundle.record import Record
from pithbundle.citation import AUTHORS_NOTE, FORMATS, Work, cite, work_of

METADATA = Paper().metadata
TITLE = "A Title <in> Two & a Half Lines"
#: Texts that would end a field, an entry, an element or a line.
BREAKING = [
    "}", "}}", "{", "\\}", "\\", "x},\n url = {https://evil.example", "\"", "@misc{x, title={y}}", "%",
    "$x_1^2$", "~#&", "|V|",
    "</script><script>alert(1)</script>", "\\input{/etc/passwd}", "é ß 中", "\u2028", "a\\\u202eb",
    "---", "``x''",
]  # fmt: skip


def work(title: str, authors: str = "") -> Work:
    return work_of(Record.from_value(titled(title)), title, authors)


def from_latex(text: str) -> str:
    """What TeX prints of an escaped text."""
    named = {
        "textbackslash{}": "\\", "textbraceleft{}": "{", "textbraceright{}": "}", "textasciicircum{}": "^",
        "textasciitilde{}": "~", "textless{}": "<", "textgreater{}": ">", "textbar{}": "|",
        "symbol{34}": '"', "symbol{64}": "@",
    }  # fmt: skip
    pattern = "|".join(map(re.escape, named))
    printed = re.sub(rf"\\({pattern}|[$&#%_])", lambda found: named.get(found[1], found[1]), text)
    return printed.replace("{}", "")


def fields(data: bytes) -> dict[str, str]:
    """The fields of an entry, read as BibTeX does: by its braces, whatever is before them."""
    text = data.decode()
    head = re.match(r"@misc\{([A-Za-z0-9-]+),\n", text)
    assert head is not None
    found, at = {}, head.end()
    while text[at:] != "}\n":
        name = re.match(r"  ([a-z]+) = \{", text[at:])
        assert name is not None, text[at:]
        start = end = at + name.end()
        depth = 1
        while depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        found[name[1]] = text[start : end - 1]
        assert text[end : end + 2] == ",\n"
        at = end + 2
    return found


def test_a_title_is_written_only_with_the_hash_of_the_record() -> None:
    good = work_of(METADATA.record, METADATA.title, "Ada")
    assert (good.title, good.authors) == (TITLE, "Ada")
    for title in (None, "", TITLE + ".", TITLE.replace("&", "and")):
        bad = work_of(METADATA.record, title, "Ada")
        assert (bad.title, bad.authors) == (None, "")
        for form in FORMATS:
            data = cite(bad, form)
            assert b"Ada" not in data and b"Title" not in data and AUTHORS_NOTE.encode() not in data
    assert work_of(METADATA.record, TITLE.upper()).title == TITLE.upper()


def test_each_format_says_that_authors_are_not_covered() -> None:
    made = work_of(METADATA.record, TITLE, "Ada Example\n and Ben")
    for form in ("bibtex", "csl-json", "jsonld"):
        data = cite(made, form).decode()
        assert AUTHORS_NOTE in data and "Ada Example and Ben" in data
        assert AUTHORS_NOTE not in cite(work(TITLE), form).decode()


def test_bibtex() -> None:
    made = fields(cite(work_of(METADATA.record, TITLE, "Ada"), "bibtex"))
    assert made == {
        "title": "{A Title \\textless{}in\\textgreater{} Two \\& a Half Lines}",
        "author": "{Ada}",
        "year": "2012",
        "eprint": "1203.00001",
        "archiveprefix": "arXiv",
        "primaryclass": "hep-lat",
        "doi": "10.48550/arXiv.1203.00001",
        "url": "https://arxiv.org/abs/1203.00001v2",
        "version": "2",
        "note": f"{METADATA.record.number}, canonical hash {METADATA.record.hex}; {AUTHORS_NOTE}",
    }


#: The commands for characters that LaTeX defines in OT1 or gives a default (latex.ltx).
IN_EVERY_ENCODING = {
    "textbackslash", "textbraceleft", "textbraceright", "textasciicircum", "textasciitilde", "textless",
    "textgreater", "textbar", "symbol",
}  # fmt: skip


def test_a_title_can_be_typeset_in_the_encoding_of_a_plain_document() -> None:
    title = fields(cite(work('a "b" |c| <d> \\{e}^~@'), "bibtex"))["title"]
    assert {*re.findall(r"\\([a-z]+)", title)} == IN_EVERY_ENCODING
    assert '"' not in title and "|" not in title


@pytest.mark.parametrize("text", ["--", "---", "``a''", "a,,b", "?`", "!`", "\\--", "`` '"])
def test_two_characters_that_tex_draws_as_one_are_parted(text: str) -> None:
    title = fields(cite(work(f"a{text}b"), "bibtex"))["title"]
    assert not re.search(r"--|``|''|,,|[?!]`", title)
    assert from_latex(title[1:-1]) == f"a{text}b"


def test_a_backslash_stays_one() -> None:
    title = "\\alpha and a\u202eb"
    assert from_latex(fields(cite(work(title), "bibtex"))["title"][1:-1]) == "\\alpha and a\\u{202e}b"


@pytest.mark.parametrize("text", [*BREAKING, *HOSTILE.values()], ids=ascii)
def test_no_text_leaves_its_field(text: str) -> None:
    made = work(f"x{tame(text)}y", tame(text))
    read = fields(cite(made, "bibtex"))
    assert {*read} - {"author"} == {*fields(cite(work("x"), "bibtex"))}
    assert from_latex(read["title"][1:-1]).startswith("x") and from_latex(read["title"][1:-1]).endswith("y")
    if made.title is not None and made.title.isascii() and made.title.isprintable():
        assert from_latex(read["title"][1:-1]) == made.title
    for form in FORMATS:
        data = cite(made, form).decode()
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]", data)
    item = json.loads(cite(made, "csl-json"))[0]
    assert set(item) == {*CSL} - ({"author"} if not made.authors else set())


@pytest.mark.parametrize("text", MARKUP[::9], ids=ascii)
def test_json_never_ends_the_element_that_it_is_in(text: str) -> None:
    for form in ("jsonld", "csl-json", "linkset"):
        data = cite(work(tame(text), tame(text)), form)
        assert data.isascii() and not re.search(b"[<>&]", data)
        page = b'<script type="application/ld+json">' + data + b"</script>"
        assert [tag for tag, _ in Parsed(page).elements] == ["script"]


#: The members of an item of CSL-JSON that are written, and their types in its schema.
CSL: dict[str, type] = {
    "id": str, "type": str, "title": str, "author": list, "issued": dict, "publisher": str, "number": str,
    "DOI": str, "URL": str, "version": str, "note": str,
}  # fmt: skip


def test_csl_json_follows_its_schema() -> None:
    (item,) = json.loads(cite(work_of(METADATA.record, TITLE, "Ada"), "csl-json"))
    assert {name: type(member) for name, member in item.items()} == CSL
    assert item["type"] == "article" and item["author"] == [{"literal": "Ada"}]
    assert item["issued"] == {"date-parts": [[2012, 3, 1]]}


def test_jsonld_names_the_paper_and_its_number() -> None:
    value = json.loads(cite(work_of(METADATA.record, TITLE), "jsonld"))
    assert (value["@type"], value["@id"]) == ("ScholarlyArticle", "https://doi.org/10.48550/arXiv.1203.00001")
    assert [each["value"] for each in value["identifier"]] == [
        str(METADATA.record.number),
        METADATA.record.hex,
    ]
    assert value["headline"] == TITLE and value["license"] == METADATA.license


def test_fields_and_the_link_set_have_the_same_links() -> None:
    made = work_of(METADATA.record)
    lines = cite(made, "signposting").decode().splitlines()
    (context,) = json.loads(cite(made, "linkset"))["linkset"]
    read = [re.fullmatch('Link: <([^<>"]+)>; rel="([a-z-]+)"(?:; type="([a-z/]+)")?', line) for line in lines]
    flat = [
        (link["href"], relation, link.get("type"))
        for relation, links in context.items()
        if relation != "anchor"
        for link in links
    ]
    assert [found.groups() for found in read if found] == flat and len(flat) == len(lines) == 5
    assert context["anchor"] == "https://arxiv.org/abs/1203.00001v2"


@pytest.mark.parametrize(
    "license", ["", "none", "javascript:alert(1)", 'https://x.example/>; rel="cite-as', "https://x/\n"]
)
def test_a_license_that_is_no_plain_url_is_left_out(license: str) -> None:
    made = work_of(Record.from_value(titled("x", license=license)))
    assert b"license" not in cite(made, "signposting") and b"license" not in cite(made, "jsonld")


def test_a_record_of_another_source_has_no_address() -> None:
    value: Any = copy.deepcopy(METADATA.record.value)
    value["source"] = {"id": "x<y>", "kind": "elsewhere", "version": 1}
    made = work_of(Record.from_value(value), TITLE)
    for form in FORMATS:
        data = cite(made, form).decode()
        assert "arxiv" not in data.lower() and "doi" not in data.lower() and "x<y>" not in data
    assert "urn:sha256:" in cite(made, "linkset").decode()
