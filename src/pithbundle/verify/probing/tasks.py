"""Tasks: the search in small steps, each computed anywhere from elements and keys (spec PROBE-5, PROBE-11).

A task is plain data: a worker process gets it and returns an outcome, which depends on nothing else.
"""

from __future__ import annotations

import hashlib
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Literal, TypeAlias

from pithbundle.ed25519.strict import PublicKey
from pithbundle.verify.probing.builder import Builder, long_strings, texts
from pithbundle.verify.probing.candidates import Candidate
from pithbundle.verify.probing.elements import Element
from pithbundle.verify.probing.families import Family, families
from pithbundle.verify.probing.lenient import Layout, value_at
from pithbundle.verify.probing.recipes import LINK_NAMES, PAE_TYPES, WRAPPERS, Recipe, Variant

#: How a preimage is tested: against claimed digests, by a signature, by one over another hash;
#: ``claimed`` needs no preimage, ``texts`` are those of long strings.
Way: TypeAlias = Literal["claimed", "texts", "digest", "signature", "hashes"]
#: Level, element, way, family, variant, size and start of a task: the order of tasks.
Position: TypeAlias = tuple[int, int, str, int, int, int, int]

HASHES: Final[Mapping[str, Callable[[bytes], bytes]]] = {
    "SHA-256": lambda data: hashlib.sha256(data).digest(),
    "SHA-512": lambda data: hashlib.sha512(data).digest(),
    "BLAKE2b-256": lambda data: hashlib.blake2b(data, digest_size=32).digest(),
    "BLAKE2b-512": lambda data: hashlib.blake2b(data).digest(),
}
#: The most members excluded together (PROBE-4).
MAX_EXCLUDED: Final = 12
#: Keys of the policy that are tried on one element.
MOST_KEYS: Final = 4
#: Candidates for a signature that one preimage is tested with.
MOST_SIGNATURES: Final = 3
#: About how many bytes of memory the builders that are kept take together.
MOST_BUILT: Final = 16 * 1024 * 1024


class TimeIsOver(Exception):
    """The time of a search ended within a task, or while tasks were prepared."""


def _never() -> bool:
    return False


def _variants() -> tuple[tuple[Variant, int], ...]:
    """Every variant with its weight, the expressible ones first."""
    plain = (Layout(), Layout(ascii_only=True))
    found: list[tuple[Variant, int]] = [(Variant(layout), 0) for layout in plain]
    found += [(Variant(layout, wrapper), 2) for wrapper in WRAPPERS for layout in plain]
    for in_order, spaced in ((False, True), (True, False), (True, True)):
        for ascii_only in (False, True):
            layout = Layout(in_order, ascii_only, spaced)
            found.append((Variant(layout), 5))
            found += [(Variant(layout, wrapper), 8) for wrapper in WRAPPERS]
    for form in ("hex", "prefixed", "named"):
        found += [(Variant(layout, replaced=form), 5) for layout in plain]
    for layout in (Layout(), Layout(in_order=True)):
        found += [(Variant(layout, jws=form), 4 + layout.in_order) for form in ("base64url", "bytes")]
        found.append((Variant(layout, newline=True), 6 + layout.in_order))
        found += [(Variant(layout, pae=kind), 6 + layout.in_order) for kind in PAE_TYPES]
    found += [(Variant(link=name), 6) for name in (*LINK_NAMES, "before", "after")]
    for each in _indented():
        found += [(Variant(each, newline=newline), 7) for newline in (False, True)]
    return tuple(found)


def _indented() -> list[Layout]:
    return [
        Layout(in_order, ascii_only, indent=indent)
        for indent in (2, 4)
        for in_order in (False, True)
        for ascii_only in (False, True)
    ]


VARIANTS: Final = _variants()
#: What is put around a long string.
TEXT_VARIANTS: Final = (
    Variant(),
    Variant(newline=True),
    Variant(jws="base64url"),
    Variant(jws="bytes"),
    *(Variant(pae=kind) for kind in PAE_TYPES),
)


@dataclass(frozen=True, slots=True)
class Task:
    """One step: the subsets of ``size`` slots from rank ``start`` to ``stop`` of a stream."""

    level: int
    element: int
    way: Way
    family: int = 0
    variant: int = 0
    size: int = 0
    start: int = 0
    stop: int = 0

    @property
    def position(self) -> Position:
        """Where the task is in the order."""
        return self.level, self.element, self.way, self.family, self.variant, self.size, self.start


@dataclass(frozen=True, slots=True)
class Hit:
    """What a task found: a recipe whose digest is claimed, or a signature that verifies."""

    element: int
    recipe: Recipe | None
    hash_name: str
    #: The digest that is reproduced or signed.
    claimed: Candidate | None
    #: The signature that verifies, under which raw key, and what of the digest it signs.
    signature: Candidate | None = None
    key: bytes = b""
    signs: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a task tried, in preimages and signature checks, and found."""

    preimages: int
    checks: int
    hits: tuple[Hit, ...] = ()


class Material:
    """The elements and keys of a run, with what is computed of each element once."""

    def __init__(self, elements: Sequence[Element], keys: Sequence[tuple[bytes, tuple[str, ...]]]) -> None:
        self.elements = tuple(elements)
        #: Each raw key with its names: key id, fingerprints, spellings.
        self.keys = tuple(keys)
        self.public = {raw: PublicKey(raw) for raw, _ in keys}
        self._families: dict[int, list[Family]] = {}
        self._signatures: dict[int, list[Candidate]] = {}
        self._digests: dict[int, tuple[dict[bytes, Candidate], tuple[str, ...]]] = {}
        #: The builders used last, with their sizes.
        self._builders: OrderedDict[tuple[int, int, int], tuple[Builder, int]] = OrderedDict()
        self._built = 0
        #: Whether the time is over: whoever runs a search sets it.
        self.is_over: Callable[[], bool] = _never

    def __reduce__(self) -> tuple[type[Material], tuple[object, object]]:
        return Material, (self.elements, self.keys)

    def check(self) -> None:
        """End what is being done if the time is over.

        Raises:
            TimeIsOver: it is; nothing of the current task counts.
        """
        if self.is_over():
            raise TimeIsOver

    def is_alone(self, at: int) -> bool:
        """Whether no other element has the shape of one: then one match is all that there can be."""
        return self._of_shape[self.elements[at].shape] == 1

    @cached_property
    def _of_shape(self) -> Counter[tuple[str, ...]]:
        return Counter(each.shape for each in self.elements)

    def families(self, at: int) -> list[Family]:
        """The families of an element, computed once."""
        if at not in self._families:
            self._families[at] = families(self.elements[at])
        return self._families[at]

    def signatures(self, at: int, family: Family) -> list[Candidate]:
        """The signatures of an element that may be over what a family keeps; receipts are none of them."""
        if at not in self._signatures:
            element = self.elements[at]
            self._signatures[at] = [
                each
                for each in element.signatures
                if not any(
                    key.verify(digest, each.raw) for digest in element.known for key in self.keys_of(at)
                )
            ]
        return [each for each in self._signatures[at] if not covers(family, each)][:MOST_SIGNATURES]

    def builder(self, at: int, family: int, variant: int) -> Builder:
        """The builder of an element, a family and a variant; those used last are kept, by their size."""
        key = (at, family, variant)
        if key in self._builders:
            self._builders.move_to_end(key)
            return self._builders[key][0]
        made = Builder(self.elements[at], self.families(at)[family], VARIANTS[variant][0])
        self._builders[key] = made, made.size
        self._built += made.size
        while self._built > MOST_BUILT and len(self._builders) > 1:
            self._built -= self._builders.popitem(last=False)[1][1]
        return made

    def keys_of(self, at: int) -> list[PublicKey]:
        """The keys that an element names by any of their names, else all; few of them (PROBE-3)."""
        strings = self.elements[at].strings
        named = [raw for raw, names in self.keys if any(name in strings for name in names)]
        return [self.public[raw] for raw in (named or [raw for raw, _ in self.keys])[:MOST_KEYS]]

    def is_named(self, at: int) -> bool:
        """Whether an element names a key, or there are so few that each is tried."""
        if len(self.keys) <= MOST_KEYS:
            return True
        strings = self.elements[at].strings
        return any(name in strings for _, names in self.keys for name in names)

    # -- one task ---------------------------------------------------------------------------------

    def run(self, task: Task) -> Outcome:
        """Compute a task: nothing but the elements and the keys decide what it returns."""
        if task.way == "claimed":
            return self._claimed(task.element)
        if task.way == "texts":
            return self._texts(task.element, task.start, task.stop)
        builder = self.builder(task.element, task.family, task.variant)
        signatures = self.signatures(task.element, builder.family)
        names = ("SHA-256",) if task.way == "signature" else tuple(HASHES)[1:]
        tried = checks = 0
        hits: list[Hit] = []
        for mask, data in builder.recipes(task.size, task.start, task.stop):
            self.check()
            tried += 1
            if task.way == "digest":
                found = self._by_digest(task.element, data)
            else:
                made, found = self._by_signature(task.element, data, signatures, names)
                checks += made
            if found:
                recipe = builder.recipe(mask)
                hits += [replace(hit, recipe=recipe) for hit in found]
        return Outcome(tried, checks, tuple(hits))

    def _claimed(self, at: int) -> Outcome:
        """Each signature over each claimed digest in every form, and over the record's own digests."""
        element, checks = self.elements[at], 0
        hits: list[Hit] = []
        known = [Candidate((), "known", raw) for raw in sorted(element.known)]
        for signature in element.signatures:
            for claimed in (*known, *(each for each in element.digests if each.path != signature.path)):
                self.check()
                for key in self.keys_of(at):
                    for signs, message in (*forms(claimed.raw), *_as_written(element, claimed)):
                        checks += 1
                        if key.verify(message, signature.raw):
                            hits.append(Hit(at, None, "", claimed, signature, key.raw, signs))
        return Outcome(0, checks, tuple(hits))

    def _texts(self, at: int, start: int, stop: int) -> Outcome:
        """Some long strings of an element as preimages, tested in both ways."""
        tried = checks = 0
        hits: list[Hit] = []
        element = self.elements[at]
        for recipe, data in texts(element, long_strings(element)[start:stop], TEXT_VARIANTS):
            self.check()
            tried += 1
            made, found = self._by_signature(at, data, element.signatures[:MOST_KEYS], ("SHA-256",))
            checks += made
            hits += [replace(hit, recipe=recipe) for hit in (*self._by_digest(at, data), *found)]
        return Outcome(tried, checks, tuple(hits))

    def _wanted(self, at: int) -> tuple[dict[bytes, Candidate], tuple[str, ...]]:
        """The claimed digests of an element, and the hashes whose length one of them has."""
        if at not in self._digests:
            wanted = {each.raw: each for each in reversed(self.elements[at].digests)}
            lengths = {len(raw) for raw in wanted}
            names = tuple(name for name, function in HASHES.items() if len(function(b"")) in lengths)
            self._digests[at] = wanted, names
        return self._digests[at]

    def _by_digest(self, at: int, data: bytes) -> list[Hit]:
        wanted, names = self._wanted(at)
        found = []
        for name in names:
            raw = HASHES[name](data)
            if raw in wanted:
                found.append(Hit(at, None, name, wanted[raw]))
        return found

    def _by_signature(
        self, at: int, data: bytes, signatures: Sequence[Candidate], names: Sequence[str]
    ) -> tuple[int, list[Hit]]:
        checks, found = 0, []
        for name in names:
            messages = [*forms(HASHES[name](data), name), *([("bytes", data)] if name == "SHA-256" else [])]
            for signature in signatures:
                for key in self.keys_of(at):
                    for signs, message in messages:
                        checks += 1
                        if key.verify(message, signature.raw):
                            found.append(Hit(at, None, name, None, signature, key.raw, signs))
        return checks, found


def forms(raw: bytes, name: str = "SHA-256") -> list[tuple[str, bytes]]:
    """What may be signed of a digest: raw, in hex, as ``sha256:`` and hex, in base64 (PROBE-3)."""
    text = raw.hex().encode()
    prefix = name.lower().replace("-", "").encode() + b":"
    return [("digest", raw), ("hex", text), ("prefixed", prefix + text)]


def _as_written(element: Element, claimed: Candidate) -> list[tuple[str, bytes]]:
    """The text of a claimed digest as it is written, where it is none of the forms."""
    text = value_at(element.value, claimed.path)
    message = text.encode() if type(text) is str else b""
    return [("text", message)] if message and message not in dict(forms(claimed.raw)).values() else []


def covers(family: Family, signature: Candidate) -> bool:
    """Whether the kept members may contain a signature, so that it cannot be over them."""
    path = signature.path
    if path[: len(family.base)] != family.base:
        return False
    return not any(path[: len(out)] == out for out in family.excluded)
