"""Rules: a recipe with what is signed of it, applied to all elements (spec PROBE-6).

One element that a rule explains says which of its own members are excluded, not which of those that it
lacks. So a rule is extended over the elements: members that an element has beyond what is known are kept or
excluded, whichever its signature confirms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import combinations
from typing import Final

from pithbundle.verify.probing.candidates import Candidate, decode
from pithbundle.verify.probing.elements import STATE_ID, Element
from pithbundle.verify.probing.lenient import Path, value_at
from pithbundle.verify.probing.recipes import Recipe
from pithbundle.verify.probing.tasks import HASHES, Hit, Material, forms

#: Members beyond what is known of a rule whose subsets are tried on one element.
_MOST_MORE: Final = 8


@dataclass(frozen=True, slots=True)
class Rule:
    """How ids and signatures are made, as far as it was found."""

    recipe: Recipe
    hash_name: str
    #: Where the signature is and its form, None where none verifies.
    signature: Path | None = None
    signature_form: str = ""
    signs: str = ""
    #: Where the id is and its form, None where none is claimed.
    event_id: Path | None = None
    id_form: str = ""

    def digests(self, element: Element) -> Iterator[tuple[bytes, bytes]]:
        """Yield each preimage of an element with its digest."""
        for data in self.recipe.preimages(element):
            yield data, HASHES[self.hash_name](data)

    def alike(self) -> list[Rule]:
        """The rules that may give the same bytes of one element: sorted or not, escaped or not (PROBE-6)."""
        recipe = self.recipe
        if recipe.text is not None:
            return [self]
        variants = [
            replace(
                recipe.variant,
                layout=replace(recipe.variant.layout, in_order=in_order, ascii_only=ascii_only),
            )
            for in_order in (False, True)
            for ascii_only in (False, True)
        ]
        return [replace(self, recipe=replace(recipe, variant=variant)) for variant in variants]


@dataclass(slots=True)
class Explanation:
    """A rule with the elements that it explains, each with the raw key that verifies."""

    rule: Rule
    #: Index of each explained element, and its key; empty where only the id is reproduced.
    elements: dict[int, bytes] = field(default_factory=dict)
    #: Elements whose claimed id is reproduced.
    ids: set[int] = field(default_factory=set)
    #: Members that an explained element has and the rule keeps.
    kept: set[Path] = field(default_factory=set)

    @property
    def is_signed(self) -> bool:
        """Whether signatures verify, and not only ids are reproduced."""
        return self.rule.signature is not None


def complete(material: Material, hit: Hit) -> Rule:
    """Return the rule that a hit with a recipe shows, with its signature and its id."""
    element = material.elements[hit.element]
    rule = Rule(hit.recipe or Recipe(), hit.hash_name)
    claimed = hit.claimed
    found: tuple[Candidate, str] | None = None
    for data, digest in rule.digests(element):
        if hit.signature is not None:
            found = (hit.signature, hit.signs)
            claimed = next((each for each in element.digests if each.raw == digest), None)
        elif claimed is not None and claimed.raw == digest:
            found = _signature(material, hit, data, digest)
    if found is not None:
        signature, signs = found
        rule = replace(rule, signature=signature.path, signature_form=signature.form, signs=signs)
    if claimed is not None:
        rule = replace(rule, event_id=claimed.path, id_form=claimed.form)
    return rule


def _signature(material: Material, hit: Hit, data: bytes, digest: bytes) -> tuple[Candidate, str] | None:
    """The signature of an element over a digest or its preimage, with what it signs."""
    messages = [*forms(digest, hit.hash_name), ("bytes", data)]
    for signature in material.elements[hit.element].signatures:
        for key in material.keys_of(hit.element):
            for signs, message in messages:
                if key.verify(message, signature.raw):
                    return signature, signs
    return None


def extend(material: Material, explanation: Explanation, indices: list[int]) -> None:
    """Apply a rule to elements, and let those that it explains say more of which members are excluded."""
    for at in indices:
        if at not in explanation.elements and not material.is_over():
            _explain(material, explanation, at)


def _explain(material: Material, explanation: Explanation, at: int) -> None:
    element, rule = material.elements[at], explanation.rule
    if rule.signature is not None and (element.made or not element.signatures):
        _explain_entry(material, explanation, at)
        return
    if rule.signature is not None and _candidate(element, rule.signature) is None:
        return
    members = _members(element, rule.recipe)
    unknown = [path for path in members if path not in explanation.kept and not _is_out(path, rule.recipe)]
    more = unknown[:_MOST_MORE] if explanation.elements else []
    for size in range(len(more) + 1):
        for out in combinations(more, size):
            if material.is_over():
                return
            excluded = tuple(sorted((*rule.recipe.excluded, *out), key=repr))
            tried = replace(rule, recipe=replace(rule.recipe, excluded=excluded))
            key = _key(material, tried, at)
            if key is None:
                continue
            explanation.rule = tried
            explanation.elements[at] = key
            explanation.kept.update(path for path in unknown if path not in out)
            if states_id(element, tried):
                explanation.ids.add(at)
            return


def _explain_entry(material: Material, explanation: Explanation, at: int) -> None:
    """Explain an element without a signature by its id alone; it says nothing of the rule.

    An entry of a state has members that its event may have had: they would be excluded for no reason.
    """
    where = (STATE_ID,) if material.elements[at].made else explanation.rule.event_id
    entry = Explanation(replace(explanation.rule, signature=None, event_id=where))
    entry.elements.update(explanation.elements)
    entry.kept.update(explanation.kept)
    _explain(material, entry, at)
    if at in entry.elements:
        explanation.elements[at] = b""
        explanation.ids.add(at)


def _members(element: Element, recipe: Recipe) -> list[Path]:
    """The members that a rule keeps or excludes: at its base, and in the objects that it opens."""
    opened = {path[:end] for path in recipe.excluded for end in range(len(recipe.base), len(path))}
    found = []
    for above in sorted({recipe.base, *opened}, key=repr):
        value = value_at(element.value, above)
        found += [(*above, name) for name in value] if type(value) is dict else []
    return [path for path in found if path not in opened]


def _is_out(path: Path, recipe: Recipe) -> bool:
    return any(path[: len(out)] == out for out in recipe.excluded)


def _candidate(element: Element, path: Path) -> bytes | None:
    text = value_at(element.value, path)
    found = decode(text) if type(text) is str else None
    return None if found is None else found[1]


def _key(material: Material, rule: Rule, at: int) -> bytes | None:
    """The raw key whose signature over an element verifies; empty where the rule has an id alone."""
    element = material.elements[at]
    for data, digest in rule.digests(element):
        if rule.signature is None:
            if rule.event_id is not None and _candidate(element, rule.event_id) == digest:
                return b""
            continue
        raw = _candidate(element, rule.signature) or b""
        message = data if rule.signs == "bytes" else dict(forms(digest, rule.hash_name))[rule.signs]
        for key in material.keys_of(at):
            if key.verify(message, raw):
                return key.raw
    return None


def states_id(element: Element, rule: Rule) -> bool:
    """Whether an element states the id that the rule makes of it."""
    claimed = None if rule.event_id is None else _candidate(element, rule.event_id)
    return claimed is not None and any(claimed == digest for _, digest in rule.digests(element))
