"""The result of a search: its findings, what it did not explain, and the status (spec PROBE-7)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TypeVar

from pithbundle.encoding.values import pointer
from pithbundle.verify.policy import Policy
from pithbundle.verify.probing.findings import finding, location_of
from pithbundle.verify.probing.recipes import in_words
from pithbundle.verify.probing.results import Found, ProbeResult, ProbeStatus
from pithbundle.verify.probing.search import Search
from pithbundle.verify.probing.shapes import shapes_of


def result_of(search: Search, policy: Policy, inputs: int, accepted: Collection[str] = ()) -> ProbeResult:
    """Return what a search has found so far on so many inputs (PROBE-7).

    Args:
        search: what was searched.
        policy: whose keys were tried.
        inputs: how many.
        accepted: names of formats whose cautions a person has judged (PROBE-10).
    """
    elements = search.material.elements
    keys = {key.public_key.raw: key for key in policy.keys}
    found = [finding(search, each, keys, accepted) for each in search.explanations]
    found.sort(key=lambda each: (not each.is_settled, -len(each.elements)))
    explained = {location for each in found for location in each.elements}
    counted = [each for each in elements if each.signatures or each.digests]
    unexplained = [each for each in counted if location_of(each) not in explained]
    begun = {elements[hit.element].source for hit in (*search.reproduced, *search.signed_digests)}
    states = {each.source for each in elements if each.made}
    of_source: dict[int, list[Found]] = {}
    for each in found:
        for source in {location.input for location in each.elements}:
            of_source.setdefault(source, []).append(each)
    with_candidates = {each.source for each in counted}
    statuses = [
        _status_of(of_source.get(source, ()), source in begun, source in states)
        if source in with_candidates
        else "not_settled"
        for source in range(inputs)
    ]
    return ProbeResult(
        status=_overall([statuses[source] for source in sorted(with_candidates)]),
        inputs=tuple(statuses),
        found=tuple(found),
        unexplained=tuple(map(location_of, unexplained)),
        elements=len(elements),
        signatures=sum(bool(each.signatures) for each in elements),
        receipts=_different(location_of(elements[hit.element]) for hit in search.receipts),
        signed_digests=_different(
            (location_of(elements[hit.element]), pointer(hit.claimed.path))
            for hit in search.signed_digests
            if hit.claimed is not None
        ),
        reproduced=_different(
            (
                location_of(elements[hit.element]),
                pointer(hit.claimed.path),
                in_words(hit.recipe, hit.hash_name),
            )
            for hit in search.reproduced
            if hit.claimed is not None and hit.recipe is not None
        ),
        preimages=search.preimages,
        checks=search.checks,
        exhausted=search.exhausted,
        shapes=tuple(shapes_of(unexplained)),
    )


_Item = TypeVar("_Item")


def _different(items: Iterable[_Item]) -> tuple[_Item, ...]:
    """The items without repetition, in their order."""
    return tuple(dict.fromkeys(items))


def _status_of(found: Sequence[Found], begun: bool, is_state: bool) -> ProbeStatus:
    """The status of an input by what was found in it; a state has no signatures, so its ids are enough."""
    if any(each.is_settled for each in found):
        return "settled"
    if any(each.is_enough and each.obstacles and (each.keys or is_state) for each in found):
        return "in_words"
    return "partial" if found or begun else "not_settled"


def _overall(statuses: Sequence[ProbeStatus]) -> ProbeStatus:
    """The status of all inputs together: the only one, else partial where anything is explained."""
    if len(set(statuses)) == 1:
        return statuses[0]
    return "partial" if set(statuses) - {"not_settled"} else "not_settled"
