"""A mirror that lies without end uses up its own share, and nothing of another mirror (AUDIT-18)."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

import pytest

from kit import to_json
from kit.audits import VERIFIER, Audited, audited
from kit.lying_mirror import KEY, LyingMirror
from kit.stores import body, event, suffix, unverified
from pithbundle.digests.head import Head, SignatureStatus
from pithbundle.ed25519.strict import PublicKey
from pithbundle.mirror.audit import folder as folders
from pithbundle.mirror.audit import shares, watch
from pithbundle.mirror.audit.finding import finding_of, read_finding
from pithbundle.mirror.audit.folder import AuditFolder
from pithbundle.mirror.audit.recheck import recheck
from pithbundle.mirror.audit.report import report_value
from pithbundle.mirror.audit.watch import Cursor

LIAR, OTHER, HONEST = "https://l.example", "https://o.example", "https://h.example"
PINNED = [(LIAR, KEY)]
TIME = "2026-11-20T00:00:00Z"


def forged(mark: int) -> bytes:
    made = {**event(1, 1), "created_at": f"2026-01-01T00:00:{mark:02}Z"}
    del made["event_id"]
    return body(1, 1, more=(made,))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (shares, folders):
        monkeypatch.setattr(module, "SHARE", 3)
    monkeypatch.setattr(watch, "NOTED", 3)
    monkeypatch.setattr(folders, "MOST_HEADS", 4)


def kept_in(folder: AuditFolder, found: Audited) -> list[str | None]:
    return [folder.keep(finding_of(one, documents, VERIFIER, TIME), one) for one, documents in found.kept]


def test_a_liar_that_changes_its_lie_each_round_beside_another_one(tmp_path: Path, small: None) -> None:
    """Its findings filled the disk of the reader, and then no finding of another mirror was kept."""
    cursor = Cursor()
    liar = LyingMirror.of({1: (1,)}, LIAR)
    other = LyingMirror.of({1: (1,)}, OTHER)
    reported: list[str] = []
    names: list[str | None] = []
    with AuditFolder(str(tmp_path / "w")) as folder:
        for number in range(8):
            liar.put(1, forged(10 + number))
            liar.publish()
            if number == 7:
                other.put(1, forged(59))
            found = audited(LyingMirror.of({1: (1,)}, HONEST), liar, other)
            names += kept_in(folder, found)
            folder.keep_heads(found.audit.mirrors)
            reported += [f"{one.word} {one.mirror}" for one in cursor.take(found.audit.found, 3)]
    # Each is reported once, kept or not; the other mirror's is kept in the last round.
    assert reported.count(f"forged {LIAR}") == 8 and reported.count(f"forged {OTHER}") == 1
    files = os.listdir(tmp_path / "w" / "findings")
    mirrors = [json.loads((tmp_path / "w" / "findings" / name).read_bytes())["mirror"] for name in files]
    assert sorted(mirrors) == [LIAR] * 3 + [OTHER]
    assert names.count(None) == 5
    # The cursor and the heads are bounded as well.
    assert len(Cursor.from_bytes(cursor.to_bytes()).reported) == 4
    heads = os.listdir(tmp_path / "w" / "heads")
    assert sum(name.startswith(shares.mirror_digest(LIAR)) for name in heads) == 4


def test_bytes_are_bounded_too_and_what_is_moved_away_makes_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    liar = LyingMirror.of({1: (1,)}, LIAR)
    liar.put(1, forged(10))
    first = audited(LyingMirror.of({1: (1,)}, HONEST), liar)
    liar.put(1, forged(11))
    second = audited(LyingMirror.of({1: (1,)}, HONEST), liar)
    with AuditFolder(str(tmp_path / "w")) as folder:
        (name,) = kept_in(folder, first)
        assert name is not None
        size = (tmp_path / "w" / "findings" / name).stat().st_size
        monkeypatch.setattr(folders, "SHARE_BYTES", 2 * size - 1)
        assert kept_in(folder, second) == [None] and kept_in(folder, first) == [name]
    # Another run counts what is there.
    with AuditFolder(str(tmp_path / "w")) as folder:
        assert kept_in(folder, second) == [None]
    (tmp_path / "w" / "findings" / name).unlink()
    with AuditFolder(str(tmp_path / "w")) as folder:
        assert None not in kept_in(folder, second)


def test_many_harmless_results_hide_no_grave_one_and_no_other_mirror(small: None) -> None:
    """A list of all mirrors together ended before those that came last."""
    records = {number: (1,) for number in range(1, 9)}
    liar, other = LyingMirror.of(records, LIAR), LyingMirror.of(records, OTHER)
    for number in range(2, 9):
        liar.put(number, body(number))
    liar.put(1, forged(10))
    other.put(8, body(8))
    found = audited(LyingMirror.of(records, HONEST), liar, other)
    held = [(one.word, one.mirror) for one in found.audit.found if one.is_reported]
    assert held.count(("missing", LIAR)) == 3
    assert ("forged", LIAR) in held and ("missing", OTHER) in held
    assert found.audit.unlisted == {LIAR: 4} and found.audit.counts["missing"] == 8
    # The honest one has extra events of the record that both withhold.
    assert report_value(found.audit, {})["found_count"] == 10


def test_lasting_findings_hide_no_later_one_from_a_watch(
    monkeypatch: pytest.MonkeyPatch, small: None
) -> None:
    """The first ones in the order of suffixes were listed in each round, and what came after them never."""
    monkeypatch.setattr(watch, "NOTED", 20)
    records = {number: (1,) for number in range(1, 9)}
    liar, cursor = LyingMirror.of(records, LIAR), Cursor()
    for number in range(1, 9):
        liar.put(number, body(number))

    def one_round() -> list[str]:
        found = audited(LyingMirror.of(records, HONEST), liar, reported=cursor.reported)
        return [one.suffix for one in cursor.take(found.audit.found, 3, found.audit.again)]

    rounds = [one_round() for _ in range(4)]
    assert [len(each) for each in rounds] == [3, 3, 2, 0]
    assert sorted(name for each in rounds for name in each) == sorted(map(suffix, records))
    # With room for fewer names than there are findings some are reported again.
    monkeypatch.setattr(watch, "NOTED", 3)
    assert [len(one_round()) for _ in range(3)] == [0, 3, 3] and len(cursor.reported) == 3


def heads_of(mirror: LyingMirror, count: int) -> list[bytes]:
    """Signed heads of one generation, each with another root."""
    made = []
    for number in range(count):
        mirror.put(1, body(1, 1, more=(unverified(1, number),)))
        made.append(mirror.files()[1].to_bytes())
    mirror.put(1, body(1, 1))
    return made


def conflicts(found: Audited) -> Sequence[str]:
    return [one.message for one, _ in found.kept if one.word == "conflict"]


def test_many_contradicting_heads_are_one_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each pair was a finding: 300 heads gave 44,850 of them."""
    mirror = LyingMirror.of({1: (1,)}, LIAR, is_signed=True)
    before = [(LIAR, data) for data in heads_of(mirror, 40)]
    verified: list[Head] = []
    status = Head.signature_status

    def counted(head: Head, key: PublicKey) -> SignatureStatus:
        verified.append(head)
        return status(head, key)

    with monkeypatch.context() as patch:
        patch.setattr(Head, "signature_status", counted)
        found = audited(mirror, LyingMirror.of({1: (1,)}, HONEST), keys=PINNED, earlier_heads=before)
    (message,) = conflicts(found)
    assert message.endswith("of generations 1 and 1; 39 more heads of it are in contradictions")
    # The same pair in the next round, so that a watch reports it once.
    again = audited(mirror, LyingMirror.of({1: (1,)}, HONEST), keys=PINNED, earlier_heads=before)
    (one,), (other,) = ([each for each, _ in run.kept if each.word == "conflict"] for run in (found, again))
    assert one.key == other.key
    # A signature is verified once, but for the two heads that are evidence and the head that was read.
    assert len(verified) <= 41 + 2 + 3
    (finding,) = (each for each in found.findings() if each.word == "conflict")
    assert recheck(read_finding(finding.to_bytes()), VERIFIER, dict(PINNED)).evidence == "mirror"


def test_old_heads_that_contradict_each_other_alone_are_no_news() -> None:
    mirror = LyingMirror.of({1: (1,)}, LIAR, is_signed=True)
    before = [(LIAR, data) for data in heads_of(mirror, 3)]
    mirror.publish()
    found = audited(mirror, LyingMirror.of({1: (1,)}, HONEST), keys=PINNED, earlier_heads=before)
    assert conflicts(found) == []


def test_the_head_of_the_largest_generation_stays(tmp_path: Path, small: None) -> None:
    """A mirror whose later head was forgotten could go back behind it, and nobody would call it stale."""
    mirror = LyingMirror.of({1: (1,)}, LIAR, generation=100)
    with AuditFolder(str(tmp_path / "w")) as folder:
        for number in range(9):
            folder.keep_heads(audited(mirror, LyingMirror.of({1: (1,)}, HONEST), sample=0).audit.mirrors)
            mirror.generation = 1 + number
        (tmp_path / "w" / "heads" / f"{shares.mirror_digest(LIAR)}-{'0' * 64}.json").write_bytes(b"no head")
        folder.keep_heads(audited(mirror, LyingMirror.of({1: (1,)}, HONEST), sample=0).audit.mirrors)
        held = {Head.from_bytes(data).generation for _, data in folder.heads([LIAR]) if data != b"no head"}
    assert 100 in held and 9 in held and len(held) <= 5


def test_a_head_that_is_wrong_each_time_is_one_finding_and_hides_no_other(small: None) -> None:
    """Each read of it was a result, with its evidence in memory; a thousand left no room in the list."""
    mirror = LyingMirror.of({1: (1,)}, LIAR, is_signed=True)

    def hook(path: str, status: int, data: bytes) -> tuple[int, bytes]:
        if path.endswith("head.json"):
            value = json.loads(data)
            value["signature"]["signature_b64"] = "A" * 86 + "=="
            data = to_json(value)
        return status, data

    mirror.entry(1).leaf = "0" * 32
    mirror.hooks.append(hook)
    found = audited(mirror, LyingMirror.of({1: (1,)}, HONEST), keys=PINNED)
    of_mirror = [(one.word, one.code) for one, _ in found.kept if not one.suffix]
    assert ("digest_invalid", "signature_invalid") in of_mirror
    assert len(of_mirror) == len({*of_mirror})
    assert len(found.audit.mirrors[0].heads) > 3


def test_heads_of_other_origins_displace_none_that_shows_that_a_mirror_went_back(
    tmp_path: Path, small: None
) -> None:
    """With the largest generation of all, four heads of an invented origin made room for a roll-back."""
    mirror = LyingMirror.of({1: (1,)}, LIAR, generation=100, origin="l.example")
    honest = LyingMirror.of({1: (1,)}, HONEST)
    with AuditFolder(str(tmp_path / "w")) as folder:
        for at in range(9):
            folder.keep_heads(audited(mirror, honest, sample=0).audit.mirrors)
            mirror.generation, mirror.origin = 1_000 + at, f"{at // 5 or at}.example"
        mirror.generation, mirror.origin = 50, "l.example"
        earlier = tuple(folder.heads([LIAR]))
        assert len(earlier) == 4
    found = audited(mirror, honest, sample=0, earlier_heads=earlier)
    assert "it had one of generation 100 before" in found.audit.found[0].message
