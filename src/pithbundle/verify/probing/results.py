"""Results: what a search found, in a form for people, programs and policies (spec PROBE-7, PROBE-8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, NamedTuple, TypeAlias

from pithbundle.brief import brief
from pithbundle.encoding.canonical import encode, sha256_hex
from pithbundle.encoding.values import Object, Value, pointer
from pithbundle.verify.policy import Policy, PolicyKey
from pithbundle.verify.probing.candidates import decode, time_form
from pithbundle.verify.probing.documents import alternatives, document_of, is_in_model, obstacles
from pithbundle.verify.probing.elements import Element, is_number
from pithbundle.verify.probing.lenient import value_at, walk
from pithbundle.verify.probing.recipes import in_words, payload_name
from pithbundle.verify.probing.roles import Roles, find_roles
from pithbundle.verify.probing.rules import Explanation, Rule, extend
from pithbundle.verify.probing.search import Search
from pithbundle.verify.probing.shapes import shapes_of

#: Without padding one form may look like the other.
_UNPADDED: Final = dict.fromkeys(("base64url", "base64 without padding"), "unpadded")
#: How many different outlines of elements roles are found of.
_MOST_OUTLINES: Final = 24
#: ``settled``: one rule explains enough, binds, and is a document; ``in_words``: enough, but no document
#: states it; ``partial``: something is explained; ``not_settled``: nothing is.
ProbeStatus: TypeAlias = Literal["settled", "in_words", "partial", "not_settled"]
_OUTSIDE: Final = "every event that it explains contains numbers outside the data model (DATA-2 to DATA-4)"


class ElementLocation(NamedTuple):
    """Where an element is: the index of its document among the inputs, and its own index there."""

    document: int
    element: int


@dataclass(frozen=True, slots=True)
class Found:
    """One rule that explains elements."""

    #: The format document without obstacles, None with them.
    document: Object | None
    #: Why no document states the rule.
    obstacles: tuple[str, ...]
    #: The roles that a binding format needs and that nothing covered states.
    missing: tuple[str, ...]
    #: The recipe in words, with what is signed of it.
    words: str
    #: The explained elements, and those of them whose claimed id is reproduced.
    elements: tuple[ElementLocation, ...]
    ids: tuple[ElementLocation, ...]
    keys: tuple[PolicyKey, ...]
    #: Other documents that explain the same elements.
    alternatives: tuple[Object, ...]
    #: Whether it explains two elements, or every element of its shape.
    is_enough: bool

    __repr__ = brief

    @property
    def is_settled(self) -> bool:
        """Whether it is a binding document that explains enough."""
        return self.document is not None and not self.missing and self.is_enough


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What probing found on all documents together.

    ``preimages`` were tried with ``checks`` signature checks; ``exhausted`` says whether that is everything.
    """

    status: ProbeStatus
    #: The status of each document by itself.
    documents: tuple[ProbeStatus, ...]
    found: tuple[Found, ...]
    #: Elements with a signature or digest that nothing explains.
    unexplained: tuple[ElementLocation, ...]
    elements: int
    signatures: int
    #: Signatures over the hash of the record, and over another claimed digest: they need no preimage.
    receipts: tuple[ElementLocation, ...]
    signed_digests: tuple[tuple[ElementLocation, str], ...]
    #: Digests that were reproduced and that no signature covers, with the recipe in words.
    reproduced: tuple[tuple[ElementLocation, str, str], ...]
    preimages: int
    checks: int
    exhausted: bool
    #: Shapes and lengths of what is not explained, without content: it can be published.
    shapes: tuple[Object, ...]

    __repr__ = brief

    @property
    def best(self) -> Found | None:
        """The settled rule that explains most elements, else the binding document that does; None without."""
        with_document = [each for each in self.found if each.document is not None and not each.missing]
        return max(with_document, key=lambda each: (each.is_settled, len(each.elements)), default=None)

    def policy(self, policy: Policy) -> Object | None:
        """Return a policy whose keys list the found formats in place of ``unknown``, None without one."""
        formats: dict[bytes, list[Value]] = {}
        for found in self.found:
            if found.document is not None and not found.missing:
                for key in found.keys:
                    formats.setdefault(key.public_key.raw, []).append(found.document)
        if not formats:
            return None
        value = policy.to_value()
        keys: list[Value] = []
        for key in policy.keys:
            one = key.to_value()
            if key.public_key.raw in formats:
                listed = one["event_formats"]
                others = [each for each in listed if each == "integrity-1"] if type(listed) is list else []
                one["event_formats"] = [*others, *formats[key.public_key.raw]]
            keys.append(one)
        return {**value, "keys": keys}


def result_of(search: Search, policy: Policy, documents: int) -> ProbeResult:
    """Return what a search has found so far on so many documents."""
    elements = search.material.elements
    keys = {key.public_key.raw: key for key in policy.keys}
    found = [_found(search, each, keys) for each in search.explanations]
    found.sort(key=lambda each: (not each.is_settled, -len(each.elements)))
    explained = {place for each in found for place in each.elements}
    counted = [each for each in elements if each.signatures or each.digests]
    unexplained = [each for each in counted if _place(each) not in explained]
    begun = {elements[hit.element].source for hit in (*search.reproduced, *search.signed_digests)}
    statuses = [_status_of(source, found, counted, source in begun) for source in range(documents)]
    return ProbeResult(
        status=_overall([status for source, status in enumerate(statuses)
                         if any(each.source == source for each in counted)]),
        documents=tuple(statuses),
        found=tuple(found),
        unexplained=tuple(map(_place, unexplained)),
        elements=len(elements),
        signatures=sum(bool(each.signatures) for each in elements),
        receipts=tuple(dict.fromkeys(_place(elements[hit.element]) for hit in search.receipts)),
        signed_digests=tuple(dict.fromkeys(
            (_place(elements[hit.element]), pointer(hit.claimed.path))
            for hit in search.signed_digests if hit.claimed is not None
        )),
        reproduced=tuple(dict.fromkeys(
            (_place(elements[hit.element]), pointer(hit.claimed.path), in_words(hit.recipe, hit.hash_name))
            for hit in search.reproduced if hit.claimed is not None and hit.recipe is not None
        )),
        preimages=search.preimages,
        checks=search.checks,
        exhausted=search.exhausted,
        shapes=tuple(shapes_of(unexplained)),
    )  # fmt: skip


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


def _place(element: Element) -> ElementLocation:
    return ElementLocation(element.source, element.index)


def _found(search: Search, explanation: Explanation, keys: dict[bytes, PolicyKey]) -> Found:
    material = search.material
    signed = [at for at, raw in explanation.elements.items() if raw]
    places = signed or list(explanation.elements)
    sample = [(material.elements[at], keys.get(explanation.elements[at])) for at in places]
    readings = [
        _reading(rule, sample)
        for rule in alternatives(explanation.rule, explanation.kept)
        if rule == explanation.rule or _explains(search, rule, signed)
    ]
    # That which agrees with most elements; then fewest excluded, then the plainest.
    readings.sort(key=lambda each: (len(each[1].missing), -each[2], *_plainness(each[0])))
    rule, roles, most = readings[0]
    why = obstacles(rule, roles)
    if not any(is_in_model(element.value) for element, _ in sample):
        why.append(_OUTSIDE)
    documents = [
        _named(document_of(rule, roles, ""))
        for rule, roles, count in readings
        if count == most and not obstacles(rule, roles)
    ]
    return Found(
        document=None if why else documents[0],
        obstacles=tuple(why),
        missing=roles.missing,
        words=rule_in_words(rule),
        elements=tuple(_place(material.elements[at]) for at in explanation.elements),
        ids=tuple(_place(material.elements[at]) for at in sorted(explanation.ids)),
        keys=tuple({key.public_key.raw: key for _, key in sample if key is not None}.values()),
        alternatives=() if why else tuple(documents[1:]),
        is_enough=len(explanation.elements) > 1 or _is_alone(search, places[0]),
    )


def _reading(rule: Rule, sample: Sequence[tuple[Element, PolicyKey | None]]) -> tuple[Rule, Roles, int]:
    """The rule and roles of the commonest elements, of all others that agree with them, and their number.

    Somebody may have signed one event without a member, or spelt one signature otherwise: that is no reason
    to find no format for all the others.
    """
    groups: dict[tuple[str, ...], list[tuple[Element, PolicyKey | None]]] = {}
    for element, key in sample:
        groups.setdefault(_outline(element), []).append((element, key))
    chosen: list[tuple[Element, PolicyKey | None]] = []
    best: tuple[Rule, Roles] | None = None
    for group in sorted(groups.values(), key=len, reverse=True)[:_MOST_OUTLINES]:
        tried = [*chosen, *group]
        elements, keys = [element for element, _ in tried], [key for _, key in tried if key is not None]
        found = (_with_form(rule, elements), find_roles(elements, rule, keys))
        worse = best is not None and len(obstacles(*found)) + len(found[1].missing) > (
            len(obstacles(*best)) + len(best[1].missing)
        )
        if not worse:
            chosen, best = tried, found
    return (*(best or (rule, Roles())), len(chosen))


def _outline(element: Element) -> tuple[str, ...]:
    """What is alike in elements that a registry made alike: names near the top, kinds of strings."""
    found = []
    for path, node in walk(element.value, 2):
        payload = len(path) > 1 and path[0] == payload_name(element.value)
        if not payload:
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


def _explains(search: Search, rule: Rule, places: list[int]) -> bool:
    """Whether another rule explains the same elements without being extended."""
    tried = Explanation(rule)
    extend(search.material, tried, places)
    return len(places) == len(tried.elements) > 0 and tried.rule == rule


def _plainness(rule: Rule) -> tuple[int, bool, bool, bool]:
    variant = rule.recipe.variant
    return len(rule.recipe.dropped), variant.in_order, variant.wrapper is not None, variant.ascii_only


def _with_form(rule: Rule, elements: Sequence[Element]) -> Rule:
    """The rule with the text form of all signatures: that of one may be ambiguous."""
    if rule.signature is None:
        return rule
    texts = [str(value_at(element.value, rule.signature)) for element in elements]
    forms = sorted({found[0] for text in texts if (found := decode(text)) is not None})
    if forms == ["base64 without padding", "base64url"]:
        forms = forms[:1]
    return replace(rule, signature_form=" or ".join(forms))


def _named(document: Object) -> Object:
    """A document with a name made of its content."""
    return {**document, "name": "found-" + sha256_hex(encode({**document, "name": ""}))[:8]}


def _is_alone(search: Search, at: int) -> bool:
    """Whether no other element has the shape of one: then one match is all that there can be."""
    shape = search.material.elements[at].shape
    return sum(each.shape == shape for each in search.material.elements) == 1


def _status_of(source: int, found: Sequence[Found], counted: Sequence[Element], begun: bool) -> ProbeStatus:
    """The status of one document."""
    if not any(each.source == source for each in counted):
        return "not_settled"
    of_source = [each for each in found if any(place[0] == source for place in each.elements)]
    if any(each.is_settled for each in of_source):
        return "settled"
    if any(each.is_enough and each.obstacles and not each.missing and each.keys for each in of_source):
        return "in_words"
    return "partial" if of_source or begun else "not_settled"


def _overall(statuses: Sequence[ProbeStatus]) -> ProbeStatus:
    """The status of all documents together: the only one, else partial where anything is explained."""
    if len(set(statuses)) == 1:
        return statuses[0]
    return "partial" if set(statuses) - {"not_settled"} else "not_settled"
