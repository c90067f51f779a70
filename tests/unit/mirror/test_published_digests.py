"""The digests of a mirror as the other side of recompute --expect (RECOMP-11, MIRROR-8)."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from kit.command_line import run
from kit.payloads import attached, author_claim
from kit.signing import AUTHOR, DEMO, MIRROR, UNKNOWN_SIGNER, policy, to_json
from kit.stores import body, make, suffix
from kit.stream import instant, made_record
from pithbundle.errors import DigestError, FileError
from pithbundle.joined import unverified_sha256
from pithbundle.mirror.published_digests import PublishedDigests, digests_at
from pithbundle.recompute.expect import GROUPS

FORMS = ("p", "p/", "p/pith-digests", "s/served")


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A store ``s`` of three records that was published to ``p``, and the bundles of it in ``in``."""
    monkeypatch.chdir(tmp_path)
    Path("policy.json").write_bytes(to_json(policy(DEMO, AUTHOR, MIRROR)))
    Path("in").mkdir()
    with make(Path("s")) as store:
        for seed in (1, 2, 3):
            Path(f"in/{seed}.json").write_bytes(body(seed, 1, 2))
            store.add(body(seed, 1, 2), origin="a")
    done = run("mirror", "publish", "--store", "s", "--to", "p", "--origin", "mirror.example")
    assert done.status == 0, done
    return tmp_path


def compare(other: str, status: int, *, policy: str = "policy.json") -> dict[str, Any]:
    options = ("--policy", policy, "--jobs", "1", "--force", "--expect", other, "--differences", "d.jsonl")
    done = run("recompute", "in", "-o", "new", *options, "--json")
    assert done.status == status, done
    value: dict[str, Any] = json.loads(done.stdout)["expected"]
    written = [json.loads(line) for line in Path("d.jsonl").read_bytes().splitlines()]
    assert {one["suffix"] for one in written} == {one["suffix"] for one in value["differences"]}
    assert len(written) == len(value["differences"])
    return value


@pytest.mark.parametrize("other", FORMS)
def test_a_mirror_of_the_same_bundles_is_equal(other: str) -> None:
    value = compare(other, 0)
    assert value["equal"] and value["result"] == "same" and value["other_basis"] == []
    assert value["records"] == {"ours": 3, "theirs": 3} and value["file"] == other


def test_records_with_another_digest_and_of_one_side_are_listed() -> None:
    Path("in/1.json").unlink()
    Path("in/2.json").write_bytes(body(2, 1))
    Path("in/4.json").write_bytes(body(4, 1))
    value = compare("p", 1)
    assert value["result"] == "different" and value["records"] == {"ours": 3, "theirs": 3}
    assert {(one["suffix"], one["group"], one["how"]) for one in value["differences"]} == {
        (suffix(1), "signed", "only theirs"),
        (suffix(2), "digest", "differs"),
        (suffix(4), "signed", "only ours"),
    }
    (digest,) = next(one["digests"] for one in value["differences"] if one["suffix"] == suffix(2))
    assert digest["name"] == "leaf_digest" and digest["ours"] != digest["theirs"]
    text = run("recompute", "in", "-o", "text", "--policy", "policy.json", "--jobs", "1", "--expect", "p")
    assert "digest        1 record in the digest of the mirror, of signed content and" in text.out
    assert f"  differs     {suffix(2)}: leaf_digest\n" in text.out


def test_a_digest_alone_contradicts_nobody() -> None:
    Path("in/2.json").write_bytes(body(2, 1))
    value = compare("p", 3)
    assert value["result"] == "not_comparable" and value["groups"] == {
        **dict.fromkeys(GROUPS, 0),
        "digest": 1,
    }


def test_unverified_elements_that_only_we_have_are_no_signed_difference() -> None:
    unsigned = attached(UNKNOWN_SIGNER, made_record(2), "author_claim", author_claim("u"), instant(3))
    Path("in/2.json").write_bytes(body(2, 1, 2, more=(unsigned,)))
    value = compare("p", 3)
    assert value["result"] == "unverified_differs" and value["groups"]["unverified"] == 1
    (digest,) = value["differences"][0]["digests"]
    assert digest["name"] == "unverified_sha256" and digest["theirs"] == unverified_sha256(())


def test_a_record_that_could_not_be_checked_contradicts_no_mirror() -> None:
    unknown = attached(UNKNOWN_SIGNER, made_record(2), "author_claim", author_claim("u"), instant(3))
    Path("in/2.json").write_bytes(body(2, 1, more=(unknown,)))
    value = compare("p", 3)
    assert value["result"] == "not_comparable" and value["groups"]["digest"] == 1


def test_another_policy_is_not_comparable_and_no_difference() -> None:
    Path("other.json").write_bytes(to_json(policy(DEMO, AUTHOR)))
    Path("in/1.json").unlink()
    value = compare("p", 3, policy="other.json")
    assert value["result"] == "not_comparable" and not value["equal"]
    assert value["other_basis"] == ["policy_sha256"] and value["differences"] == []
    options = ("--policy", "other.json", "--jobs", "1", "--expect", "p")
    text = run("recompute", "in", "-o", "text", *options)
    assert text.status == 3 and "p was made with other values: policy_sha256" in text.out
    assert "cannot be compared with p" in text.out
    assert "no record differs" not in text.out and "only theirs" not in text.out


def test_other_rules_are_not_comparable() -> None:
    path = Path("p/pith-digests/head.json")
    path.write_bytes(path.read_bytes().replace(b'"pithbundle-merge-1"', b'"pithbundle-merge-2"'))
    Path("in/1.json").unlink()
    value = compare("p", 3)
    assert value["other_basis"] == ["rules"] and value["differences"] == []


def test_a_damaged_mirror_accuses_nobody_and_the_output_stays() -> None:
    (leaf,) = Path("p/pith-digests").glob("?" * 64 + ".txt")
    leaf.write_bytes(leaf.read_bytes()[:-1])
    options = ("--policy", "policy.json", "--jobs", "1", "--expect", "p")
    done = run("recompute", "in", "-o", "new", *options)
    assert done.status == 2 and not done.out
    assert "digest_invalid, MIRROR-3" in done.err and "new is complete" in done.err
    leaf.unlink()
    done = run("recompute", "in", "-o", "new", *options, "--force")
    assert done.status == 2 and "no such file" in done.err
    Path("p/pith-digests/head.json").write_bytes(b"{}")
    done = run("recompute", "in", "-o", "absent", *options)
    assert done.status == 2 and "or a mirror with pith-digests/head.json" in done.err
    assert not os.path.lexists("absent")


def test_the_head_is_the_one_that_was_opened() -> None:
    folder = digests_at("p")
    assert folder == "p/pith-digests" and digests_at("p/pith-digests") == "p/pith-digests"
    assert digests_at("in") is None and digests_at("absent") is None
    opened = PublishedDigests("p", folder)
    os.unlink("p/pith-digests/head.json")
    assert [each.suffix for each in opened.records()] == sorted(suffix(seed) for seed in (1, 2, 3))
    assert all(each.leaf and each.digests is None for each in opened.records())
    with pytest.raises(FileError, match=r"head\.json"):
        PublishedDigests("p", folder)
    Path("p/pith-digests/head.json").write_bytes(b"{}")
    with pytest.raises(DigestError):
        PublishedDigests("p", folder)
