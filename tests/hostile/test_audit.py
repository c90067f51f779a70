"""Mirrors that lie, and honest ones that look as if they did (threats A, B, D7, D9, D11; AUDIT-1 onward)."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from kit.audits import VERIFIER, Audited, audited
from kit.lying_mirror import (
    KEY,
    LIES,
    MARKS,
    OTHER_POLICY,
    SEED,
    Entry,
    LyingMirror,
    Wire,
    follows,
    two_heads,
)
from kit.lying_server import Network
from kit.payloads import attached
from kit.registries import draw
from kit.signing import DEMO, policy
from kit.stores import POLICY, WIDER, body, make, suffix, unverified
from pithbundle import Policy
from pithbundle.digests.head import Head, SignatureStatus
from pithbundle.ed25519.strict import PublicKey
from pithbundle.errors import NetworkError
from pithbundle.mirror.audit.classify import Found
from pithbundle.mirror.audit.finding import FindingDocument, read_finding
from pithbundle.mirror.audit.mirrors import GIVE_UP
from pithbundle.mirror.audit.recheck import contradictions, recheck
from pithbundle.mirror.audit.reference import Reference
from pithbundle.mirror.audit.run import AT_ONCE, AuditOptions, Outside, audit
from pithbundle.mirror.audit.words import WORDS, Word
from pithbundle.mirror.remote import Remote
from pithbundle.net.exchange import Exchange
from pithbundle.store import Store
from pithbundle.verifier import Verifier

RECORDS = {SEED: MARKS, 2: (1,), 3: (1, 2)}


def honest(base: str = "https://h.example") -> LyingMirror:
    return LyingMirror.of(RECORDS, base)


def lying(*names: str) -> LyingMirror:
    mirror = LyingMirror.of(RECORDS, "https://l.example")
    for name in names:
        LIES[name][0](mirror)
    return mirror


def filled(path: Path, *origins: str) -> Store:
    """A store with what an honest mirror has."""
    given = [(body(seed, *marks), origin) for seed, marks in RECORDS.items() for origin in origins]
    return make(path, *given)


def rechecked(found: Audited, verifier: Verifier = VERIFIER) -> None:
    """Every finding reads back, and shows what it states."""
    for finding in found.findings():
        again = read_finding(finding.to_bytes())
        result = recheck(again, verifier, {"https://l.example": KEY})
        assert result.evidence == finding.evidence, (finding.word, result.message)


# -- every lie is caught, named and classed --------------------------------------------------


@pytest.mark.parametrize("name", LIES)
@pytest.mark.parametrize("with_store", [False, True], ids=["mirrors", "store"])
def test_each_lie_has_its_word(name: str, with_store: bool, tmp_path: Path) -> None:
    mirror, word = lying(name), LIES[name][1]
    if with_store:
        with filled(tmp_path / "s", "https://h.example") as store, Reference(store) as reference:
            found = audited(mirror, store=reference)
    else:
        found = audited(honest(), mirror)
    assert word in found.words("l")
    of_record = [one for one, _ in found.kept if one.mirror == "https://l.example"]
    assert all(one.suffix in ("", suffix(SEED)) for one in of_record)
    expected = WORDS[_word(word)].exit_status
    assert found.audit.exit_status == expected, found.words()
    rechecked(found)


def _word(text: str) -> Word:
    return next(word for word in WORDS if word == text)


def test_the_honest_mirror_beside_a_liar_is_not_accused() -> None:
    for name in LIES:
        words = audited(honest(), lying(name)).words("h")
        assert not [word for word in words if WORDS[_word(word)].exit_status == 1], name


#: A lie after which nothing else of the record is looked at hides another one about the same record.
HIDING = {
    "omit_record", "omit_listed_record", "other_record", "altered_record", "moving", "unreachable",
    "compressed", "error_page", "server_error",
}  # fmt: skip


def pairs() -> list[tuple[str, str]]:
    """Every two lies; not those of which the second one needs what the first one removed."""
    return [(one, other) for one, other in combinations(LIES, 2) if one not in GONE or other not in NEEDS]


#: Lies after which the record is not there any more, or is another one, and those that change it.
GONE = {"omit_record", "other_record", "altered_record"}
NEEDS = {
    "omit_listed_record", "other_state", "other_record", "altered_record", "digest_of_other", "invalid_leaf",
    "moving", "unreachable", "compressed", "error_page", "server_error", "omit_event_keep_digest",
}  # fmt: skip


@pytest.mark.long
@pytest.mark.parametrize(("one", "other"), pairs())
def test_lies_in_pairs_are_caught(one: str, other: str) -> None:
    """The second lie may undo or hide the first: at least the gravest that is left is found."""
    found = audited(honest(), lying(one, other))
    words = set(found.words("l"))
    assert words & {LIES[one][1], LIES[other][1]}, words
    if other not in HIDING and one not in HIDING:
        assert LIES[other][1] in words or LIES[other][1] in ("digest_differs", "missing", "state_differs")
    rechecked(found)


def test_some_pairs_of_lies_are_both_caught() -> None:
    for one, other in (
        ("forged_event", "other_state"), ("altered_event", "digest_of_other"), ("omit_event", "invalid_head"),
        ("contradicting_event", "other_state"),
    ):  # fmt: skip
        words = audited(honest(), lying(one, other)).words("l")
        assert {LIES[one][1], LIES[other][1]} <= set(words), words


def test_an_older_bundle_is_stale_for_a_reader_who_kept_the_newer_one(tmp_path: Path) -> None:
    with filled(tmp_path / "s", "https://l.example") as store, Reference(store) as reference:
        old = audited(lying("omit_event"), store=reference)
        gone = audited(lying("omit_record"), store=reference)
    assert old.words() == gone.words() == ["stale"] and old.audit.exit_status == 3
    assert old.kept[0][0].ids and gone.kept[0][0].ids
    rechecked(old)


def test_two_heads_of_one_key_contradict_each_other() -> None:
    """Two readers see two roots of one generation: the evidence is of the class mirror."""
    one, other = LyingMirror.of(RECORDS, "https://l.example", is_signed=True), lying()
    two_heads(other)
    other.origin = one.origin = "l.example"
    pinned = [("https://l.example", KEY)]
    first = audited(one, honest(), keys=pinned)
    head = first.audit.mirrors[0].heads[-1].raw
    found = audited(other, honest(), keys=pinned, earlier_heads=(("https://l.example", head),))
    conflicts = [each for each, _ in found.kept if each.word == "conflict"]
    assert [(each.evidence, each.suffix, each.code) for each in conflicts] == [("mirror", "", "generation")]
    rechecked(found)
    # Without the pinned key anyone may have written the heads.
    finding = next(each for each in found.findings() if each.word == "conflict")
    assert recheck(finding, VERIFIER, {}).evidence is None
    # The heads of the findings of two readers do as well.
    heads = [head, *(data for each in found.findings() for data in each.bodies("head")), b"{}"]
    ((base, evidence, further),) = contradictions(heads, {"https://l.example": KEY})
    assert (base, evidence.reason, further) == ("https://l.example", "generation", 0)
    assert contradictions(heads, {}) == contradictions(heads[1:], {"https://l.example": KEY}) == []
    same = audited(one, honest(), keys=pinned, earlier_heads=(("https://l.example", head),))
    assert same.words() == []


def test_the_heads_of_a_long_watch_are_compared_with_those_of_this_audit_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every pair of them took minutes of each round after a year, and a signature of each pair."""
    mirror = LyingMirror.of(RECORDS, "https://l.example", is_signed=True)
    last = mirror.files()[1]
    before = [
        ("https://l.example", replace(last, generation=100 + number // 2, previous="0" * 64).to_bytes())
        for number in range(300)
    ]
    verified: list[Head] = []
    of_head = Head.signature_status

    def counted(head: Head, key: PublicKey) -> SignatureStatus:
        verified.append(head)
        return of_head(head, key)

    monkeypatch.setattr(Head, "signature_status", counted)
    found = audited(mirror, honest(), keys=[("https://l.example", KEY)], earlier_heads=before)
    assert found.words("l") == ["stale"]
    # Those of before would contradict each other, and none of them the head that was read.
    assert {head.generation for head in verified} == {last.generation}


def test_one_mirror_under_two_urls_contradicts_itself() -> None:
    one = LyingMirror.of(RECORDS, "https://l.example", is_signed=True, origin="l.example")
    other = LyingMirror.of(RECORDS, "https://m.example", is_signed=True, origin="l.example")
    other.put(SEED, body(SEED, 1))
    found = audited(one, other, keys=[("https://l.example", KEY)])
    assert "conflict" in found.words("l") and found.audit.exit_status == 1


def test_a_head_with_a_wrong_signature_under_the_pinned_key() -> None:
    mirror = LyingMirror.of(RECORDS, "https://l.example", is_signed=True)

    def other_generation(path: str, status: int, data: bytes) -> tuple[int, bytes]:
        return status, data.replace(b'"events":0', b'"events":1') if path.endswith("head.json") else data

    mirror.hooks.append(other_generation)
    found = audited(mirror, honest(), keys=[("https://l.example", KEY)])
    assert found.words("l") == ["digest_invalid"]
    rechecked(found)
    assert audited(mirror, honest()).words() == []


# -- honest histories -------------------------------------------------------------------------


def history(seed: int) -> tuple[Audited, str]:
    """One honest history, chosen by its number; the words that it may have are of exit 3 at most."""
    kind = seed % 8
    mirrors = [honest("https://a.example"), honest("https://b.example"), honest("https://c.example")]
    late = mirrors[1 + seed % 2]
    of = 1 + seed % 3
    marks = RECORDS[of]
    new = body(of, *marks, 10 + seed % 50)
    on_sleep = None
    if kind == 0:  # lag: two mirrors have received an event that the third has not
        for one in mirrors:
            if one is not late:
                one.put(of, new)
    elif kind == 1:  # a publication in progress: the bundle is newer than state and digests
        state, leaf = follows(body(of, *marks), POLICY.sha256)
        late.put(of, new)
        late.entry(of).state, late.entry(of).leaf = state, leaf
        rounds = [1 + seed // 8 % 3]

        def on_sleep() -> None:
            rounds[0] -= 1
            if not rounds[0]:
                late.put(of, new)
                late.publish()
    elif kind == 2:  # a takedown, with and without new digests
        if seed // 8 % 2:
            del late.entries[suffix(of)]
        else:
            late.entry(of).status = 410
    elif kind == 3:
        late.policy = OTHER_POLICY
    elif kind == 4:  # another depth: a mirror has many more records
        for number in range(200, 340):
            late.put(number, body(number, 1))
    elif kind == 5:  # a backup was restored: an earlier generation
        for one in mirrors:
            one.put(of, new)
        late.put(of, body(of, *marks))
        late.generation = 1
    elif kind == 6:  # elements of an unknown key
        late.put(of, body(of, *marks, more=(unverified(of, seed),)))
    else:  # a mirror without digests and states
        late.has_digests = late.has_states = False
        late.put(of, new)
    return audited(*mirrors, on_sleep=on_sleep), f"{kind}"


def test_a_state_under_another_policy_is_not_accused() -> None:
    """A mirror that does not know a key of the reader: an event of it is in the bundle, not in the state."""
    mirror = LyingMirror.of({}, "https://l.example")
    mirror.put(SEED, body(SEED, 1, more=(unverified(SEED, 5),)))
    found = audited(mirror, LyingMirror.of({}, "https://h.example"), verifier=Verifier(WIDER))
    assert {*found.words("l")} == {"not_comparable"} and found.audit.exit_status == 3
    assert "state" in {one.code for one, _ in found.kept}


def require_honest(numbers: range) -> None:
    for number in numbers:
        found, kind = history(number)
        wrong = [word for word in found.words() if WORDS[_word(word)].exit_status == 1]
        assert not wrong, (kind, number, wrong)
        assert found.audit.exit_status in (0, 3)
        rechecked(found)


def test_honest_histories_are_not_accused() -> None:
    require_honest(range(16))


@pytest.mark.long
def test_200_honest_histories_are_not_accused() -> None:
    require_honest(range(200))


def test_what_could_not_be_checked_is_missing_once_the_key_is_found(tmp_path: Path) -> None:
    """Elements of an unknown key: exit 3 and no lie; after ``store repair`` a withheld one is missing."""
    whole = body(SEED, 1, more=(unverified(SEED, 5),))
    mirror = LyingMirror.of({}, "https://l.example")
    mirror.put(SEED, body(SEED, 1))
    with make(tmp_path / "s", (whole, "https://h.example")) as store:
        with Reference(store) as reference:
            before = audited(mirror, store=reference)
        assert before.words() == ["unverified_differs"] and before.audit.exit_status == 3
        store.repair(policy=WIDER)
        with Reference(store) as reference:
            after = audited(mirror, store=reference)
    assert "missing" in after.words() and after.audit.exit_status == 3


def test_what_could_not_be_checked_is_missing_once_the_event_format_is_found(tmp_path: Path) -> None:
    """Events of an unknown format: exit 3 and no lie; after ``store repair`` a withheld one is missing."""
    registry = draw(3)
    assert len(registry.events) > 1
    payload = {"provider": "a.example", "url": "https://a.example/1", "captured_at": "2026-01-01T00:00:00Z"}
    known = attached(DEMO, registry.record, "storage_attestation", payload, "2026-01-01T00:00:00Z")
    unknown, found = (
        Policy.from_value({**policy(DEMO), "keys": [*policy(DEMO)["keys"], registry.key.in_policy(formats)]})
        for formats in (["unknown"], [registry.document])
    )
    name = registry.number[-26:]
    mirror = LyingMirror("https://l.example", has_digests=False, has_states=False)
    mirror.entries[name] = Entry(registry.bundle([*registry.events[1:], known]))
    with Store.create(str(tmp_path / "s"), unknown) as store:
        store.add(registry.bundle([*registry.events, known]), origin="https://h.example")
        with Reference(store) as reference:
            before = audited(mirror, store=reference)
        assert before.words() == ["unverified_differs"] and before.audit.exit_status == 3
        store.repair(policy=found)
        with Reference(store) as reference:
            after = audited(mirror, store=reference)
    assert after.words() == ["missing"] and after.audit.exit_status == 3
    (withheld,) = (one for one, _ in after.kept)
    assert withheld.suffix == name and len(withheld.ids) == 1


# -- mirrors that do not answer ---------------------------------------------------------------


def test_a_dead_mirror_delays_no_other_and_is_given_up() -> None:
    mirrors = [honest("https://a.example"), honest("https://b.example"), honest("https://d.example")]
    wire = Wire(*mirrors)
    wire.silent["https://d.example"] = 2
    found = audited(*mirrors, wire=wire, sample=3)
    assert found.audit.counts["same"] == 6 and found.audit.mirrors[2].is_given_up
    # The failures in a row are findings, what was not requested any more is counted.
    assert 1 <= len(found.words("d")) <= 3 and found.audit.exit_status == 3
    rechecked(found)


def test_a_mirror_that_is_given_up_is_not_asked_for_what_waited() -> None:
    """All records of a chunk were requested before the first request failed, and all of it was waited for."""
    records = {seed: (1,) for seed in range(40)}
    mirrors = [LyingMirror.of(records, f"https://{name}.example") for name in "abd"]
    wire = Wire(*mirrors)
    get = wire.get

    async def slow(url: str, **options: int) -> Exchange:
        if url.startswith(mirrors[2].base) and "/pith/" in url:
            mirrors[2].requests.append(url)
            await asyncio.sleep(0.01)
            raise NetworkError.at("timeout", url, "the exchange did not end in 30 seconds")
        return await get(url, **options)

    wire.get = slow  # type: ignore[method-assign, assignment]
    found = audited(*mirrors, wire=wire)
    asked = [url for url in mirrors[2].requests if "/pith/" in url]
    assert found.audit.mirrors[2].is_given_up and len(asked) < AT_ONCE + GIVE_UP
    assert found.audit.counts["same"] == 80 and len(found.words("d")) == len(asked)


def test_a_head_that_never_comes_is_not_waited_for() -> None:
    slow, wire = honest("https://d.example"), Wire(honest("https://a.example"), honest("https://b.example"))
    get = wire.get

    async def late(url: str, **options: int) -> Exchange:
        if url.startswith(slow.base):
            await asyncio.sleep(60)
        return await get(url, **options)

    wire.get = late  # type: ignore[method-assign, assignment]
    found = audited(*wire.mirrors.values(), slow, wire=wire, late=0.01, sample=1)
    assert found.words() == ["unreachable"] and found.audit.counts["same"] == 2
    assert found.audit.counts["unreachable"] == 2


# -- over a network ---------------------------------------------------------------------------


def test_a_lie_is_caught_over_tls_with_address_and_certificate() -> None:
    network, kept = Network(), []
    good, bad = honest("https://h.example"), lying("forged_event")

    def keep(found: Found, documents: Sequence[FindingDocument]) -> bool:
        kept.append((found, documents))
        return True

    async def work() -> None:
        async with (
            network.server(good.answer, name="h.example"),
            network.server(bad.answer, name="l.example", address="93.184.216.35"),
            network.client() as client,
        ):
            readers = [Remote(client, good.base), Remote(client, bad.base)]
            await audit(
                readers, VERIFIER, None, AuditOptions(full=True), keep,
                outside=Outside(sleep=network.sleep),
            )  # fmt: skip

    asyncio.run(work())
    ((found, documents),) = kept
    assert (found.word, found.mirror) == ("forged", "https://l.example")
    exchange = documents[0].exchange
    assert exchange is not None and exchange["address"] == "93.184.216.35"
    assert len(str(exchange["certificate_sha256"])) == 64
