"""The search: which tasks are open, what their outcomes mean, when it is enough (spec PROBE-5, PROBE-6).

The search takes outcomes in the order of its tasks, whoever computes them, so that its result does not depend
on the number of processes. It has no clock: whoever runs it decides when to stop.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from pithbundle.verify.policy import Policy, PolicyKey
from pithbundle.verify.probing.elements import Element, is_number
from pithbundle.verify.probing.lenient import value_at, walk
from pithbundle.verify.probing.order import ordered_tasks
from pithbundle.verify.probing.recipes import Recipe
from pithbundle.verify.probing.rules import Explanation, Rule, complete, extend
from pithbundle.verify.probing.tasks import HASHES, Hit, Material, Outcome, Position, Task

#: After every document has an explained element, the search goes on for as much again, and so much more.
_MORE_PREIMAGES: Final = 20_000
_MORE_CHECKS: Final = 2_000


class Fruitful(NamedTuple):
    """A task that found something, and how many preimages and checks were made before it."""

    task: Task
    preimages: int
    checks: int


def names_of(key: PolicyKey) -> tuple[str, ...]:
    """What an event may call a key: its id, its fingerprints, the key itself."""
    public = key.public_key
    return (
        key.key_id,
        public.fingerprint_hex,
        "sha256:" + public.fingerprint_hex,
        public.fingerprint_base32,
        public.hex,
        public.base64,
    )


class Search:
    """One search over elements under the keys of a policy.

    Args:
        elements: what is probed, of all documents.
        policy: whose keys are tried; what they list as ``event_formats`` is not read.
        thorough: whether to go on until every element is explained or everything was tried.
    """

    def __init__(self, elements: Sequence[Element], policy: Policy, *, thorough: bool = False) -> None:
        self.material = Material(elements, [(key.public_key.raw, names_of(key)) for key in policy.keys])
        self.thorough = thorough
        self.preimages = 0
        self.checks = 0
        #: The last task that was taken: a search of the same elements and keys can be resumed after it.
        self.position: Position | None = None
        #: The tasks that found something, with what was tried before: with them a search is resumed.
        self.fruitful: list[Fruitful] = []
        self.exhausted = False
        self.explanations: list[Explanation] = []
        #: Digests that were reproduced and are signed by nothing; digests that are signed.
        self.reproduced: list[Hit] = []
        self.signed_digests: list[Hit] = []
        #: Signatures over a digest that the document explains by itself: receipts.
        self.receipts: list[Hit] = []
        self._enough: tuple[int, int] | None = None
        self._explained: set[int] = set()
        self._shapes: set[tuple[int, tuple[str, ...]]] = set()
        self._identified: set[int] = set()
        #: Whether an element was left unexplained because enough was explained.
        self._passed_over = False
        self._sources = {element.source for element in elements if self._counts(element)}
        self._signed = {element.source for element in elements if element.signatures}

    @staticmethod
    def _counts(element: Element) -> bool:
        """Whether an element could be an event of a rule: it states a signature or a digest."""
        return bool(element.signatures or element.digests)

    def tasks(self) -> Iterator[Task]:
        """Yield the tasks after :attr:`position`; an outcome that was taken shortens what follows."""
        yield from ordered_tasks(self.material, self.is_open, self.position)
        self.exhausted = not self._passed_over

    def is_open(self, at: int) -> bool:
        """Whether an element is still to be explained."""
        element = self.material.elements[at]
        if at in self._explained or not self._counts(element):
            return False
        if self._enough is None or self.thorough:
            return True
        is_left = self.preimages <= self._enough[0] and self.checks <= self._enough[1]
        other = (element.source, element.shape) not in self._shapes and self.material.is_named(at)
        self._passed_over |= not (is_left and other)
        return is_left and other

    @property
    def _done(self) -> set[int]:
        """The documents of which an element is explained, or an id is reproduced that no key signs."""
        return {source for source, _ in self._shapes} | self._identified

    def take(self, task: Task, outcome: Outcome) -> None:
        """Take the outcome of a task; one of an element that is explained by now changes nothing."""
        self.position = task.position
        if not self.is_open(task.element):
            return
        if outcome.hits:
            self.fruitful.append(Fruitful(task, self.preimages, self.checks))
        self.preimages += outcome.preimages
        self.checks += outcome.checks
        for hit in outcome.hits:
            self._take(hit)

    def resume(self, position: Position, fruitful: Sequence[Fruitful], preimages: int, checks: int) -> None:
        """Go on where another search of the same elements and keys ended (PROBE-5).

        Args:
            position: its :attr:`position`.
            fruitful: its fruitful tasks, which are computed again, so that nothing found is believed.
            preimages: what it had tried.
            checks: the signature checks that it had made.

        Raises:
            TimeIsOver: the time ended before all was computed again; nothing of it is forgotten.
        """
        try:
            for task, self.preimages, self.checks in fruitful:
                self.take(task, self.material.run(task))
        except BaseException:
            # An interrupt too.
            self.fruitful = [*fruitful]
            raise
        finally:
            self.position, self.preimages, self.checks = position, preimages, checks

    def _take(self, hit: Hit) -> None:
        if hit.recipe is None:
            known = hit.claimed is not None and hit.claimed.path == ()
            (self.receipts if known else self.signed_digests).append(hit)
            return
        if hit.element in self._explained:
            return
        rule = complete(self.material, hit)
        if rule.signature is None and self._is_whole(hit):
            rule = self._signed_twin(hit) or rule
        if rule.signature is None and not (self._is_whole(hit) and self._is_unsigned(hit)):
            self.reproduced.append(hit)
            if self._is_whole(hit) and not self._is_embedded(hit):
                self._identified.add(self.material.elements[hit.element].source)
                self._limit()
            return
        self._add(rule, hit.element)

    def _signed_twin(self, hit: Hit) -> Rule | None:
        """The rule of another element whose id the same recipe reproduces, and whose signature verifies."""
        recipe = hit.recipe or Recipe()
        for at, element in enumerate(self.material.elements):
            if not element.signatures:
                continue
            digests = {HASHES[hit.hash_name](data) for data in recipe.preimages(element)}
            claimed = next((each for each in element.digests if each.raw in digests), None)
            if claimed is not None:
                rule = complete(self.material, Hit(at, recipe, hit.hash_name, claimed))
                if rule.signature is not None:
                    return rule
        return None

    def _is_whole(self, hit: Hit) -> bool:
        """Whether a reproduced digest may be an id: of content that contains the subject."""
        element = self.material.elements[hit.element]
        base = value_at(element.value, () if hit.recipe is None else hit.recipe.base)
        return any(is_number(node) for _, node in walk(base, 2))

    def _is_embedded(self, hit: Hit) -> bool:
        """Whether what has a reproduced id has a signature of its own, and another one is beside it.

        Then it may be an event inside another one, whose id says nothing of the rule that is looked for.
        """
        base = () if hit.recipe is None else hit.recipe.base
        signatures = self.material.elements[hit.element].signatures
        inside = [each.path[: len(base)] == base for each in signatures]
        return any(inside) and not all(inside)

    def _is_unsigned(self, hit: Hit) -> bool:
        """Whether the document of a hit has no signature at all: where there are some, they decide."""
        return self.material.elements[hit.element].source not in self._signed

    def _limit(self) -> None:
        """Set an end to the search as soon as something of every document is explained."""
        if self._enough is None and self._sources <= self._done:
            self._enough = 2 * self.preimages + _MORE_PREIMAGES, 2 * self.checks + _MORE_CHECKS

    def _add(self, rule: Rule, at: int) -> None:
        """Apply a rule, and those that may give the same bytes, to all elements; the best stays."""
        indices = [place for place in range(len(self.material.elements)) if place not in self._explained]
        best = max(
            (self._applied(each, [at, *indices]) for each in rule.alike()),
            # The first of equals: sorted and not escaped, as formats are by default.
            key=lambda explanation: len(explanation.elements),
        )
        if not best.elements:
            return
        self.explanations.append(best)
        for place in best.elements:
            element = self.material.elements[place]
            self._explained.add(place)
            self._shapes.add((element.source, element.shape))
        self._limit()

    def _applied(self, rule: Rule, indices: list[int]) -> Explanation:
        """A rule applied twice: what the later elements say of it may explain an earlier one."""
        explanation = Explanation(rule)
        for _ in range(2):
            extend(self.material, explanation, indices)
        return explanation

    def run(self, most: int | None = None) -> None:
        """Run the search here, until it ends or ``most`` preimages were tried."""
        for task in self.tasks():
            self.take(task, self.material.run(task))
            if most is not None and self.preimages >= most:
                return
