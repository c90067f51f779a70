"""tests/unit mirrors the package: a reader of a module finds its tests by its name."""

from __future__ import annotations

from pathlib import Path

import pytest

from kit.data import REPO

PACKAGE = REPO / "src" / "pithbundle"
UNIT = REPO / "tests" / "unit"
TESTS = sorted(UNIT.rglob("test_*.py"))

#: What has no unit tests of its own: the command line and the conformance runner, which are tested
#: through their commands, tables that a generator writes, and modules of names alone.
WITHOUT = ("cli/", "conformance/", "merge/event_types/")
TABLES = {
    "__main__.py",
    "bundle/unicode14.py",
    "ed25519/selftest_vectors.py",
    "newtypes.py",
    "escape_tables.py",
    "evidence/epoch_ends.py",
}  # fmt: skip
#: Tested through the module named: they are halves of one subject.
THROUGH = {
    "codes.py": "errors.py",
    "encoding/parsed.py": "encoding/json_reader.py",
    "encoding/json_strict.py": "encoding/json_reader.py",
    "encoding/limits.py": "encoding/json_reader.py",
    "encoding/values.py": "encoding/json_reader.py",
    "evidence/bounded_xml.py": "evidence/arxiv_xml.py",
    "evidence/contents.py": "evidence/captures.py",
    "evidence/header_paths.py": "evidence/headers.py",
    "evidence/header_tree.py": "evidence/headers.py",
    "evidence/orcid_record.py": "evidence/orcid_files.py",
    "evidence/orcid_xml.py": "evidence/orcid_files.py",
    "joined.py": "report.py",
    "merge/rules.py": "merge/event_types",
    "mirror/audit/evidence.py": "mirror/audit/run.py",
    "mirror/audit/mirrors.py": "mirror/audit/run.py",
    "mirror/audit/population.py": "mirror/audit/run.py",
    "mirror/pages/place.py": "mirror/pages/rows.py",
    "mirror/serve/limits.py": "mirror/serve/protocol.py",
    "mirror/sync/fetching.py": "mirror/sync/run.py",
    "mirror/sync/packs.py": "mirror/sync/run.py",
    "mirror/sync/plan.py": "mirror/sync/run.py",
    "mirror/sync/storing.py": "mirror/sync/run.py",
    "mirror/sync/worker.py": "mirror/sync/run.py",
    "outcomes.py": "report.py",
    "report_json.py": "report.py",
    "statuses.py": "report.py",
    "mirror/answers.py": "mirror/site.py",
    "mirror/served_folder.py": "mirror/site.py",
    "mirror/target.py": "mirror/publishing.py",
    "store/adding.py": "store/store.py",
    "store/checking.py": "store/store.py",
    "store/comparing.py": "store/index.py",
    "store/loading.py": "store/updating.py",
    "store/records.py": "store/store.py",
    "store/rows.py": "store/index.py",
    "verify/policy_members.py": "verify/policy.py",
    "verify/probing/documents.py": "verify/probing/results.py",
    "verify/probing/families.py": "verify/probing/builder.py",
    "verify/probing/findings.py": "verify/probing/results.py",
    "verify/probing/known_types.py": "verify/probing/results.py",
    "verify/probing/order.py": "verify/probing/search.py",
    "verify/probing/roles.py": "verify/probing/results.py",
    "verify/probing/rules.py": "verify/probing/search.py",
    "verify/probing/summary.py": "verify/probing/results.py",
    "verify/probing/tasks.py": "verify/probing/search.py",
    "verify/signatures.py": "verify/checks.py",
}


def module_of(path: Path) -> Path | None:
    """The module, or the folder of modules, that a test file is about.

    ``test_checks_messages.py`` is about ``checks.py``: a topic may follow the name.
    """
    folder = PACKAGE / path.parent.relative_to(UNIT)
    words = path.stem.removeprefix("test_").split("_")
    for end in range(len(words), 0, -1):
        for target in (folder / ("_".join(words[:end]) + ".py"), folder / "_".join(words[:end])):
            if target.exists():
                return target
    return None


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.relative_to(UNIT).as_posix())
def test_a_unit_test_is_named_after_its_module(path: Path) -> None:
    assert module_of(path) is not None, f"{path.relative_to(REPO)} is named after no module of the package"


def test_every_module_of_the_core_has_unit_tests() -> None:
    found = {target.relative_to(PACKAGE).as_posix() for path in TESTS if (target := module_of(path))}
    modules = {path.relative_to(PACKAGE).as_posix() for path in PACKAGE.rglob("*.py")}
    expected = {
        name
        for name in modules - TABLES
        if not name.startswith(WITHOUT) and not name.endswith("__init__.py")
    }  # fmt: skip
    assert set(THROUGH.values()) <= found
    assert sorted(expected - found - THROUGH.keys()) == []
