"""The API reference: every public name, with the docstrings and comments of the source."""

from __future__ import annotations

import ast
import dataclasses
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Final, TypeAlias

import pithbundle
import pithbundle.archive
import pithbundle.badge
import pithbundle.citation
import pithbundle.digests
import pithbundle.evidence
import pithbundle.graph
import pithbundle.net
import pithbundle.recompute
import pithbundle.store
from docsite.commands import escape

_Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_SECTION: Final = re.compile(r"^(Args|Attributes|Returns|Yields|Raises|Example|Examples|Note):$")
_ROLE: Final = re.compile(r":(?:class|func|meth|mod|data|attr|exc|const):`~?([^`]+)`")
#: ``name: text`` at the begin of an entry of a section.
_ENTRY: Final = re.compile(r"^(\*{0,2}[\w.]+)(?: \([^)]*\))?: ")
#: Private names of defaults, and what a page shows in their place.
_PRIVATE: Final = {"DEFAULT_LIMITS": "Limits()"}
#: Special methods that are part of what a user reads.
_SPECIAL: Final = {"__or__", "__len__", "__contains__", "__iter__", "__str__"}
#: The page of each package.
PAGES: Final[dict[str, str]] = {
    "pithbundle": "api.md",
    "pithbundle.archive": "api-archive.md",
    "pithbundle.recompute": "api-recompute.md",
    "pithbundle.net": "api-net.md",
    "pithbundle.store": "api-store.md",
    "pithbundle.digests": "api-digests.md",
    "pithbundle.evidence": "api-evidence.md",
    "pithbundle.badge": "api-badge.md",
    "pithbundle.citation": "api-citation.md",
    "pithbundle.graph": "api-graph.md",
}
#: The packages that have a name, of which some have one each.
_NAMES: Final[dict[str, list[str]]] = {
    name: [package for package in PAGES if name in sys.modules[package].__all__]
    for package in PAGES
    for name in sys.modules[package].__all__
    if name[0] != "_"
}


class Undocumented(Exception):
    """Public names without a docstring or comment."""


def reference(link: Callable[[str], str] = lambda text: text, package: ModuleType = pithbundle) -> str:
    """The sections of all public names of a package.

    Args:
        link: turns the clauses that a text names into links.
        package: one of PAGES.

    Raises:
        Undocumented: names without documentation.
    """
    missing: list[str] = []
    groups: dict[str, list[str]] = {"Classes": [], "Functions": [], "Errors": [], "Types and values": []}
    for name in sorted(package.__all__, key=str.lower):
        found = getattr(package, name)
        if inspect.isclass(found):
            kind = "Errors" if issubclass(found, BaseException) else "Classes"
            text = _class(name, found, missing)
        elif inspect.isfunction(found):
            kind, text = "Functions", _function(name, _definition(found), missing, 3, name)
        else:
            kind, text = "Types and values", _value(name, missing, package)
        groups[kind].append(_resolved(text, package))
    if missing:
        raise Undocumented(f"public names without a docstring or comment: {', '.join(missing)}")
    return "\n\n".join(f"## {kind}\n\n" + link("\n\n".join(texts)) for kind, texts in groups.items() if texts)


def _resolved(text: str, package: ModuleType) -> str:
    """The text with links to names: to those of the package itself, or else to the page of another."""

    def target(found: re.Match[str]) -> str:
        packages = _NAMES[found[1]]
        page = "" if package.__name__ in packages else PAGES[packages[0]]
        return f"]({page}#{found[1]})"

    return re.sub(r"\]\(name:(\w+)\)", target, text)


@cache
def _module(name: str) -> tuple[ast.Module, list[str]]:
    """The tree and the lines of a module of the package."""
    file = sys.modules[name].__file__
    assert file is not None
    source = Path(file).read_text(encoding="utf-8")
    return ast.parse(source), source.splitlines()


def _definition(found: type | Callable[..., object]) -> ast.ClassDef | _Function:
    tree, _ = _module(found.__module__)
    for node in tree.body:
        if isinstance(node, ast.ClassDef | _Function) and node.name == found.__name__:
            return node
    raise ValueError(f"{found.__module__} does not define {found.__name__} at its top")


def _class(name: str, found: type, missing: list[str]) -> str:
    node = _definition(found)
    assert isinstance(node, ast.ClassDef)
    lines = _module(found.__module__)[1]
    parts = [f"### {name} {{ #{name} }}"]
    bases = [base.__name__ for base in found.__bases__ if base.__name__ in _NAMES]
    if bases:
        parts.append("Is a " + ", ".join(f"[`{base}`](name:{base})" for base in bases) + ".")
    doc = ast.get_docstring(node)
    if not doc:
        missing.append(name)
    parts += _docstring(doc or "")
    fields = [_field(item, lines, found) for item in node.body if isinstance(item, ast.AnnAssign)]
    if shown := [row for row in fields if row]:
        parts.append(_table(shown))
    for item in node.body:
        if isinstance(item, _Function) and _is_public(item.name):
            parts.append(_function(item.name, item, missing, 4, f"{name}.{item.name}"))
        elif isinstance(item, ast.FunctionDef) and item.name == "__init__" and item.args.args[1:]:
            parts.insert(1 + bool(bases), _signature(name, item))
    if generated := _generated_constructor(name, node, found):
        parts.insert(1 + bool(bases), generated)
    return "\n\n".join(parts)


def _generated_constructor(name: str, node: ast.ClassDef, found: type) -> str:
    """The signature of the constructor that a dataclass generates; empty where it takes a private value."""
    if not dataclasses.is_dataclass(found) or not vars(found)["__dataclass_params__"].init:
        return ""
    taken = [each.name for each in dataclasses.fields(found) if each.init]
    declared = {
        item.target.id: item
        for item in node.body
        if isinstance(item, ast.AnnAssign) and isinstance(item.target, ast.Name)
    }
    if not taken or not all(each in declared and _is_public(each) for each in taken):
        return ""
    parameters = []
    for each in taken:
        default = _default(declared[each], found)
        kind = ast.unparse(declared[each].annotation)
        parameters.append(f"{each}: {kind} = {default}" if default else f"{each}: {kind}")
    made = ast.parse(f"def {name}({', '.join(parameters)}) -> None: ...").body[0]
    assert isinstance(made, _Function)
    made.returns = None
    return _signature(name, made)


def _is_public(name: str) -> bool:
    return name in _SPECIAL or not name.startswith("_")


def _field(node: ast.AnnAssign, lines: list[str], owner: type) -> list[str]:
    """The cells for an attribute that a class declares; none for a private one or a constant."""
    if not isinstance(node.target, ast.Name) or node.target.id.startswith("_"):
        return []
    # The site tool reads a pipe in a code span of a table as a cell border, and shows a backslash before it.
    name, kind, default = node.target.id, ast.unparse(node.annotation), _default(node, owner)
    return [f"`{name}`", f"`{kind}`", f"`{default}`" if default else "", _inline(_comment(node, lines))]


def _table(rows: list[list[str]]) -> str:
    """The attributes of a class, with their defaults where one has a default."""
    heads = ["attribute", "type", "default", ""]
    shown = [at for at in range(4) if at != 2 or any(row[2] for row in rows)]
    lines = [[heads[at] for at in shown], ["---"] * len(shown), *([row[at] for at in shown] for row in rows)]
    return "\n".join("".join(f"| {cell} " if cell else "| " for cell in cells) + "|" for cells in lines)


def _default(node: ast.AnnAssign, owner: type) -> str:
    """The default of a field as source text, a number by its value; empty where there is none."""
    if node.value is None or not dataclasses.is_dataclass(owner):
        return ""
    assert isinstance(node.target, ast.Name)
    [field] = [one for one in dataclasses.fields(owner) if one.name == node.target.id]
    if type(field.default) is int:
        return f"{field.default:_}"
    if isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "field":
        keywords = {each.arg: ast.unparse(each.value) for each in node.value.keywords}
        return keywords.get("default") or f"{keywords.get('default_factory', '')}()".removeprefix("()")
    return ast.unparse(node.value)


def _comment(node: ast.stmt, lines: list[str]) -> str:
    """The ``#:`` comment above a statement."""
    found: list[str] = []
    for line in reversed(lines[: node.lineno - 1]):
        if not line.strip().startswith("#:"):
            break
        found.insert(0, line.strip().removeprefix("#:").strip())
    return " ".join(found)


def _function(name: str, node: ast.AST, missing: list[str], level: int, anchor: str) -> str:
    assert isinstance(node, _Function)
    doc = ast.get_docstring(node)
    if not doc and name not in _SPECIAL:
        missing.append(anchor)
    # Whatever else decorates a method makes an attribute of it: property, or a value that is kept.
    decorators = {ast.unparse(item).rpartition(".")[2] for item in node.decorator_list}
    plain = {"classmethod", "staticmethod", "override", "overload"}
    label = "property" if level == 4 and decorators - plain else ""
    # Two underscores in the name of an anchor are emphasis, and none follow them: len for __len__.
    heading = f"{'#' * level} {escape(anchor)} {{ #{anchor.replace('__', '')} }}"
    parts = [heading, _signature(name, node, label)]
    return "\n\n".join([*parts, *_docstring(doc or "")])


def _signature(name: str, node: _Function, label: str = "") -> str:
    """The declaration as it is written, without self, one parameter a line where it is long."""
    arguments = ast.parse(ast.unparse(node)).body[0]
    assert isinstance(arguments, _Function)
    first = arguments.args.posonlyargs or arguments.args.args
    if first and first[0].arg in ("self", "cls"):
        del first[0]
    returns = f" -> {ast.unparse(node.returns)}" if node.returns and node.name != "__init__" else ""
    if label == "property":
        return _code(f"{name}: {ast.unparse(node.returns) if node.returns else ''}")
    parameters = _spaced(arguments.args)
    text = f"{name}({parameters}){returns}"
    if len(text) > 80:
        inner = re.sub(r", (?=[*\w]+(?::|,|$))", ",\n    ", parameters)
        text = f"{name}(\n    {inner},\n){returns}"
    return _code(text)


def _spaced(arguments: ast.arguments) -> str:
    """The parameters as source text, with spaces around the default of one that has a type."""
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [*[None] * (len(positional) - len(arguments.defaults)), *arguments.defaults]
    shown = [_parameter(one, default) for one, default in zip(positional, defaults, strict=True)]
    if arguments.posonlyargs:
        shown.insert(len(arguments.posonlyargs), "/")
    if arguments.vararg:
        shown.append(f"*{_parameter(arguments.vararg, None)}")
    elif arguments.kwonlyargs:
        shown.append("*")
    keywords = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    shown += [_parameter(one, default) for one, default in keywords]
    if arguments.kwarg:
        shown.append(f"**{_parameter(arguments.kwarg, None)}")
    return ", ".join(shown)


def _parameter(one: ast.arg, default: ast.expr | None) -> str:
    kind = f": {ast.unparse(one.annotation)}" if one.annotation else ""
    equals = " = " if kind else "="
    if default is None:
        return f"{one.arg}{kind}"
    text = ast.unparse(default)
    return f"{one.arg}{kind}{equals}{_PRIVATE.get(text, text)}"


def _code(text: str) -> str:
    return f"```python\n{text}\n```"


def _value(name: str, missing: list[str], package: ModuleType) -> str:
    """A constant, a type alias or a new type: its definition and the comment above it."""
    module = _home(name, package)
    tree, lines = _module(module)
    for node in tree.body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        if any(isinstance(item, ast.Name) and item.id == name for item in targets):
            comment = _comment(node, lines)
            if not comment:
                missing.append(name)
            anchor = name.strip("_")
            shown = _code(ast.unparse(node))
            return f"### {escape(name)} {{ #{anchor} }}\n\n{shown}\n\n{_inline(comment)}"
    raise ValueError(f"{module} does not define {name} at its top")


def _home(name: str, package: ModuleType) -> str:
    """The module that the package imports a name from: several define a ``Status``."""
    for node in _module(package.__name__)[0].body:
        if isinstance(node, ast.ImportFrom) and any(item.name == name for item in node.names):
            assert node.module is not None
            return node.module
    return package.__name__


def _inline(text: str) -> str:
    """The marks of a docstring as Markdown."""
    text = _ROLE.sub(lambda found: f"`{found[1].rpartition('.')[2]}`", text).replace("``", "`")
    pieces = re.split(r"(`[^`]+`)", text)
    return "".join(_code_span(piece) if piece[:1] == "`" else escape(piece) for piece in pieces)


def _code_span(piece: str) -> str:
    name = piece.strip("`").removesuffix("()")
    return f"[{piece}](name:{name})" if name in _NAMES else piece


def _docstring(text: str) -> Iterator[str]:
    """A docstring in the convention of Google as Markdown."""
    paragraphs = re.split(r"\n\s*\n", text)
    literal = False
    for paragraph in paragraphs:
        if literal and paragraph[:1] == " ":
            yield _code(textwrap.dedent(paragraph))
            continue
        head, _, rest = paragraph.partition("\n")
        if _SECTION.match(head):
            yield f"**{head.removesuffix(':')}**"
            yield from _entries(textwrap.dedent(rest))
        elif paragraph.lstrip()[:2] == "* ":
            yield "\n".join("* " + _inline(item) for item in _items(paragraph))
        elif paragraph.strip():
            yield _inline(
                " ".join(paragraph.removesuffix(":").split()) + ":" * paragraph.endswith("::")
                if paragraph.endswith("::")
                else " ".join(paragraph.split())
            )
        literal = paragraph.endswith("::")


def _items(paragraph: str) -> list[str]:
    return [" ".join(item.split()) for item in re.split(r"(?:^|\n) *\* ", paragraph) if item.strip()]


def _entries(text: str) -> Iterator[str]:
    """The entries of a section: a list where they have names, else prose."""
    entries = [" ".join(entry.split()) for entry in re.split(r"\n(?=\S)", text) if entry.strip()]
    if entries and all(_ENTRY.match(entry) for entry in entries):
        yield "\n".join(
            f"* {_code_span(f'`{found[1]}`')}: {_inline(entry[found.end() :])}"
            for entry in entries
            if (found := _ENTRY.match(entry))
        )
    elif entries:
        yield _inline(" ".join(entries))


def clause_links(pages: Mapping[str, str]) -> Callable[[str], str]:
    """A function that links the clauses in a text, given the target of each."""

    def linked(found: re.Match[str]) -> str:
        return f"[{found[0]}]({pages[found[0]]})" if found[0] in pages else found[0]

    def link(text: str) -> str:
        pieces = re.split(
            r"(```.*?```|`[^`]*`|\[[^\]]*\]\([^)]*\)|\[[A-Z]+-\d+\](?:: .*)?)", text, flags=re.DOTALL
        )
        return "".join(
            piece if at % 2 else re.sub(r"\b[A-Z]{2,}-\d+\b", linked, piece)
            for at, piece in enumerate(pieces)
        )

    return link
