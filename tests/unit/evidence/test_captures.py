"""What is found of a claim of a capture (CAPT-1, CAPT-4, CAPT-8)."""

from __future__ import annotations

import json
from base64 import b32encode
from hashlib import sha1, sha256
from typing import Final

import pytest

from kit.captures import STAMP, TARGET, claim, record
from pithbundle.evidence import CaptureFinding, Content, Payload, check_capture, content_of
from pithbundle.evidence.captures import HeldContents
from pithbundle.evidence.payloads import capture_key

BODY: Final = b"%PDF-1.5"
HASH: Final = sha256(BODY).hexdigest()
FILE: Final = content_of("paper.pdf", [BODY[:3], BODY[3:]])


def payload(*contents: Content, target: str = TARGET, stamp: str = STAMP) -> Payload:
    return Payload("a.warc", target, stamp, contents, "not_compared")


def status(found: CaptureFinding) -> str:
    return f"{found.form} {found.subject} {found.content.status}"


def test_a_content_has_both_digests_and_its_size() -> None:
    expected = Content("paper.pdf", "file", 8, HASH, b32encode(sha1(BODY).digest()).decode())
    assert expected == FILE
    assert FILE.to_value() == {
        "name": "paper.pdf",
        "form": "file",
        "size": 8,
        "sha256": HASH,
        "sha1": expected.sha1,
    }


def test_the_three_findings_do_not_depend_on_each_other() -> None:
    good = claim(content_sha256=HASH)
    assert status(check_capture(record(), good, [FILE])) == "capture exact matches"
    assert status(check_capture(record(), good)) == "capture exact not_given"
    other = claim("https://example.org/", content_sha256=HASH, captured_at="2026-05-20T00:00:00Z")
    assert status(check_capture(record(), other, [FILE])) == "time_differs not_recognised matches"
    elsewhere = claim(url="https://example.org/a", provider="zenodo", content_sha256=HASH)
    assert status(check_capture(record(), elsewhere, [FILE])) == "other_provider not_recognised matches"


def test_the_content_is_what_has_the_hash_of_the_claim() -> None:
    other = content_of("other.pdf", [b"other"])
    good = claim(content_sha256=HASH)
    found = check_capture(record(), good, [other, FILE])
    assert (found.content.status, found.content.match, found.content.contents) == (
        "matches",
        FILE,
        (other, FILE),
    )
    assert check_capture(record(), good, [other]).content.status == "differs"
    assert check_capture(record(), claim(), [FILE]).content.status == "no_content_hash"


def test_payloads_are_those_of_the_capture() -> None:
    content = content_of("a.warc", [BODY], "payload")
    good = claim(content_sha256=HASH)
    own = payload(content)
    found = check_capture(record(), good, payloads=[payload(target="https://example.org/"), own])
    assert (found.content.status, found.payloads, found.content.match) == ("matches", (own,), content)
    # The archive writes one for the other.
    assert check_capture(
        record(), good, payloads=[payload(content, target=TARGET.replace("https", "http"))]
    ).payloads
    for none in (
        payload(content, stamp="20260520101113"),
        payload(content, target=f"{TARGET}.pdf"),
        payload(),
    ):
        assert check_capture(record(), good, payloads=[none]).content.status == "no_payload"
    assert check_capture(record(), good, payloads=[]).content.status == "no_payload"
    elsewhere = claim(url="https://example.org/a", content_sha256=HASH)
    assert check_capture(record(), elsewhere, payloads=[own]).content.status == "no_payload"


def test_at_most_20_contents_and_payloads_are_named_and_all_are_compared() -> None:
    contents = [content_of(f"{at}.warc", [bytes([at])], "payload") for at in range(30)]
    held = HeldContents([FILE] * 5, [payload(each) for each in contents])
    found = held.check(record(), claim(content_sha256=contents[-1].sha256))
    assert (found.content.status, found.content.match) == ("matches", contents[-1])
    content = found.to_value()["content"]
    assert [len(content[name]) for name in ("contents", "payloads")] == [20, 20]
    assert (content["more_contents"], content["more_payloads"]) == (15, 10)
    few = HeldContents([FILE], [payload(contents[0])]).check(record(), claim()).to_value()["content"]
    assert (few["more_contents"], few["more_payloads"], len(few["contents"])) == (0, 0, 2)


def test_a_payload_is_looked_at_once_however_many_claims_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[str, str]] = []

    def counted(*given: str) -> tuple[str, str]:
        calls.append(capture_key(*given))
        return calls[-1]

    monkeypatch.setattr("pithbundle.evidence.captures.capture_key", counted)
    held = HeldContents((), [payload(FILE)] * 1_000)
    for _ in range(500):
        assert held.check(record(), claim()).payload_count == 1_000
    assert len(calls) == 1_500


def test_a_claim_says_what_is_looked_for() -> None:
    assert claim().wanted == (TARGET, STAMP)
    assert claim(url=f"https://web.archive.org/web/2026/{TARGET}").wanted is None
    assert claim(url="https://example.org/").wanted is None


@pytest.mark.parametrize("files", [[], [content_of("x", [b"x"])]])
@pytest.mark.parametrize("content_sha256", [None, HASH])
def test_stored_is_a_word_of_checked_content_alone(content_sha256: str | None, files: list[Content]) -> None:
    found = check_capture(record(), claim(content_sha256=content_sha256), files)
    assert "stored" not in json.dumps(found.to_value())


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ("file", "stored: the SHA-256 of the file a"),
        ("payload", "before its Content-Encoding"),
        ("message", "as it was sent, in chunks"),
        ("decoded", "after its Content-Encoding"),
    ],
)
def test_which_bytes_match_is_named(form: str, words: str) -> None:
    content = Content("a", form, 8, HASH, "")  # type: ignore[arg-type]
    found = check_capture(record(), claim(content_sha256=HASH), [content])
    assert words in found.sentence and found.sentence.count("stored: ") == 1


def test_a_finding_as_json_has_its_clauses_and_what_it_does_not_show() -> None:
    own = payload(content_of("a.warc", [BODY], "payload"))
    value = check_capture(record(), claim(content_sha256=HASH), payloads=[own]).to_value()
    assert [value[part]["clause"] for part in ("form", "subject", "content")] == [
        "CAPT-2",
        "CAPT-3",
        "CAPT-4",
    ]
    assert value["form"] == {
        "status": "capture",
        "sentence": "the URL names one capture of the time of the claim",
        "clause": "CAPT-2",
        "time": STAMP,
        "original_bytes": True,
        "target": TARGET,
    }
    assert value["content"]["match"] == own.contents[0].to_value()
    assert value["content"]["payloads"] == [own.to_value()]
    assert "nothing was requested" in value["does_not_show"]
    elsewhere = check_capture(record(), claim(url="https://example.org/")).to_value()["form"]
    assert [elsewhere[part] for part in ("time", "original_bytes", "target")] == [None] * 3
    calendar = check_capture(record(), claim(url=f"https://web.archive.org/web/*/{TARGET}")).to_value()[
        "form"
    ]
    assert (calendar["time"], calendar["target"]) == (None, TARGET)
