"""The layers of the package, read from its imports.

A module imports from its own layer or a lower one, never in a circle. A new module needs
an entry in LAYERS; a new import from outside needs one in the tables below, with its reason.
"""

from __future__ import annotations

import ast
import functools
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.data import REPO

PACKAGE = REPO / "src" / "pithbundle"

#: Lowest first. A folder means everything in it.
LAYERS: tuple[tuple[str, ...], ...] = (
    ("brief", "codes", "escape", "escape_tables", "newtypes", "progress", "wording"),
    ("errors",),
    ("durable", "wall_clock"),
    ("files", "output_folder"),
    ("encoding",),
    ("spawning",),
    ("ed25519",),
    ("bundle",),
    ("verify",),
    ("merge",),
    ("outcomes",),
    ("proof",),
    ("joined",),
    ("report", "report_json"),
    ("sentences", "statuses"),
    ("badge", "citation"),
    ("comparison",),
    ("verifier",),
    ("__init__",),
    ("record_digests",),
    ("digests",),
    ("net",),
    ("archive",),
    ("recompute",),
    ("store",),
    ("evidence", "graph"),
    ("paper",),
    ("mirror",),
    (
        "mirror",
        "conformance",
    ),
    ("cli",),
    ("__main__",),
)
RANK = {name: rank for rank, layer in enumerate(LAYERS) for name in layer}

#: Who signed what, and what follows from it: merge reads verdicts, never how they were reached.
MERGE_MAY_IMPORT_OF_VERIFY = {"pithbundle.verify.verdicts"}
#: Who may import evidence: what shows it. Nothing that computes a state does (EVID-1).
SHOWS_EVIDENCE = ("evidence/", "cli/", "mirror/pages/", "paper/")
#: Everything of the outside world lives here.
EDGE = {
    "durable", "wall_clock", "files", "output_folder", "spawning", "net", "archive", "recompute", "store",
    "conformance", "cli", "mirror", "paper",
    "__main__",
}  # fmt: skip

#: Modules below the edge that read a file, in a constructor ``from_file`` beside ``from_bytes``.
FROM_FILE = {"bundle/event_format.py", "bundle/reader.py", "bundle/record.py", "verify/policy.py"}

#: The one importer of each library, so that its behaviour is judged in one module.
THIRD_PARTY = {
    "nacl": {"ed25519"},
    "cbor2": {"encoding"},
    "orjson": {"encoding"},
    "backports": {"archive"},
    "compression": {"archive"},
    "pyarrow": {"archive"},
    "aiohttp": {"net"},
    "yarl": {"net"},
    "stamina": {"net"},
    "httptools": {"mirror"},
    "uvicorn": {"mirror"},
    "distributed": {"recompute"},
    "fsspec": {"recompute"},
    "click": {"cli"},
    "matplotlib": {"cli"},
    "jinja2": {"mirror"},
    "markupsafe": {"mirror"},
    "warcio": {"evidence"},
    "pypdf": {"paper"},
}

#: What the core may import of the standard library: nothing that reads a file, a clock, the
#: environment, the locale or randomness, and nothing that differs between Python versions.
CORE_STDLIB = {
    "__future__",
    "base64",
    "binascii",
    "bisect",
    "collections",
    "copy",
    "dataclasses",
    "enum",
    "functools",
    "hashlib",
    "heapq",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "struct",
    "types",
    "typing",
}
#: What one module of the core imports beyond that. An extension module is imported with SIGINT held back, and
#: nothing else of the core knows of signals; expat is given bytes, and opens nothing.
OF_ONE_MODULE = {
    "encoding/held_signals.py": {"contextlib", "signal"},
    "evidence/bounded_xml.py": {"xml"},
    "evidence/expansion.py": {"zlib"},
}
#: Built-ins that do what the modules excluded above do.
CORE_FORBIDDEN_CALLS = {"open", "print", "input", "eval", "exec", "compile", "__import__", "breakpoint"}

MODULES = sorted(PACKAGE.rglob("*.py"))


def top(path: Path) -> str:
    """The name in LAYERS of a module's file."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@functools.cache
def imports(path: Path) -> tuple[tuple[str, int], ...]:
    """Every dotted name that the file imports, lazily or not, with its line."""
    return tuple(_imports(path))


def _imports(path: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, node.lineno
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path.name}:{node.lineno}: write the import in full"
            assert node.module is not None
            # A name may be a module of the folder or a thing in it: both readings are given,
            # except for the package itself, whose modules are distinguished by name.
            if node.module != "pithbundle":
                yield node.module, node.lineno
            for alias in node.names:
                yield f"{node.module}.{alias.name}", node.lineno


def own(name: str) -> str | None:
    """The name in LAYERS of an imported module, or None for one from outside.

    ``from pithbundle import Policy`` names a public object: it counts as the package.
    """
    parts = name.split(".")
    if parts[0] != "pithbundle":
        return None
    return parts[1] if len(parts) > 1 and parts[1] in RANK else "__init__"


def ident(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


@pytest.mark.parametrize("path", MODULES, ids=ident)
def test_every_module_has_its_layer(path: Path) -> None:
    assert top(path) in RANK, f"{ident(path)} is not in LAYERS"


@pytest.mark.parametrize("path", MODULES, ids=ident)
def test_imports_point_down(path: Path) -> None:
    here = top(path)
    for name, line in imports(path):
        there = own(name)
        if there is None:
            continue
        where = f"{ident(path)}:{line}: {here} imports {there}"
        assert RANK[there] <= RANK[here], f"{where}, which is above it"
        if here == "merge" and there == "verify":
            allowed = any(
                name == module or name.startswith(module + ".") for module in MERGE_MAY_IMPORT_OF_VERIFY
            )
            assert allowed, f"{where}: of verify, merge may import only the verdicts"


@pytest.mark.parametrize("path", MODULES, ids=ident)
def test_only_what_shows_evidence_imports_it(path: Path) -> None:
    if not ident(path).startswith(SHOWS_EVIDENCE):
        found = [f"{ident(path)}:{line}" for name, line in imports(path) if own(name) == "evidence"]
        assert found == []


@pytest.mark.parametrize("path", MODULES, ids=ident)
def test_only_what_shows_a_graph_imports_it(path: Path) -> None:
    """GRAPH-1."""
    if not ident(path).startswith(("graph/", "cli/", "mirror/pages/")):
        assert [line for name, line in imports(path) if own(name) == "graph"] == []


def test_evidence_needs_the_standard_library_and_no_other_part() -> None:
    """What it reads is bytes and reports: it knows what is verified of a record, and no more."""
    named = {name for path in MODULES if top(path) == "evidence" for name, _ in imports(path)}
    parts = {part for part in map(own, named) if part is not None}
    assert parts == {
        "brief", "bundle", "encoding", "errors", "evidence", "joined", "outcomes", "report", "verify",
    }  # fmt: skip


@pytest.mark.parametrize("path", MODULES, ids=ident)
def test_libraries_have_one_importer(path: Path) -> None:
    here = top(path)
    for name, line in imports(path):
        root = name.split(".")[0]
        if root == "pithbundle" or root in sys.stdlib_module_names:
            continue
        assert here in THIRD_PARTY.get(root, ()), f"{ident(path)}:{line}: {here} may not import {root}"


@pytest.mark.parametrize("path", [path for path in MODULES if top(path) not in EDGE], ids=ident)
def test_the_core_sees_no_outside_world(path: Path) -> None:
    for name, line in imports(path):
        root = name.split(".")[0]
        if own(name) == "files":
            assert ident(path) in FROM_FILE, f"{ident(path)}:{line}: the core may not read files"
        if root in sys.stdlib_module_names:
            allowed = root in CORE_STDLIB or (root in ("os", "pathlib") and ident(path) in FROM_FILE)
            allowed |= root in OF_ONE_MODULE.get(ident(path), ())
            assert allowed, f"{ident(path)}:{line}: the core may not import {root}"
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            called = f"{ident(path)}:{node.lineno}: the core may not call {node.func.id}"
            assert node.func.id not in CORE_FORBIDDEN_CALLS, called


#: A run of vectors reports whatever stops it as a fault of the run, and counts what has no result then.
#: What no command expects is a fault of the program, which the command line reports as such (CLI-13).
#: The file systems of object storage raise errors of their own libraries, which have no common class;
#: pypdf raises whatever a damaged file brings about in it.
MAY_CATCH_EXCEPTION = {"cli/main.py", "conformance/runner.py", "recompute/object_storage.py", "paper/pdf.py"}


@pytest.mark.parametrize("path", MODULES, ids=ident)
def test_nothing_depends_on_assert_or_catches_everything(path: Path) -> None:
    """-O removes assert, and a bare ``except Exception`` only looks total."""
    forbidden = {"everything", "BaseException"}
    if ident(path) not in MAY_CATCH_EXCEPTION:
        forbidden.add("Exception")
    for node in ast.walk(ast.parse(path.read_bytes())):
        assert not isinstance(node, ast.Assert), f"{ident(path)}:{node.lineno}: assert in the package"
        if isinstance(node, ast.ExceptHandler):
            caught = ast.unparse(node.type) if node.type else "everything"
            where = f"{ident(path)}:{node.lineno}: catches {caught}"
            # What cleans up and raises again swallows nothing.
            last = node.body[-1]
            again = isinstance(last, ast.Raise) and last.exc is None
            assert again or not forbidden & set(caught.strip("()").split(", ")), where


def only_for_types(path: Path) -> set[str]:
    """The names that a file imports for its annotations alone: two types may name each other."""
    return {
        f"{node.module}"
        for block in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in block.body
        if isinstance(node, ast.ImportFrom)
    }


def test_imports_form_no_circle() -> None:
    files = {dotted(path): path for path in MODULES}
    graph: dict[str, set[str]] = {}
    for here, path in files.items():
        named = {name for name, _ in imports(path)} - only_for_types(path)
        # A folder's __init__ naming its own members is not the member importing it back.
        graph[here] = {name for name in named if name in files} - {here}
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, " -> ".join((*trail, name))
        if name in done:
            return
        for target in sorted(graph[name]):
            visit(target, (*trail, name))
        done.add(name)

    for name in sorted(graph):
        visit(name, ())


def dotted(path: Path) -> str:
    """The module's full name."""
    parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def defined_in(path: Path) -> set[str]:
    """The names that a module defines; those that it imports are not among them."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


IMPORTERS = [path for folder in ("src", "tests", "tools") for path in sorted((REPO / folder).rglob("*.py"))]


def test_a_name_is_imported_from_the_module_that_defines_it() -> None:
    """A name has one home; the package itself is the one that names what others define."""
    known = {dotted(path): defined_in(path) for path in MODULES if path.name != "__init__.py"}
    found = [
        f"{path.relative_to(REPO)}:{node.lineno}: {alias.name} is not defined in {node.module}"
        for path in IMPORTERS
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.ImportFrom) and node.module in known
        for alias in node.names
        if alias.name not in known[node.module]
    ]
    assert len(known) > 100 and found == []
