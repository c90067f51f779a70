"""What the package exports, how big its modules are, and that its dependencies agree."""

from __future__ import annotations

import ast
import re
import tomllib

import pytest

import pithbundle
from kit.data import REPO

#: Lines of a module, and of a function with its documentation.
MODULE_LIMIT = 400
FUNCTION_LIMIT = 60

#: The public API. A change here is a change that users see: it belongs in CHANGELOG.md.
PUBLIC = [
    "Alias",
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
    "DigestHex",
    "Effect",
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
    "Found",
    "GraphSnapshot",
    "Input",
    "InputError",
    "Instant",
    "IntegrityFinding",
    "InvalidKeyError",
    "Judged",
    "KeyStatus",
    "Ledger",
    "LedgerBuilder",
    "Limits",
    "Listed",
    "Location",
    "Loser",
    "MERGE_1",
    "MergeError",
    "MergeRules",
    "Moment",
    "NumberError",
    "Object",
    "Outcome",
    "OutcomeError",
    "PithError",
    "PithNumber",
    "Pointer",
    "Policy",
    "PolicyError",
    "PolicyKey",
    "Probe",
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
    "SideError",
    "SignedEvent",
    "State",
    "Status",
    "StorageAttestation",
    "TimestampAnchor",
    "Unrecognised",
    "Value",
    "Verdict",
    "VerifiedBundle",
    "Verifier",
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


def test_the_version_is_that_of_the_project() -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]
    assert pithbundle.__version__ == project["version"]


def test_requirements_and_project_state_the_same_bounds() -> None:
    project = tomllib.loads((REPO / "pyproject.toml").read_text())["project"]
    wanted = (REPO / "requirements" / "runtime.in").read_text().splitlines()
    assert set(project["dependencies"]) <= set(wanted)
    # Every test of an extra runs: what it needs is among the development tools, or has a list of its own.
    for name, extra in project["optional-dependencies"].items():
        own = REPO / "requirements" / f"{name}.in"
        tools = own if own.is_file() else own.with_name("dev.in")
        assert set(extra) <= set(tools.read_text().splitlines())


@pytest.mark.parametrize("name", ["runtime", "cli", "dev", "docs", "mutants", "pip"])
def test_every_pin_has_a_hash_and_names_no_index(name: str) -> None:
    text = (REPO / "requirements" / f"{name}.txt").read_text()
    entries = re.split(r"\n(?=\S)", text.strip())
    assert entries and all("==" in entry and "--hash=sha256:" in entry for entry in entries)
    assert "://" not in text and "--index" not in text


MODULES = sorted((REPO / "src").rglob("*.py"))


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
