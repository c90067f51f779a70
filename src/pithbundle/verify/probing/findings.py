"""Findings: what one explanation comes to, a format or the reasons for none (spec PROBE-7)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final, NamedTuple, TypeAlias

from pithbundle.bundle.event_format import EventFormat
from pithbundle.verify.policy import PolicyKey
from pithbundle.verify.probing.built_in import built_in, built_in_of_ids, is_verified
from pithbundle.verify.probing.candidates import decode, time_form
from pithbundle.verify.probing.documents import alternatives, format_of, is_in_model, obstacles
from pithbundle.verify.probing.elements import Element, is_number
from pithbundle.verify.probing.lenient import Path, value_at, walk
from pithbundle.verify.probing.recipes import in_words, payload_name
from pithbundle.verify.probing.results import ElementLocation, Found
from pithbundle.verify.probing.roles import Roles, find_roles
from pithbundle.verify.probing.rules import Explanation, Rule, extend
from pithbundle.verify.probing.search import Search

#: Without padding one form may look like the other.
_UNPADDED: Final = dict.fromkeys(("base64url", "base64 without padding"), "unpadded")
#: How many different outlines of elements roles are found of.
_MAX_OUTLINES: Final = 24
_OUTSIDE: Final = "every event that it explains contains numbers outside the data model (DATA-2 to DATA-4)"


def finding(
    search: Search, explanation: Explanation, keys: dict[bytes, PolicyKey], accepted: Collection[str] = ()
) -> Found:
    """Return what an explanation comes to: a format, or why there is none (PROBE-7).

    Args:
        search: the search that found it.
        explanation: a rule with the elements that it explains.
        keys: the keys of the policy by their raw bytes.
        accepted: names of formats whose cautions a person has judged (PROBE-10).
    """
    material = search.material
    signed = [at for at, raw in explanation.elements.items() if raw]
    indices = signed or list(explanation.elements)
    sample = [(material.elements[at], keys.get(explanation.elements[at])) for at in indices]
    readings = [
        _reading(rule, sample)
        for rule in alternatives(explanation.rule, explanation.kept)
        if rule == explanation.rule or _explains(search, rule, signed)
    ]
    # That which agrees with most elements; then that whose payload fits best: the digest of a payload may be
    # of one escape alone where the signed bytes are of both. Then fewest excluded, then the plainest.
    readings.sort(
        key=lambda each: (
            _doubts(each.roles), -len(each.sample), -each.roles.fit, *_plainness(each.rule),
        )
    )  # fmt: skip
    first = readings[0]
    known = built_in(first.sample)
    found = known or _format_of(first)
    others = [_format_of(each) for each in readings[1:] if len(each.sample) == len(first.sample)]
    event_format = found if isinstance(found, EventFormat) else None
    return Found(
        event_format=event_format,
        obstacles=() if isinstance(found, EventFormat) else tuple(found),
        # Whose signature it is cannot be known without one.
        # Of a signed string the members are not seen.
        missing=() if known or not signed or first.rule.recipe.text is not None else first.roles.missing,
        cautions=() if known or (event_format and event_format.name in accepted) else first.roles.ambiguous,
        recipe=rule_in_words(first.rule),
        elements=tuple(location_of(material.elements[at]) for at in explanation.elements),
        ids=tuple(location_of(material.elements[at]) for at in sorted(explanation.ids)),
        keys=tuple({key.public_key.raw: key for _, key in sample if key is not None}.values()),
        alternatives=tuple(each for each in others if isinstance(each, EventFormat)),
        is_enough=len(explanation.elements) > 1 or material.is_alone(indices[0]),
        not_verified=() if event_format is None else _not_verified(event_format, sample, first.sample),
    )


#: Explained elements, each with the key that verifies.
_Sample: TypeAlias = list[tuple[Element, PolicyKey | None]]


class _Reading(NamedTuple):
    """A rule with the roles of the elements of a sample."""

    rule: Rule
    roles: Roles
    sample: _Sample


def _not_verified(event_format: EventFormat, sample: _Sample, chosen: _Sample) -> tuple[ElementLocation, ...]:
    """The elements of a sample that the format of the chosen ones does not verify."""
    agreed = {location_of(element) for element, _ in chosen}
    others = [one for one in sample if location_of(one[0]) not in agreed]
    return tuple(location_of(one[0]) for one in others if not is_verified(event_format, *one))


def _format_of(reading: _Reading) -> EventFormat | list[str]:
    """The reading as a format, or the reasons in words why no format is it."""
    reasons = obstacles(reading.rule, reading.roles)
    if reading.rule.signature is None:
        known = built_in_of_ids([element for element, _ in reading.sample])
        reasons += [] if known is None else [f"the built-in event format {known.name} makes the same ids"]
    if not any(is_in_model(element.value) for element, _ in reading.sample):
        reasons.append(_OUTSIDE)
    if reasons:
        return reasons
    found = format_of(reading.rule, reading.roles)
    return found if isinstance(found, EventFormat) else [found]


def _reading(rule: Rule, sample: _Sample) -> _Reading:
    """The rule and roles of the commonest elements, and of all others that agree with them.

    Somebody may have signed one event without a member, or spelt one signature otherwise: that is no reason
    to find no format for all the others.
    """
    groups: dict[tuple[str, ...], _Sample] = {}
    for element, key in sample:
        groups.setdefault(_outline(element), []).append((element, key))
    best: _Reading | None = None
    for group in sorted(groups.values(), key=len, reverse=True)[:_MAX_OUTLINES]:
        chosen = [*([] if best is None else best.sample), *group]
        elements, keys = [element for element, _ in chosen], [key for _, key in chosen if key is not None]
        tried = _with_form(_without_others(rule, elements), elements)
        found = _Reading(tried, find_roles(elements, tried, keys), chosen)
        if best is None or _faults(found) <= _faults(best):
            best = found
    return best or _Reading(rule, Roles(), [])


def _without_others(rule: Rule, elements: Sequence[Element]) -> Rule:
    """The rule without the excluded members that none of some elements has: others may be anybody's."""
    recipe = rule.recipe
    excluded = tuple(path for path in recipe.excluded if any(_has(element, path) for element in elements))
    return rule if excluded == recipe.excluded else replace(rule, recipe=replace(recipe, excluded=excluded))


def _has(element: Element, path: Path) -> bool:
    above = value_at(element.value, path[:-1])
    return path[-1] in above if type(above) is dict else value_at(element.value, path) is not None


def _faults(reading: _Reading) -> int:
    """How much a reading lacks to be a format that binds, and to be a document at all (FORMAT-1)."""
    faults = len(obstacles(reading.rule, reading.roles)) + _doubts(reading.roles)
    if faults == 0:
        return int(not isinstance(format_of(reading.rule, reading.roles), EventFormat))
    return faults


def _doubts(roles: Roles) -> int:
    return len(roles.missing) + len(roles.ambiguous)


def _outline(element: Element) -> tuple[str, ...]:
    """What is alike in elements that a registry made alike: names near the top, kinds of strings."""
    found = []
    payload = payload_name(element.value)
    for path, node in walk(element.value, 2):
        if len(path) < 2 or path[0] != payload:
            decoded = decode(node) if type(node) is str else None
            kind = (
                str(node == element.number)
                if is_number(node)
                else _UNPADDED.get(decoded[0], decoded[0])
                if decoded
                else time_form(node)
            )
            found.append(f"{path} {type(node).__name__} {kind}")
    return tuple(sorted(found))


def _explains(search: Search, rule: Rule, indices: list[int]) -> bool:
    """Whether another rule explains the same elements without being extended."""
    tried = Explanation(rule)
    extend(search.material, tried, indices)
    return len(indices) == len(tried.elements) > 0 and tried.rule == rule


def _plainness(rule: Rule) -> tuple[int, bool, bool, bool]:
    variant = rule.recipe.variant
    layout = variant.layout
    return len(rule.recipe.excluded), layout.in_order, variant.wrapper is not None, layout.ascii_only


def _with_form(rule: Rule, elements: Sequence[Element]) -> Rule:
    """The rule with the text form of all signatures: that of one may be ambiguous."""
    if rule.signature is None:
        return rule
    texts = [str(value_at(element.value, rule.signature)) for element in elements]
    forms = sorted({found[0] for text in texts if (found := decode(text)) is not None})
    if forms == ["base64 without padding", "base64url"]:
        forms = forms[:1]
    return replace(rule, signature_form=" or ".join(forms))


def rule_in_words(rule: Rule) -> str:
    """Return a rule in words: the recipe of its preimage, and what is signed (PROBE-7)."""
    words = in_words(rule.recipe, rule.hash_name)
    signs = {
        "": "",
        "digest": "; sign the raw digest",
        "hex": "; sign the digest as hex text",
        "prefixed": "; sign the digest as text, its name and hex",
        "bytes": "; sign the bytes themselves",
    }
    return words + signs[rule.signs]


def location_of(element: Element) -> ElementLocation:
    """Return where an element is."""
    return ElementLocation(element.source, element.index)
