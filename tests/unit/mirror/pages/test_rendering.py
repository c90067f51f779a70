"""Whatever a template writes becomes visible text (PAGE-2)."""

from __future__ import annotations

import pytest
from jinja2 import UndefinedError

from kit.markup import MARKUP, Parsed
from pithbundle.escape import visible
from pithbundle.mirror.pages import rendering


@pytest.mark.parametrize("text", MARKUP[::9])
def test_a_text_is_escaped_for_readers_and_for_html(text: str) -> None:
    for source in ("<p>{{ text }}</p>", "<p>{{ text | cut(40) }}</p>"):
        made = rendering._environment().from_string(source).render(text=text)
        found = Parsed(made.encode())
        assert [tag for tag, _ in found.elements] == ["p"]
        assert "".join(found.text) == visible(text, 40 if "cut" in source else 2_000)


@pytest.mark.parametrize("text", [*MARKUP[::9], "a\\b\nc", "\\u{a}"])
def test_a_text_to_copy_keeps_its_lines_and_backslashes_alone(text: str) -> None:
    made = rendering._environment().from_string("<pre>{{ text | copied }}</pre>").render(text=text)
    found = Parsed(made.encode())
    assert [tag for tag, _ in found.elements] == ["pre"]
    shown = "".join(found.text)
    assert shown.replace("\n", "").isprintable()
    if text.replace("\n", "").isascii() and text.replace("\n", "").isprintable():
        assert shown == text


def test_a_name_that_is_not_there_is_a_fault() -> None:
    with pytest.raises(UndefinedError):
        rendering.render("record.html", {})


def test_the_policy_has_no_inline_and_nothing_from_elsewhere() -> None:
    words = rendering.CONTENT_POLICY
    assert words.startswith("default-src 'none'; script-src 'self';")
    assert not {"unsafe-inline", "unsafe-eval", "http", "*", "data:"} & {
        word for word in ("unsafe-inline", "unsafe-eval", "http", "*", "data:") if word in words
    }
