"""PROBE-7 and PROBE-10 on envelopes written by hand: the usual ones settle, an embedded event never does."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from kit import envelopes
from kit.envelopes import DOUBTFUL, IN_WORDS, SETTLED, Event, bundle_of, comments, drawn, events, keys, texts
from kit.registries import Json
from kit.runs import spread
from pithbundle.verifier import Verifier
from pithbundle.verify.policy import Policy
from pithbundle.verify.probing.results import ProbeResult
from pithbundle.verify.probing.run import probe

KEYS = Policy.from_bytes(keys())
ALL = {**SETTLED, **DOUBTFUL}


def probed(name: str, made: list[Event], **more: Any) -> ProbeResult:
    envelope = {**ALL, **IN_WORDS}[name]
    return probe([bundle_of(envelope, made)], KEYS, most=20_000, **more)


def verified(result: ProbeResult, name: str, made: list[Event]) -> list[Json] | None:
    """The type and payload of each verified event under the policy that was found; None without one."""
    value = result.policy(KEYS)
    if value is None:
        return None
    whole = Verifier(Policy.from_value(value)).verify(bundle_of(ALL[name], made))
    return [
        {"type": each.event.event_type, "payload": each.event.payload}
        for each in whole.events
        if each.verdict.status == "verified" and each.event is not None
    ]


def meant(made: list[Event]) -> list[Json]:
    return [{"type": event.kind, "payload": event.payload} for event in made]


@pytest.mark.parametrize("name", SETTLED)
def test_a_usual_envelope_is_settled(name: str) -> None:
    made = events()
    result = probed(name, made)
    assert result.status == "settled", [found.cautions for found in result.found]
    assert verified(result, name, made) == meant(made)


@pytest.mark.parametrize("name", DOUBTFUL)
def test_an_envelope_like_an_outer_event_is_a_matter_for_a_person(name: str) -> None:
    """A caution and no policy; who knows the registry accepts the format by its name."""
    made = events()
    result = probed(name, made)
    (found,) = result.found
    assert result.status == "partial"
    assert found.cautions and found.event_format is not None
    assert result.best is None and verified(result, name, made) is None
    accepted = probed(name, made, accepted=[found.event_format.name])
    assert accepted.status == "settled"
    (found,) = accepted.found
    assert found.cautions == ()
    assert verified(accepted, name, made) == meant(made)
    other = probed(name, made, accepted=["found-00000000"])
    assert other == result


@pytest.mark.parametrize("name", IN_WORDS)
def test_an_envelope_of_another_standard_is_found_in_words(name: str) -> None:
    result = probed(name, events())
    assert result.status == "in_words"
    (found,) = result.found
    assert found.event_format is None and found.obstacles and not found.cautions
    assert not any("no covered member" in each for each in found.obstacles)


#: Every place and type, for each envelope outside and for each inside.
PAIRS = [
    *product(
        zip(sorted(ALL), sorted(ALL)[1:], strict=False),
        [("payload", "comment_posted"), ("member", "comment_posted"), ("payload", None), ("beside", None)],
    ),
    *product(((name, name) for name in sorted(ALL)), [("payload", "comment_posted"), ("beside", None)]),
]


def embeds_without_harm(outer: str, inner: str, place: str, kind: str | None) -> None:
    made = comments(ALL[inner], place, kind=kind)
    found = verified(probed(outer, made), outer, made)
    if found is not None:
        assert kind is None
        for event, read in zip(made, found, strict=True):
            assert read["type"] == event.kind
            # Of an envelope that states its roles twice the payload may be found around the true one.
            assert texts(event.payload) in texts(read["payload"]), (outer, inner, place)


@pytest.mark.parametrize(("names", "how"), spread(PAIRS, ordinary=PAIRS[::7]))
def test_what_a_payload_contains_is_never_verified(
    names: tuple[str, str], how: tuple[str, str | None]
) -> None:
    """Whatever an event embeds, it is verified with its own type and payload or not at all."""
    embeds_without_harm(*names, *how)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(40))
def test_what_a_payload_contains_is_never_verified_in_more_pairs(seed: int) -> None:
    for outer, inner in drawn(20, seed):
        for place, kind in product(("payload", "member", "beside"), ("comment_posted", None)):
            embeds_without_harm(outer, inner, place, kind)


@pytest.mark.parametrize("name", ["event_and_signature", "header_and_payload", "signature_beside"])
def test_members_of_the_type_beside_an_embedded_event_settle(name: str) -> None:
    """The payload has the members of its type: what it quotes hinders nothing."""
    made = comments(envelopes.signature_beside, "beside")
    result = probed(name, made)
    assert result.status == "settled"
    assert verified(result, name, made) == meant(made)


# -- names and values ---------------------------------------------------------------------------
