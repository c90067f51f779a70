"""Plans and keys: everything that a result depends on is in its key, and nothing else (RECOMP-8)."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

import pithbundle
from kit.recomputed import POLICY, registry, verifier
from pithbundle import Limits, Policy, Verifier
from pithbundle.recompute import plan as module
from pithbundle.recompute.plan import APART, Keys, Plan, code_files, code_sha256, under

RAW = registry(1)[0].raw
INPUTS = ("b" * 64, "a" * 64)


def plan(*inputs: str, form: str = "jsonl", chosen: Verifier | None = None) -> Plan:
    return Plan.of(inputs or INPUTS, chosen or verifier(), form)


# -- keys ------------------------------------------------------------------------------------


def test_equal_units_have_one_key() -> None:
    assert Keys.of(verifier()).of_frames("json", [RAW]) == Keys.of(verifier()).of_frames("json", [RAW])
    lines = [("json", "a" * 64), ("cbor", "b" * 64)]
    assert Keys.of(verifier()).of_records(lines) == Keys.of(verifier()).of_records(lines[::-1])  # type: ignore[arg-type]


def test_units_that_differ_have_other_keys() -> None:
    keys = Keys.of(verifier())
    found = [
        keys.of_frames("json", [RAW]),
        keys.of_frames("cbor", [RAW]),
        keys.of_frames("json", [RAW + b"\n"]),
        keys.of_frames("json", [b""]),
        keys.of_frames("json", []),
        keys.of_frames("json", [RAW, RAW]),
        keys.of_frames("json", [RAW + b"frame json\n" + RAW]),
        keys.of_frames("json", [RAW, b""]),
        keys.of_frames("json", [RAW[:9], RAW[9:]]),
        keys.of_frames("json", [RAW[:8], RAW[8:]]),
        keys.of_records([]),
        keys.of_records([("json", "a" * 64)]),
        keys.of_records([("cbor", "a" * 64)]),
        keys.of_records([("json", "a" * 64), ("json", "b" * 64)]),
    ]
    assert len({*found}) == len(found)


@pytest.mark.parametrize(
    "chosen",
    [Verifier(Policy.registry()), Verifier(POLICY, limits=Limits(events=4_999))],
    ids=["policy", "limits"],
)
def test_another_verifier_has_other_keys(chosen: Verifier) -> None:
    assert Keys.of(chosen).of_frames("json", [RAW]) != Keys.of(verifier()).of_frames("json", [RAW])
    assert Keys.of(chosen).of_records([]) != Keys.of(verifier()).of_records([])


@pytest.mark.parametrize(
    "name", ["UNIT_VERSION", "ENGINE", "ZSTD_VERSION", "code_sha256", "pithbundle.__version__"]
)
def test_another_program_has_other_keys(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    before = Keys.of(verifier()).of_frames("json", [RAW])
    if name == "code_sha256":
        monkeypatch.setattr(module, name, lambda: "0" * 64)
    elif "." in name:
        monkeypatch.setattr(pithbundle, "__version__", "0.0.0")
    else:
        monkeypatch.setattr(module, name, "another")
    assert Keys.of(verifier()).of_frames("json", [RAW]) != before


def test_code_that_is_changed_has_another_digest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = code_sha256()
    for name in ("verify", "cli", "verify/__pycache__"):
        (tmp_path / name).mkdir(parents=True)
    checks, command = tmp_path / "verify" / "checks.py", tmp_path / "cli" / "main.py"
    monkeypatch.setattr(pithbundle, "__file__", str(tmp_path / "__init__.py"))

    def digest() -> str:
        code_sha256.cache_clear()
        return code_sha256()

    try:
        checks.write_bytes(b"1")
        one = digest()
        checks.write_bytes(b"2")
        other = digest()
        command.write_bytes(b"1")
        (tmp_path / "verify" / "py.typed").write_bytes(b"")
        assert len({before, one, other}) == 3 and digest() == other
        checks.rename(checks.with_name("renamed.py"))
        assert digest() != other
    finally:
        monkeypatch.undo()
        code_sha256.cache_clear()


PACKAGE = Path(pithbundle.__file__).parent
#: The parts on which no result depends; a new part counts until somebody has seen that none does.
NOT_COUNTED = {"cli", "conformance", "mirror", "net", "schemas", "store"}
#: The parts of the package that could be apart: folders and modules.
PARTS = sorted(
    each.name
    for each in PACKAGE.iterdir()
    if (each.is_dir() or each.suffix == ".py") and each.name[:2] != "__"
)


@pytest.mark.parametrize("part", PARTS)
def test_a_change_of_any_other_part_changes_the_plan(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is added to a part is a change of it."""
    for each in code_files(PACKAGE):
        (tmp_path / each).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / each).write_bytes(b"")
    monkeypatch.setattr(pithbundle, "__file__", str(tmp_path / "__init__.py"))
    found = []
    try:
        for text in (b"1", b"2"):
            changed = tmp_path / (part if part.endswith(".py") else f"{part}/added.py")
            changed.parent.mkdir(exist_ok=True)
            changed.write_bytes(text)
            code_sha256.cache_clear()
            found.append((plan().sha256, Keys.of(verifier()).of_frames("json", [RAW])))
    finally:
        monkeypatch.undo()
        code_sha256.cache_clear()
    assert (found[0] == found[1]) == (part in NOT_COUNTED)


def test_every_file_of_those_parts_counts() -> None:
    every = {each.relative_to(PACKAGE) for each in PACKAGE.rglob("*") if each.suffix in (".py", ".json")}
    assert {*code_files(PACKAGE)} == {each for each in every if each.parts[0] not in APART}


def test_what_counts_imports_nothing_that_does_not() -> None:
    for name in code_files(PACKAGE):
        if name.suffix == ".py":
            for node in ast.walk(ast.parse((PACKAGE / name).read_bytes())):
                for module in imported(node):
                    part, _, _ = module.removeprefix("pithbundle.").partition(".")
                    assert not module.startswith("pithbundle.") or part not in APART, (name, module)


def imported(node: ast.AST) -> list[str]:
    """The modules that a statement imports; of ``from pithbundle import x`` also that one."""
    if isinstance(node, ast.Import):
        return [each.name for each in node.names]
    if isinstance(node, ast.ImportFrom):
        return [node.module or "", *(f"{node.module}.{each.name}" for each in node.names)]
    return []


# -- plans -----------------------------------------------------------------------------------


def test_the_same_packs_in_another_order_are_the_same_plan() -> None:
    assert plan(*INPUTS) == plan(*INPUTS[::-1])
    assert plan(*INPUTS).difference(plan(*INPUTS[::-1])) is None
    assert plan().value["inputs"] == ["a" * 64, "b" * 64]
    assert plan().value.items() >= under(verifier()).items()


def test_it_is_read_as_it_was_written() -> None:
    assert Plan.from_bytes(plan().to_bytes()) == plan()
    assert json.loads(plan().to_bytes())["plan_sha256"] == plan().sha256


def test_any_damage_is_noticed() -> None:
    data = plan().to_bytes()
    for at in range(0, len(data) - 1, 7):
        damaged = bytearray(data)
        damaged[at] ^= 1
        assert Plan.from_bytes(bytes(damaged)) is None, at
        assert Plan.from_bytes(data[:at]) is None
    assert Plan.from_bytes(b"[]") is None
    assert Plan.from_bytes(bytes(len(data))) is None


@pytest.mark.parametrize(
    ("other", "detail", "step"),
    [
        (plan(form="parquet"), "format was parquet and is jsonl", "the format of that run"),
        (
            plan(chosen=Verifier(Policy.registry())),
            f"policy_sha256 was {Policy.registry().sha256} and is {POLICY.sha256}",
            "the policy of that run",
        ),
        (
            plan(chosen=Verifier(POLICY, limits=Limits(events=7))),
            "limit events was 7 and is 5000",
            "the limits of that run",
        ),
        (
            plan("a" * 64),
            f"inputs differ: 1 new, of which one has the content_sha256 {'b' * 64}",
            "the inputs of that run",
        ),
        (
            plan("a" * 64, "c" * 64, "d" * 64),
            f"inputs differ: 2 missing now, of which one has the content_sha256 {'c' * 64}; "
            f"1 new, of which one has the content_sha256 {'b' * 64}",
            "the inputs of that run",
        ),
        (plan(*INPUTS, *INPUTS), "inputs differ: some occur more or less often", "the inputs of that run"),
        (Plan({**plan().value, "engine": "rust"}), "engine was rust and is python", "the pithbundle of"),
        (Plan({**plan().value, "later": 1}), "later was 1 and is None", "the pithbundle of that run"),
        (Plan({**plan().value, "inputs": 1}), "2 new", "the inputs of that run"),
        (Plan({**plan().value, "limits": 1}), "limit size was None", "the limits of that run"),
    ],
)
def test_what_differs_is_named_with_the_next_step(other: Plan, detail: str, step: str) -> None:
    found = plan().difference(other)
    assert found is not None and detail in found[0] and step in found[1]
