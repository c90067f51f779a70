"""What of a request decides the response (SERVE-5, SERVE-7 to SERVE-9)."""

from __future__ import annotations

import pytest

from pithbundle.mirror.serve.requests import (
    NOTHING,
    Request,
    Span,
    matches,
    name_of,
    path_of,
    prefers_page,
    reads_pages,
    root_of,
    span_of,
    text_of,
)

S = "OMJFN3CZBZK4KRI4XCDIFRLNQH"


def test_fields_are_read_and_joined() -> None:
    assert Request.of([(b"host", b"a"), (b"x-other", b"b")]) == Request((b"a",))
    found = Request.of(
        [
            (b"host", b"a"),
            (b"host", b"b"),
            (b"accept", b"text/html"),
            (b"accept", b"*/*"),
            (b"if-none-match", b'"x"'),
            (b"range", b"bytes=0-1"),
            (b"if-range", b'"y"'),
        ]
    )
    assert found == Request((b"a", b"b"), b"text/html,*/*", b'"x"', b'"y"', b"bytes=0-1")


@pytest.mark.parametrize(
    ("target", "path", "name"),
    [
        (f"/pith/{S}.json", f"pith/{S}.json", None),
        ("/", "", None),
        ("//", "/", None),
        ("/pith/..", "pith/..", None),
        (f"/pith/{S}.json?", None, None),
        (f"/pith/{S}.json?a=b", None, None),
        (f"/pith/{S}.json#a", None, None),
        (f"pith/{S}", None, None),
        ("*", None, None),
        ("http://localhost/", None, None),
        ("", None, None),
        ("/pith/%31311.7638", None, "pith/1311.7638"),
        ("/pith/hep-th%2f0310166", None, "pith/hep-th/0310166"),
        ("/pith/10.1000%2F%3Ca%3e", None, "pith/10.1000/<a>"),
        ("/pith/%2531", None, "pith/%31"),
        ("/pith/%", None, None),
        ("/pith/%3", None, None),
        ("/pith/%3g", None, None),
        ("/pith/%00", None, None),
        ("/pith/%20", None, None),
        ("/pith/%7f", None, None),
        ("/pith/%c3%a9", None, None),
        ("/pith/%31?a", None, None),
        ("/pith/%31#a", None, None),
        ("/pith-digests/%68ead.json", None, None),
        ("/%70ith/1311.7638", None, None),
    ],
)
def test_a_target_is_taken_as_it_is_and_a_name_decoded_once(
    target: str, path: str | None, name: str | None
) -> None:
    assert path_of(target.encode()) == path
    assert name_of(target.encode()) == name
    assert path_of(target.encode() + b"\xc3") is None
    assert name_of(target.encode() + b"\xc3") is None


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", True),
        ("*/*", True),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("text/*", True),
        ("TEXT/HTML", True),
        ("text/html;q=0.5, application/ld+json;q=0.5", True),
        ("application/ld+json", False),
        ("application/json", False),
        ("application/ld+json, text/html;q=0.9", False),
        ("application/ld+json, */*;q=0.1", False),
        ("text/html;q=0", False),
        ("text/html;q=0, application/ld+json;q=0", False),
        ("application/*, text/html;q=0.3", False),
        ("text/html;level=1;q=0.2, application/*;q=0.1", True),
        (",;,;q=1", True),
        ("text/html;q=2", True),
        ("text/html;q=-1;q=x", True),
        ("\xff", False),
    ],
)
def test_who_prefers_a_page(accept: str, expected: bool) -> None:
    assert prefers_page(accept.encode("latin-1")) is expected


def test_entity_tags() -> None:
    assert matches(b'"a"', b'"a"') and matches(b'W/"a"', b'"a"') and matches(b" * ", b'"a"')
    assert matches(b'"b" , "a"', b'"a"')
    assert not matches(b'"b"', b'"a"') and not matches(b"a", b'"a"') and not matches(b"", b'"a"')


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("bytes=0-0", Span(0, 1)),
        ("bytes=0-9", Span(0, 10)),
        ("bytes=5-", Span(5, 10)),
        ("bytes=5-99", Span(5, 10)),
        ("bytes=-3", Span(7, 10)),
        ("bytes=-30", Span(0, 10)),
        (" BYTES=9-9 ", Span(9, 10)),
        ("bytes=10-", Span(10, 10)),
        ("bytes=10-12", Span(10, 10)),
        ("bytes=-0", Span(10, 10)),
        ("bytes=3-2", None),
        ("bytes=-", None),
        ("bytes=0-1,3-4", None),
        ("bytes=a-b", None),
        ("bytes=+0-1", None),
        ("bytes=0-1 ", Span(0, 2)),
        ("lines=0-1", None),
        ("bytes=0-" + "9" * 19, None),
        ("", None),
    ],
)
def test_ranges(given: str, expected: Span | None) -> None:
    found = span_of(Request(range=given.encode()), b'"a"', 10)
    assert found == expected
    assert expected is None or expected.start < expected.end or found == Span(10, 10)
    assert span_of(Request(range=given.encode(), if_range=b' "a" '), b'"a"', 10) == expected
    for other in (b'"b"', b'W/"a"', b"Fri, 27 Nov 2026 08:14:14 GMT"):
        assert span_of(Request(range=given.encode(), if_range=other), b'"a"', 10) is None


def test_an_empty_file_has_no_range() -> None:
    assert NOTHING == Span(0, 0) == span_of(Request(range=b"bytes=0-"), b'"a"', 0)


def test_the_text_of_a_search_is_decoded_once() -> None:
    for target, text in (
        ("/find?q=a+b%2Bc%253A", "a b+c%3A"), ("/find?q=", ""), ("/find?q=%C3%A9%ff", "\u00e9\ufffd"),
        ("/find?q=a=b?c", "a=b?c"), (f"/find?q={'%41' * 512}", "A" * 512), (f"/find?q={'%41' * 513}", None),
        ("/find?q=a&b", None), ("/find?q=%", None), ("/find?q=%4", None), ("/find?q=a#b", None),
        ("/find", None), ("/Find?q=a", None), ("/pith/find?q=a", None), ("find?q=a", None),
    ):  # fmt: skip
        assert text_of(target.encode()) == text, target


def test_the_base_as_seen_from_an_address() -> None:
    for target, root in (
        ("/", ""), ("/x", ""), ("/find?q=a/b", ""), ("/pith/x", "../"), ("/pith/a%2Fb", "../"), ("//", "../"),
        ("/" * 9, "../" * 8), ("/" * 10, None), ("*", None), ("", None),
    ):  # fmt: skip
        assert root_of(target.encode()) == root, target


def test_who_reads_pages() -> None:
    for accept in ("text/html", "text/html,application/json", "*/*, text/html;q=0.9", "TEXT/HTML"):
        assert reads_pages(accept.encode()), accept
    for accept in ("", "*/*", "text/*", "text/html;q=0", "application/json, text/html;q=0.9", "text/plain"):
        assert not reads_pages(accept.encode()), accept
