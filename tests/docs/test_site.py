"""The parts of the site that are generated, and the check of what was built: each can fail."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

import click
import pytest

import pithbundle
from docsite import api, build, check, commands, finish, markdown, pages, picture
from kit.command_line import run
from kit.data import REPO
from kit.pages import is_run
from pithbundle.cli.main import COMMANDS
from pithbundle.encoding.limits import DEFAULT_LIMITS

API = api.reference()
PACKAGES = [sys.modules[name] for name in api.PAGES]


@pytest.mark.parametrize("package", PACKAGES, ids=[*api.PAGES])
def test_every_public_name_has_a_section(package: ModuleType) -> None:
    page = markdown.parse(api.reference(package=package))
    assert {name.strip("_") for name in package.__all__} <= set(markdown.anchors(page))
    # Each marker of a page names one, and each has a page.
    text = (REPO / "docs" / "reference" / api.PAGES[package.__name__]).read_text(encoding="utf-8")
    (kind,) = (found[1] for found in build.GENERATED.finditer(text))
    assert build.generated(REPO, kind).partition("\n")[0] == "## Classes"
    assert f" {package.__name__}" in f"{kind} pithbundle" and "](api" not in build.generated(REPO, "api")


def test_each_name_of_the_digests_states_its_clause() -> None:
    """The package is a format: what a name is for is only clear with the rule."""
    package = sys.modules["pithbundle.digests"]
    sections = re.split(r"^### ", api.reference(package=package), flags=re.MULTILINE)[1:]
    assert len(sections) == len(package.__all__)
    without = [text.partition(" ")[0] for text in sections if not re.search(r"\bMIRROR-\d", text)]
    assert without == []


def test_names_of_another_package_lead_to_its_page() -> None:
    text = api.reference(package=sys.modules["pithbundle.archive"])
    assert "[`FileError`](api.md#FileError)" in text and "[`Reader`](#Reader)" in text
    # A name that both have is its own.
    assert "api.md#Entry" not in text and "name:" not in text


def test_a_value_is_shown_from_the_module_that_the_package_imports_it_from() -> None:
    """Other modules have a ``Status`` of their own."""
    section = API.partition("### Status")[2].partition("\n### ")[0]
    assert "'verified'" in section and "(CHECK-1 to CHECK-14)" in section


def test_links_within_the_reference_lead_somewhere() -> None:
    page = markdown.parse(API)
    assert {link[1:] for _, link in markdown.links(page) if link[0] == "#"} <= set(markdown.anchors(page))


def test_attributes_are_shown_as_attributes() -> None:
    assert re.search(r"```python\nsha256: \w+\n```", API)
    assert "```python\nto_json() -> bytes\n```" in API


def test_defaults_are_shown() -> None:
    """Of the fields of a class, of a factory, and of parameters; a number by its value."""
    assert "| `size` | `int` | `4_194_304` | Bytes of the input (LIM-1). |" in API
    assert "\n    limits: Limits = Limits(),\n    cache_size: int = 100000,\n" in API
    assert "\n    encoding: Encoding | None = None,\n" in API
    # A table without any default has no column for them.
    assert "| attribute | type | |\n" in API and "| attribute | type | default | |\n" in API


def test_the_documented_value_of_a_private_default_is_true() -> None:
    assert pithbundle.Limits() == DEFAULT_LIMITS
    private = set(re.findall(r" = ([A-Z][A-Z_]{2,})\b", API)) - {*pithbundle.__all__}
    assert not private, private


def test_the_default_of_a_factory_is_shown() -> None:
    @dataclass
    class Made:
        plain: int
        made: list[int] = field(default_factory=list)
        given: int = field(default=1 << 20, repr=False)
        text: str = "a"

    tree = ast.parse(textwrap.dedent(inspect.getsource(Made))).body[0]
    assert isinstance(tree, ast.ClassDef)
    fields = [item for item in tree.body if isinstance(item, ast.AnnAssign)]
    assert [api._default(item, Made) for item in fields] == ["", "list()", "1_048_576", "'a'"]


def test_parameters_are_shown_as_they_are_declared() -> None:
    source = "def f(a, b: int = 1, /, c=2, *rest: str, d: int, e: int = DEFAULT_LIMITS, **more: object): ..."
    [function] = ast.parse(source).body
    assert isinstance(function, ast.FunctionDef)
    assert api._spaced(function.args) == source[6:-6].replace("DEFAULT_LIMITS", "Limits()")


@pytest.mark.parametrize(
    "signature",
    [
        "Policy(keys: Iterable[PolicyKey])",
        "Limits(\n    size: int = 4194304,", "PolicyKey(\n    signer_id: str,",
        "    event_formats: Iterable[AnyFormat | str] = ('pithbundle-event-1',),\n)",
    ],
)  # fmt: skip
def test_constructors_are_shown(signature: str) -> None:
    assert f"\n{signature}" in f"\n{API}"


def test_the_picture_of_the_guide_is_what_the_command_writes(tmp_path: Path) -> None:
    path = tmp_path / "history.svg"
    policy = str(REPO / "vectors" / "demo" / "policy.json")
    run("timeline", str(REPO / "vectors" / "demo" / "rich.json"), "--policy", policy, "--svg", str(path))
    assert picture.timeline(REPO) == path.read_bytes()
    assert picture.NAME in picture.HTML and 'alt="' in picture.HTML


def test_a_block_of_commands_is_copied_without_prompts_and_outputs() -> None:
    block = (
        '<div class="highlight"><pre><span></span><code><span class="gp">$ </span>a<span class="w"> </span>'
        '&quot;$b&quot;\n<span class="go">$ printed</span>\n<span class="gp">$ </span>c &lt; d\n'
        "</code></pre></div>"
    )
    found = finish.marked(f"<p>$ x</p>{block}")
    assert 'data-copy="a &quot;$b&quot;&#10;c &lt; d"' in found
    assert finish.marked(block.replace("gp", "go")) == block.replace("gp", "go")


def test_a_long_name_in_a_table_may_break_between_words_and_a_short_one_never() -> None:
    row = "<tr><td><code>{}</code></td></tr>"
    name = "test_order_and_repetition_change_nothing"
    assert finish.breakable(row.format(name)) == row.format(name.replace("_", "_<wbr>"))
    assert finish.breakable(row.format("signature_invalid")) == row.format("signature_invalid")
    assert finish.breakable(row.format("0" * 64)).count("<wbr>") == 8
    assert finish.breakable(f"<p><code>{name}</code></p>") == f"<p><code>{name}</code></p>"


def test_a_pipe_in_a_type_is_not_escaped() -> None:
    """The site tool shows a code span verbatim, a backslash too."""
    assert "\\|" not in API + commands.reference()
    assert re.search(r"^\| `\w+` \| `[^`]*\w \| None` \|", API, re.MULTILINE)


def test_the_anchor_of_a_special_method_has_no_underscores() -> None:
    assert "\n#### Ledger.\\_\\_len\\_\\_ { #Ledger.len }\n" in API
    assert not re.search(r"\{ #\S*__", API)


def test_no_mark_of_a_docstring_is_left() -> None:
    prose = "\n".join(markdown.parse(API).prose.values())
    assert not re.search(r":(class|func|meth|data|mod):|``", prose)


def test_a_public_name_without_documentation_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pithbundle, "__all__", [*pithbundle.__all__, "is_run"])
    monkeypatch.setattr(pithbundle, "is_run", is_run, raising=False)
    with pytest.raises(api.Undocumented, match="is_run"):
        api.reference()


def test_every_command_has_a_section_with_its_options() -> None:
    text = commands.reference()
    page = markdown.parse(text)
    assert {f"pithbundle-{name}" for name in COMMANDS} <= set(markdown.anchors(page))
    assert "`--expect STATE`" in text and "`--from [json|cbor]`" in text
    assert "### pithbundle conformance run" in text


def test_an_option_without_help_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    @click.command(help="Do something.")
    @click.option("--dumb")
    def command(dumb: str) -> None: ...

    context = click.Context(command, info_name="pithbundle something")
    with pytest.raises(ValueError, match="dumb has no help"):
        list(commands._command(context, command, 2))


def test_clauses_are_linked_outside_code_and_links() -> None:
    link = api.clause_links({"LAW-1": "spec/state.md#law-1"})
    assert (
        link("LAW-1, `LAW-1`, [LAW-1](x), law-9")
        == "[LAW-1](spec/state.md#law-1), `LAW-1`, [LAW-1](x), law-9"
    )


SOUND = '<html><body id="top"><a href="b.html#here">b</a><a href="#top">a</a><img src="c.png"></body></html>'


@pytest.mark.parametrize(
    ("page", "found"),
    [
        (SOUND, []),
        (SOUND.replace("b.html#here", "none.html"), ["a.html: none.html leads nowhere"]),
        (SOUND.replace("#here", "#none"), ["a.html: b.html#none: no such anchor"]),
        (SOUND.replace("#top", "#none"), ["a.html: #none: no such anchor"]),
        (SOUND.replace("<img", '<p id="top"><img'), ["a.html: the anchor top twice"]),
        (SOUND.replace("b.html#here", "https://example.org/"), []),
        (SOUND.replace(">b<", "><code>str \\| None</code><"), ["a.html: shows Markdown: \\|"]),
        (SOUND.replace(">b<", ">--from [json\\|cbor] <"), ["a.html: shows Markdown: [json\\|cbor]"]),
        (SOUND.replace(">b<", ">a.<em>len_</em> { #a.<b>len</b> }<"),
         ["a.html: shows Markdown: a.len_ { #a.len"]),
        (SOUND.replace(">b<", "><pre>a \\| b { #c }</pre><script>a { #b }</script><"), []),
        (SOUND.replace(">b<", ">a | b, {#c}<"), []),
        (SOUND.replace(">b<", "><a></a>b<"), ["a.html: 1 links within links"]),
        (SOUND.replace("c.png", "//x.y/c.png"), ["a.html: <img src=//x.y/c.png> loads from another host"]),
    ],
)  # fmt: skip
def test_what_the_check_of_the_site_finds(page: str, found: list[str], tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text(page, encoding="utf-8")
    (tmp_path / "b.html").write_text('<h1 id="here">b</h1>', encoding="utf-8")
    (tmp_path / "c.png").write_bytes(b"")
    assert check.faults(tmp_path) == found


def test_a_style_that_loads_from_another_host_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.css").write_text('@import "https://example.org/font.css";', encoding="utf-8")
    assert check.faults(tmp_path) == ["a.css: loads something from another host"]


def test_a_page_that_the_navigation_lacks_is_an_error(tmp_path: Path) -> None:
    for name in pages.sources(REPO):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("# Title\n", encoding="utf-8")
    assert pages.sources(tmp_path) == pages.sources(REPO)
    (tmp_path / "docs" / "stray.md").write_text("# Title\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"docs/stray\.md"):
        pages.sources(tmp_path)
    (tmp_path / "docs" / "concepts.md").unlink()
    with pytest.raises(ValueError, match=r"docs/concepts\.md"):
        pages.sources(tmp_path)


def test_the_shim_of_the_search_has_the_name_that_the_generator_looks_for() -> None:
    """Else it adds a script of another host."""
    assert 'path = "assets/iframe-worker.js"' in (REPO / "docs" / "site.toml").read_text(encoding="utf-8")
    assert (REPO / "docs" / "assets" / "iframe-worker.js").is_file()
