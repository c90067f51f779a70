"""What has digests, and what they follow from (MIRROR-10)."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from kit.command_line import run
from kit.signing import AUTHOR, DEMO, MIRROR, policy, to_json
from kit.stores import POLICY, body, make, suffix
from pithbundle import Policy
from pithbundle.digests.differences import Difference, not_comparable
from pithbundle.errors import ArchiveError, DigestError, FileError, PithError
from pithbundle.mirror.digest_folder import Statement, write_digests
from pithbundle.mirror.listing import compare, kind_of, listing

TIME = "2026-11-20T00:00:00Z"


@pytest.fixture
def places(tmp_path: Path) -> dict[str, str]:
    """The same three records as each kind."""
    bundles = tmp_path / "in"
    bundles.mkdir()
    with make(tmp_path / "store") as store:
        for seed in (1, 2, 3):
            (bundles / f"{seed}.json").write_bytes(body(seed, *range(seed)))
            store.add(body(seed, *range(seed)), origin="a")
    (tmp_path / "policy.json").write_bytes(to_json(policy(DEMO, AUTHOR, MIRROR)))
    assert run("archive", "pack", str(bundles), "-o", str(tmp_path / "archive")).status == 0
    output = str(tmp_path / "output")
    given = ("--policy", str(tmp_path / "policy.json"), "--jobs", "1")
    assert run("recompute", str(tmp_path / "archive"), "-o", output, *given).status == 0
    found = {name: str(tmp_path / name) for name in ("store", "archive", "output")}
    found["digests.txt"] = f"{output}/digests.txt"
    with listing(found["store"], POLICY) as given_store:
        basis = given_store.rules, given_store.policy_sha256, given_store.records, given_store.events
        write_digests(str(tmp_path / "d"), given_store.lines, Statement("mirror.example", *basis, TIME))
    return {**found, "digests": str(tmp_path / "d")}


def test_each_kind_has_the_same_lines(places: dict[str, str]) -> None:
    kinds = {}
    for name, path in places.items():
        with listing(path, POLICY) as one, listing(places["store"], POLICY) as other:
            kinds[name] = one.kind
            assert (one.records, one.events, one.rules) == (3, 6, "pithbundle-merge-1")
            assert one.policy_sha256 == POLICY.sha256
            assert [*one.lines()] == [*one.lines()] == [*other.lines()]
            assert [*compare(one, other)] == [] and not_comparable(one, other) is None
    assert kinds == {
        "store": "store", "archive": "archive", "output": "recompute", "digests.txt": "recompute",
        "digests": "digests",
    }  # fmt: skip


def test_two_trees_are_compared_by_descent(places: dict[str, str], tmp_path: Path) -> None:
    write_digests(str(tmp_path / "e"), lambda: [], Statement("b", "r", "a" * 64, 0, 0, TIME))
    with listing(places["digests"], POLICY) as one, listing(str(tmp_path / "e"), POLICY) as other:
        found = [*compare(one, other)]
        assert [each.suffix for each in found] == sorted(map(suffix, (1, 2, 3)))
        assert all(each.right is None and each.left is not None for each in found)
        assert [*compare(other, one)] == [Difference(each.suffix, None, each.left) for each in found]
        assert "other merge rules" in str(not_comparable(one, other))


def damage_file(path: Path, name: str, change: Callable[[bytes], bytes]) -> Path:
    (path / name).write_bytes(change((path / name).read_bytes()))
    return path


@pytest.mark.parametrize(
    ("place", "name", "change", "error"),
    [
        ("digests", "head.json", lambda data: data[:-1], DigestError),
        ("digests", "head.json", lambda data: data.replace(b'"1"', b'"2"'), DigestError),
        ("output", "summary.json", lambda data: b"{}", ArchiveError),
        ("output", "summary.json", lambda data: data.replace(b'"rules"', b'"ruled"'), ArchiveError),
        ("output", "digests.txt", lambda data: b"x" + data[1:], DigestError),
        ("output", "digests.txt", lambda data: data[:-1], DigestError),
        ("archive", "pith-archive.json", lambda data: b"{}", ArchiveError),
        ("store", "pith-store.json", lambda data: b"{}", PithError),
    ],
)
def test_what_is_damaged_is_named(
    places: dict[str, str],
    tmp_path: Path,
    place: str,
    name: str,
    change: Callable[[bytes], bytes],
    error: type[PithError],
) -> None:
    path = damage_file(Path(places[place]), name, change)
    with pytest.raises(error), listing(str(path), POLICY) as found:
        [*found.lines()]


def test_a_file_that_is_missing_is_named(places: dict[str, str]) -> None:
    (leaf,) = (each for each in Path(places["digests"]).glob("*.txt") if each.name != "kept.txt")
    leaf.unlink()
    with pytest.raises(FileError, match=leaf.name), listing(places["digests"], POLICY) as found:
        [*found.lines()]
    (Path(places["output"]) / "digests.txt").unlink()
    with pytest.raises(FileError), listing(places["output"], POLICY):
        pass


def test_what_has_no_digests(tmp_path: Path, places: dict[str, str]) -> None:
    for path in (tmp_path / "absent", tmp_path / "in", tmp_path / "in" / "1.json"):
        with pytest.raises(FileError):
            kind_of(str(path))
    alone = tmp_path / "digests.txt"
    shutil.copy(places["digests.txt"], alone)
    with pytest.raises(FileError, match="has no digests"):
        kind_of(str(alone))


def test_an_archive_is_verified_under_the_policy_given(places: dict[str, str]) -> None:
    with listing(places["archive"], Policy.registry()) as found:
        assert (found.records, found.events) == (3, 0)
        assert found.policy_sha256 == Policy.registry().sha256


def test_a_listing_without_a_head_has_no_files(places: dict[str, str]) -> None:
    with listing(places["store"], POLICY) as found:
        assert found.head is None and found.fetch is None
