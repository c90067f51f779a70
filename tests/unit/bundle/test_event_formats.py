"""RULE-1 to RULE-5: the closed family of event formats, as data."""

from __future__ import annotations

import hashlib

import pytest

from pithbundle.bundle.event_formats import ENVELOPE, EVENT_FORMATS, EVENT_V1, UNKNOWN, EventFormat

COVERS = {
    "full": set(),
    "no-signer": {"signer"},
    "no-time": {"created_at"},
    "no-signer-no-time": {"signer", "created_at"},
}
SIGNED = ("digest", "hex", "id", "bytes")
MEMBERS = {
    "event_id", "signature", "signer", "created_at", "event_type", "subject_pith_number", "target",
    "payload", "more",
}  # fmt: skip


def test_the_family_is_every_pair_of_cover_and_form_under_its_name() -> None:
    names = {f"event-{cover}-{form}" for cover in (*COVERS, "payload") for form in SIGNED}
    assert set(EVENT_FORMATS) == names - {"event-full-digest"} | {"event-v1"}
    assert len(EVENT_FORMATS) == 20
    assert all(rule.name == name for name, rule in EVENT_FORMATS.items())
    assert len({(rule.excluded, rule.signed, rule.payload_only) for rule in EVENT_FORMATS.values()}) == 20
    assert EVENT_FORMATS["event-v1"] is EVENT_V1
    assert next(iter(EVENT_FORMATS)) == "event-v1"
    assert UNKNOWN not in EVENT_FORMATS


def test_the_family_cannot_be_added_to() -> None:
    with pytest.raises(TypeError):
        EVENT_FORMATS["mine"] = EVENT_V1  # type: ignore[index]


@pytest.mark.parametrize("form", SIGNED)
@pytest.mark.parametrize("cover", COVERS)
def test_a_format_names_what_it_excludes(cover: str, form: str) -> None:
    rule = EVENT_FORMATS.get(f"event-{cover}-{form}", EVENT_V1)
    assert rule.excluded == ENVELOPE | COVERS[cover]
    assert not rule.payload_only
    assert rule.is_binding == (cover == "full")
    assert rule.unsigned_members(MEMBERS) == sorted(COVERS[cover])


@pytest.mark.parametrize("form", SIGNED)
def test_a_rule_over_the_payload_covers_nothing_else(form: str) -> None:
    rule = EVENT_FORMATS[f"event-payload-{form}"]
    assert not rule.is_binding
    assert rule.unsigned_members(MEMBERS) == sorted(MEMBERS - ENVELOPE - {"payload"})


@pytest.mark.parametrize("rule", EVENT_FORMATS.values(), ids=list(EVENT_FORMATS))
def test_what_is_signed(rule: EventFormat) -> None:
    body = b'{"a":1}'
    digest = hashlib.sha256(body).digest()
    expected = {
        "digest": digest,
        "hex": digest.hex().encode(),
        "id": b"sha256:" + digest.hex().encode(),
        "bytes": body,
    }
    assert rule.message(body, digest) == expected[rule.signed]
    claimed = rule.message_of_digest(digest)
    assert claimed == (None if rule.signed == "bytes" else expected[rule.signed])
