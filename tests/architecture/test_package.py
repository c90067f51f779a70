"""What the package exports, how big its modules are, and that its dependencies agree."""

from __future__ import annotations

import ast
import builtins
import collections.abc
import importlib
import inspect
import re
import sys
import tomllib
import typing
from collections.abc import Iterator
from types import ModuleType
from typing import Any

import pytest

import pithbundle
import pithbundle.archive
import pithbundle.net
import pithbundle.store
from kit.data import REPO

#: Lines of a module, and of a function with its documentation.
MODULE_LIMIT = 400
FUNCTION_LIMIT = 60

#: The public API. A change here is a change that users see: it belongs in CHANGELOG.md.
PUBLIC = [
    "Advise",
    "Alias",
    "AnyFormat",
    "AuthorClaim",
    "Bundle",
    "BundleError",
    "BytesLike",
    "Change",
    "CheckedEvent",
    "Checkpoint",
    "Citation",
    "Claim",
    "Clock",
    "Completeness",
    "Decision",
    "Diff",
    "Difference",
    "DifferenceGroup",
    "DigestHex",
    "DocumentError",
    "DocumentKey",
    "DocumentReport",
    "DocumentType",
    "Effect",
    "ElementLocation",
    "Encoding",
    "Entry",
    "Equivocation",
    "EquivocationProof",
    "EventFormat",
    "EventId",
    "EventType",
    "Explanation",
    "Fault",
    "FileError",
    "FileReport",
    "Finding",
    "FindingStatus",
    "FlatFormat",
    "FormatError",
    "Found",
    "GraphSnapshot",
    "HowDifferent",
    "Input",
    "InputError",
    "Instant",
    "IntegrityFinding",
    "InvalidKeyError",
    "Judged",
    "KeptStrings",
    "KeyStatus",
    "Ledger",
    "LedgerBuilder",
    "Limits",
    "Listed",
    "Location",
    "Loser",
    "MERGE_1",
    "MemberCheck",
    "MergeError",
    "MergeRules",
    "Moment",
    "NamedInput",
    "NumberError",
    "NumberStatus",
    "Object",
    "Outcome",
    "OutcomeError",
    "PayloadCheck",
    "PithError",
    "PithNumber",
    "Pointer",
    "Policy",
    "PolicyError",
    "PolicyKey",
    "ProbeResult",
    "ProbeStatus",
    "ProofError",
    "PublicKey",
    "ReasonCode",
    "Receipt",
    "ReceiptVerdict",
    "Record",
    "RecordError",
    "Rejection",
    "Replication",
    "Report",
    "ReportWarning",
    "Retraction",
    "SelectionRule",
    "SideError",
    "SignatureStatus",
    "SignatureVerdict",
    "SignedEvent",
    "State",
    "Status",
    "StorageAttestation",
    "TimestampAnchor",
    "Unrecognised",
    "Unverified",
    "Value",
    "Verdict",
    "VerifiedBundle",
    "Verifier",
    "WarningCode",
    "__version__",
    "abstract_sha256",
    "canonical_bytes",
    "cbor_bytes",
    "diff",
    "parse_cbor",
    "parse_json",
    "probe",
    "read_bundle",
    "read_bundle_file",
    "title_sha256",
]


def test_the_public_names_are_these() -> None:
    assert sorted(pithbundle.__all__) == PUBLIC
    assert all(hasattr(pithbundle, name) for name in pithbundle.__all__)


#: The names of annotations that are not of the package.
OUTSIDE = {*dir(builtins), *dir(typing), *dir(collections.abc), "PathLike", "PurePath", "os"}


def annotated(name: str, package: ModuleType = pithbundle) -> Iterator[tuple[str, Any]]:
    """The annotations of a public function, or of the public members of a public class, with their names."""
    public = getattr(package, name)
    if not inspect.isclass(public):
        for argument, annotation in getattr(public, "__annotations__", {}).items():
            yield f"{name}({argument})", annotation
        return
    for base in public.__mro__:
        if not base.__module__.startswith("pithbundle"):
            continue
        members = dict(vars(base))
        for field, annotation in members.get("__annotations__", {}).items():
            if not field.startswith("_"):
                # In a named tuple it is a forward reference.
                yield f"{name}.{field}", getattr(annotation, "__forward_arg__", annotation)
        for member, value in members.items():
            computed = getattr(value, "fget", None) or getattr(value, "func", None)
            function = computed or getattr(value, "_compute", None) or getattr(value, "__func__", value)
            if inspect.isfunction(function) and (not member.startswith("_") or member == "__init__"):
                for argument, annotation in function.__annotations__.items():
                    yield f"{name}.{member}({argument})", annotation


def type_variables() -> dict[str, str]:
    """The type variables of the package, each with the name of the class that bounds it."""
    modules = [module for name, module in sys.modules.items() if name.split(".")[0] == "pithbundle"]
    return {
        value.__name__: getattr(value.__bound__, "__name__", "")
        for module in modules
        for value in vars(module).values()
        if isinstance(value, typing.TypeVar)
    }


@pytest.mark.parametrize(
    "name",
    [
        "pithbundle.archive",
        "pithbundle.digests",
        "pithbundle.evidence",
        "pithbundle.graph",
        "pithbundle.net",
        "pithbundle.recompute",
        "pithbundle.store",
    ],
)
def test_every_type_of_a_public_member_of_a_package_is_public(name: str) -> None:
    package = importlib.import_module(name)
    every = [each for name in package.__all__ for each in annotated(name, package)]
    # Where units are computed is chosen by the command alone.
    chosen = {"UnitPool", "Named", "datetime"}
    known = {*pithbundle.__all__, *pithbundle.archive.__all__, *package.__all__, *OUTSIDE, *chosen}
    assert len(every) > 5 and unknown_types(every, known) == []


def test_every_type_of_a_public_member_is_public() -> None:
    """Who annotates a variable with what a public member returns can import the name."""
    known = {*pithbundle.__all__, *OUTSIDE}
    # An alias such as Value is an object of typing, whose annotations are types.
    every = [each for name in pithbundle.__all__ for each in annotated(name)]
    found = [(where, text) for where, text in every if isinstance(text, str)]
    assert len(found) > 300
    known |= {name for name, bound in type_variables().items() if bound in known}
    assert {where.split("(")[0] for where, _ in found} >= {"State.receipt", "Report.events", "Fault.pointer"}
    assert unknown_types(found, known) == []


def unknown_types(found: list[tuple[str, Any]], known: set[str]) -> list[tuple[str, str]]:
    """The names in annotations that are not known, each with the member that has it."""
    return [
        (where, node.id)
        for where, text in found
        if isinstance(text, str)
        for node in ast.walk(ast.parse(text, mode="eval"))
        if isinstance(node, ast.Name) and node.id not in known
    ]


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]
    assert pithbundle.__version__ == project["version"]


def test_requirements_and_project_state_the_same_bounds() -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]
    wanted = (REPO / "requirements" / "runtime.in").read_text().splitlines()
    assert set(project["dependencies"]) <= set(wanted)
    # Every test of an extra runs: what it needs is among the development tools, or has a list of its own.
    lists = {"parquet": "cluster"}
    for name, extra in project["optional-dependencies"].items():
        own = REPO / "requirements" / f"{lists.get(name, name)}.in"
        tools = own if own.is_file() else own.with_name("dev.in")
        assert set(extra) <= set(tools.read_text().splitlines())


@pytest.mark.parametrize("name", ["runtime", "cli", "dev", "mirror", "docs", "mutants", "cluster", "pip"])
def test_every_pin_has_a_hash_and_names_no_index(name: str) -> None:
    text = (REPO / "requirements" / f"{name}.txt").read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert entries and all("==" in entry and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in text and "--index" not in text


MODULES = sorted((REPO / "src").rglob("*.py"))


def test_every_module_that_a_docstring_names_is_there() -> None:
    source = REPO / "src"
    missing = [
        f"{path.relative_to(source)} names {name}"
        for path in MODULES
        for name in re.findall(r":mod:`~?(pithbundle[\w.]*)`", path.read_text(encoding="utf-8"))
        if not source.joinpath(*name.split(".")).with_suffix(".py").is_file()
        and not source.joinpath(*name.split("."), "__init__.py").is_file()
    ]
    assert missing == []


def test_modules_stay_small_enough_to_read() -> None:
    """A module over the limit has two reasons to change: split it."""
    sizes = {
        path.relative_to(REPO).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in MODULES
    }
    assert {name: size for name, size in sizes.items() if size > MODULE_LIMIT} == {}


def test_functions_stay_small_enough_to_read() -> None:
    sizes = {
        f"{path.relative_to(REPO).as_posix()}:{node.name}": (node.end_lineno or 0) - node.lineno + 1
        for path in MODULES
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: size for name, size in sizes.items() if size > FUNCTION_LIMIT} == {}
