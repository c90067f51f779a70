"""The page of a graph: one file, hostile texts, two graphs apart (GRAPH-9)."""

from __future__ import annotations

import base64
import re
from hashlib import sha256

import pytest

from kit import UNKNOWN_SIGNER, made_record, payloads
from kit.graphs import FIRST, SECOND, built, generated, made
from kit.markup import MARKUP, Parsed, tame
from pithbundle.graph import Graph
from pithbundle.graph.model import COUNTED_AS
from pithbundle.graph.picture import choose
from pithbundle.merge.event_types.citation import RELATIONSHIPS
from pithbundle.merge.event_types.replication import OUTCOMES
from pithbundle.mirror.pages import graph as pages
from pithbundle.mirror.pages.graph import graph_page

NONE = Graph((), (), 0)
DIGEST = "0" * 64


def page_with(text: str) -> bytes:
    """A page on which a text is at every place that a text of others has."""
    finding = payloads.integrity(made_record(1), "2026-06-01T00:00:00Z")
    events = [
        made(signer, 1, kind, payload)
        for signer in (FIRST, UNKNOWN_SIGNER)
        for kind, payload in (
            ("replication", payloads.replication(text, text, url="https://example.org/")),
            ("citation", payloads.citation("doi:10.1000/" + re.sub("[^!-~]", "", text), "supports")),
            ("pith.integrity.v1", {**finding, "detector": "d"}),
        )
    ]
    builder = built({1: events})
    return graph_page(builder.build(), builder.build_unverified(), DIGEST)


def test_it_loads_nothing_and_its_policy_accepts_its_style_alone() -> None:
    page = page_with("x")
    found = Parsed(page)
    assert not [
        each for each in found.elements if each[0] in ("script", "link", "img", "a", "iframe", "base")
    ]
    assert not {name for _, attrs in found.elements for name, _ in attrs} & {
        "src",
        "href",
        "xlink:href",
        "style",
    }
    (style,) = re.findall("<style>(.*?)</style>", page.decode(), re.DOTALL)
    digest = base64.b64encode(sha256(style.encode()).digest()).decode()
    (policy,) = re.findall('Content-Security-Policy" content="([^"]+)"', page.decode())
    assert policy == (
        f"default-src 'none'; style-src &#39;sha256-{digest}&#39;; base-uri 'none'; form-action 'none'"
    ).replace("'", "&#39;")
    assert "url(" not in style and "@import" not in style and "<" not in style
    ids = [value for _, attrs in found.elements for name, value in attrs if name == "id"]
    named = [
        str(value)
        for _, attrs in found.elements
        for name, value in attrs
        if name.startswith("aria-") and value
    ]
    assert len(ids) == len({*ids}) and {word for value in named for word in value.split() if "-" in word} <= {
        *ids
    }


def test_each_line_is_known_by_more_than_its_colour() -> None:
    (style,) = re.findall("<style>(.*?)</style>", page_with("x").decode(), re.DOTALL)
    rules = re.findall(r"^((?:path\.\w+(?:, )?)+) \{ ([^}]+) \}", style, re.MULTILINE)
    words = {names: rule for names, rule in rules if "retracted" not in names}
    assert {names[5:] for names in words} == {*RELATIONSHIPS, *OUTCOMES} - {"cites"}
    # That of "cites" is the one that all others change.
    forms = ["", *(re.sub("stroke: [^;]+;", "", rule).strip() for rule in words.values())]
    assert len({*forms}) == len(forms)
    # Dots have no room for the dashes of a word: so they do not have its colour either.
    ((names, rule),) = ((names, rule) for names, rule in rules if "retracted" in names)
    assert {*names.replace("path.", "").split(", ")} == {*COUNTED_AS[1:]} and "stroke: var(--cites);" in rule
    assert style.index(names) > max(map(style.index, words))


def shape(page: Parsed) -> list[tuple[str, list[str]]]:
    """The elements with the names of their attributes, without labels: a long one may have no room."""
    return [(tag, [name for name, _ in attrs]) for tag, attrs in page.elements if tag not in ("rect", "text")]


@pytest.mark.parametrize("text", MARKUP[3::37])
def test_a_hostile_text_adds_no_element_and_no_attribute(text: str) -> None:
    plain, hostile = Parsed(page_with("x")), Parsed(page_with(tame(text) or "x"))
    assert shape(hostile) == shape(plain)
    labels = {
        (tag, *(name for name, _ in attrs)) for tag, attrs in hostile.elements if tag in ("rect", "text")
    }
    assert labels == {
        ("rect", "x", "y", "width", "height", "rx"), ("text", "x", "y", "textlength", "lengthadjust"),
    }  # fmt: skip


def test_claims_without_a_verified_signature_are_apart_and_shown_as_such() -> None:
    cites = [made(UNKNOWN_SIGNER, 1, "citation", payloads.citation("w", "refutes"))]
    builder = built({1: cites})
    page = graph_page(builder.build(), builder.build_unverified(), DIGEST).decode()
    signed, _, apart = page.partition("Claims without a verified signature</h2>")
    assert "There are no claims and no findings with a verified signature." in signed
    assert "Anybody can write such claims" in apart and 'class="refutes current"' in apart
    assert 'class="refutes current"' not in signed
    assert "without a verified signature</h2>" not in graph_page(builder.build(), NONE, DIGEST).decode()


def test_elements_that_may_be_claims_and_are_not_read_are_counted() -> None:
    page = graph_page(NONE, NONE, DIGEST, 2).decode()
    assert "Not read and not shown: 2 elements without a verified signature that may be a claim." in page
    assert page.count("Claims without a verified signature</h2>") == 1 and "<svg" not in page
    assert "Not read" not in graph_page(NONE, NONE, DIGEST).decode()


def test_the_table_has_what_the_picture_cannot_show(monkeypatch: pytest.MonkeyPatch) -> None:
    own = payloads.citation(f"arXiv:{made_record(1)['source']['id']}", "extends")
    replication = payloads.replication("Ada", "c", moderation="accepted", outcome="refutes")
    gone = made(FIRST, 1, "pith.integrity.v1", payloads.integrity(made_record(1), "2026-06-01T00:00:00Z"))
    events = [
        made(FIRST, 1, "citation", payloads.citation("w", "supports")),
        made(SECOND, 1, "citation", payloads.citation("w", "uses_method")),
        made(FIRST, 1, "citation", own), made(FIRST, 1, "replication", replication), gone,
        made(FIRST, 1, "event_retracted", payloads.event_retracted(gone["event_id"]), 5),
    ]  # fmt: skip
    page = graph_page(built({1: events}).build(), NONE, DIGEST).decode()
    assert ">supports 1, uses method 1; replications: refutes 1</td>" in page
    assert ">self citation 1</td>" in page and "on v3, retracted" in page and "all findings retracted" in page
    assert 'class="sign gone"' in page and "self_citation" in page
    monkeypatch.setattr(pages, "MOST_ROWS", 3)
    monkeypatch.setattr(pages, "choose", lambda graph: choose(graph, 9, 5))
    page = graph_page(generated(40, 90), NONE, DIGEST).decode()
    assert page.count('role="rowheader"') == 3 and "more are in the files beside this page." in page
    assert re.search("Drawn are the 9 most cited of [0-9]{2} nodes, and only lines between them.", page)
    assert re.search("Drawn are 5 of [0-9]+ lines", page)


def test_works_without_claims_and_lines_of_several_claims_are_named() -> None:
    events = [
        made(signer, 1, "citation", payloads.citation("w", word))
        for signer, word in ((FIRST, "supports"), (SECOND, "supports"), (SECOND, "refutes"))
    ]
    page = graph_page(built({1: events, 2: []}).build(), NONE, DIGEST).decode()
    assert "counted in one way: 2 lines for 3 claims. Not drawn: 1 work without claims and findings." in page
    page = graph_page(built({1: events[1:]}).build(), NONE, DIGEST).decode()
    assert "counted in one way" not in page and "Not drawn" not in page
