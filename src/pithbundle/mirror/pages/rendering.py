"""Templates to bytes: whatever is no markup of ours becomes visible text (spec PAGE-2)."""

from __future__ import annotations

import json
import os
from functools import cache
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from pithbundle.escape import visible
from pithbundle.mirror.pages.alone import source_of
from pithbundle.wording import plural

#: The longest text of others that is shown whole, in characters.
_LONGEST: Final = 2_000
#: The folder of what pages load.
ASSETS: Final = os.path.join(os.path.dirname(__file__), "assets")
#: The folder of the templates.
TEMPLATES: Final = os.path.join(os.path.dirname(__file__), "templates")

#: Of every page, in a meta element; a server sends it as a header too (PAGE-3).
CONTENT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'self'"
)


#: That of a page in one file, which loads nothing: it accepts its own style.
_ALONE_POLICY: Final = "default-src 'none'; style-src {}; base-uri 'none'; form-action 'none'"


def _shown(value: object) -> object:
    # Markup is what a template or `cut` made: it was escaped already.
    return visible(value, _LONGEST) if isinstance(value, str) and not isinstance(value, Markup) else value


def cut(value: object, limit: int) -> Markup:
    """Return a text as escaped HTML, at most so many characters of it."""
    return escape(visible(str(value), limit))


def copied(value: str) -> Markup:
    """Return a text of several lines that a reader copies, or that of an error: as :func:`cut`, but whole.

    Its backslashes are what a reader copies, or were doubled where the error was made: they stay.
    """

    def shown(line: str) -> str:
        return "\\".join(visible(part, len(part)) for part in line.split("\\"))

    return escape("\n".join(map(shown, value.split("\n"))))


def data(value: object) -> Markup:
    """Return a value as JSON for an attribute, which a script reads."""
    return escape(json.dumps(value, sort_keys=True))


@cache
def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_shown,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["cut"] = cut
    made.filters["copied"] = copied
    made.filters["data"] = data
    made.globals["content_policy"] = CONTENT_POLICY
    made.globals["counted"] = plural
    return made


def render(template: str, values: dict[str, object]) -> bytes:
    """Return a page.

    Args:
        template: its file name.
        values: of its names. Their texts are hostile.
    """
    return _environment().get_template(template).render(values).encode("utf-8")


def render_alone(template: str, stylesheet: str, values: dict[str, object]) -> bytes:
    """Return a page in one file, with its style in it and a content policy that accepts nothing else.

    Args:
        template: its file name; it extends ``alone.html``.
        stylesheet: the file name of the style among the assets.
        values: of its names. Their texts are hostile.
    """
    style = _style(stylesheet)
    policy = _ALONE_POLICY.format(source_of(style))
    return render(template, {**values, "style": Markup(style), "content_policy": policy})


@cache
def _style(name: str) -> str:
    with open(os.path.join(ASSETS, name), encoding="utf-8") as file:
        return file.read()
