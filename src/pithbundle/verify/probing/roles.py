"""Roles: which member of the explained elements is the type, the subject, the payload (spec PROBE-7).

A role is found by its values over all explained elements, and by names only among equals.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, TypeAlias

from pithbundle.encoding.values import pointer
from pithbundle.verify.policy import PolicyKey
from pithbundle.verify.probing.ambiguity import ambiguous
from pithbundle.verify.probing.candidates import decode, time_form
from pithbundle.verify.probing.elements import Element, is_number
from pithbundle.verify.probing.known_types import KNOWN_TYPES, TARGETS, payload_fit
from pithbundle.verify.probing.lenient import Node, Path, render, value_at, walk
from pithbundle.verify.probing.recipes import WRAPPERS
from pithbundle.verify.probing.role_forms import ALGORITHMS, name_score, names_type
from pithbundle.verify.probing.rules import Rule

_DEEPEST: Final = 5
#: How many members are tried as the type, and uncovered objects as the payload.
_MOST_TYPES: Final = 4
_MOST_OUTSIDE: Final = 64
#: How many words are constants at most; a document has few pointers.
_MOST_CONSTANTS: Final = 4


@dataclass(frozen=True, slots=True)
class Roles:
    """What was found: a path for each role, or the text of a constant."""

    body: dict[str, Path | str] = field(default_factory=dict)
    proof: dict[str, Path | str | list[Path]] = field(default_factory=dict)
    #: ``rfc3339``, ``seconds``, ``milliseconds``; ``other`` where no format can state it.
    time: str = "rfc3339"
    payload_wrapper: str | None = None
    algorithm: str = "ed25519"
    #: Words beside the roles that say what kind of document an element is.
    constants: dict[Path, str] = field(default_factory=dict)
    #: What a binding format needs and nothing covered states.
    missing: tuple[str, ...] = ()
    #: Why the roles may be those of an event inside another one, in words (PROBE-10).
    ambiguous: tuple[str, ...] = ()
    #: How well the payload fits the types, from 1 to 2; 0 without one.
    fit: float = 0.0


#: A payload, the covered digest of it, its wrapper, and how many others with a covered digest may be it.
_Payload: TypeAlias = tuple[Path | None, Path | None, str | None, int]


class _Covered:
    """The members of all explained elements that are there in each of them."""

    def __init__(self, elements: list[Element], rule: Rule) -> None:
        self.elements = elements
        self.rule = rule
        paths = [self._paths(element) for element in elements]
        self.paths = [path for path in paths[0] if all(path in each for each in paths[1:])]
        #: The paths of each string of the first element.
        self.paths_of: dict[str, list[Path]] = {}
        for path in self.paths:
            text = value_at(elements[0].value, path)
            if type(text) is str:
                self.paths_of.setdefault(text, []).append(path)

    @staticmethod
    def _paths(element: Element) -> dict[Path, None]:
        found = (path for path, _ in walk(element.value, _DEEPEST))
        return {path: None for path in found if all(type(step) is str for step in path)}

    def values(self, path: Path) -> list[Node]:
        """The value at a path in each element."""
        return [value_at(element.value, path) for element in self.elements]

    def is_covered(self, path: Path) -> bool:
        """Whether a path is in the content and nothing of it is excluded."""
        recipe = self.rule.recipe
        below = path[: len(recipe.base)] == recipe.base and len(path) > len(recipe.base)
        return below and not any(
            path[: len(out)] == out or out[: len(path)] == path for out in recipe.excluded
        )

    def best(self, role: str, fits: Callable[[list[Node]], float]) -> Path | None:
        """The covered path whose values fit a role best; among equals by its name, then the least deep."""
        scored = [(fits(self.values(path)), path) for path in self.paths if path and self.is_covered(path)]
        return _best(role, ((score, path) for score, path in scored if score > 0))


def _best(role: str, scored: Iterable[tuple[float, Path]]) -> Path | None:
    """The path of the best value; of equals by its name, the least deep, then by its pointer.

    The order of the members of an element decides nothing.
    """

    def order(each: tuple[float, Path]) -> tuple[float, int, int, str]:
        score, path = each
        return -score, -name_score(role, str(path[-1])), len(path), pointer(path)

    return min(scored, key=order, default=(0.0, None))[1]


def find_roles(elements: list[Element], rule: Rule, keys: list[PolicyKey]) -> Roles:
    """Return the roles of the elements that a rule explains; ``keys`` are those that verify, one for each."""
    covered = _Covered(elements, rule)
    body: dict[str, Path | str] = {}
    event_type, (payload, hashed, wrapper, others) = _type_and_payload(covered)
    types = [] if event_type is None else covered.values(event_type)
    inner = payload or ("\0",)
    covered.paths = [path for path in covered.paths if path[: len(inner)] != inner]
    subject = covered.best("subject", lambda values: _is_subject(values, elements))
    created_at = covered.best("created_at", _is_time)
    target = covered.best("target", lambda values: _is_target(values, types))
    signer_id = covered.best(
        "signer_id", lambda values: float(bool(keys) and values == [key.signer_id for key in keys])
    )
    for role, found in (("event_type", event_type), ("subject", subject), ("payload", payload),
                        ("payload_sha256", hashed), ("created_at", created_at)):  # fmt: skip
        if found is not None:
            body[role] = found
    body["target"] = target if target is not None else _constant_target(types)
    signers = sorted({key.signer_id for key in keys})
    if signer_id is not None:
        body["signer_id"] = signer_id
    elif len(signers) == 1:
        body["signer_id"] = signers[0]
    required = ("event_type", "subject", "payload", "created_at", "signer_id")
    missing = [role for role in required if role not in body]
    form = "rfc3339" if created_at is None else str(time_form(covered.values(created_at)[0]))
    if form == "other":
        missing.append("created_at")
    proof, algorithm = _proof(covered, rule, keys, inner)
    doubts = ambiguous(elements, rule, keys, body, others)
    fit = 0.0 if payload is None else payload_fit(covered.values(payload), types)
    constants = _constants(covered, body)
    return Roles(body, proof, form, wrapper, algorithm, constants, tuple(missing), doubts, fit)


def _is_type(values: list[Node]) -> float:
    if not all(type(value) is str and value for value in values):
        return 0
    return sum(value in KNOWN_TYPES for value in values if type(value) is str)


def _is_subject(values: list[Node], elements: list[Element]) -> float:
    numbers = [element.number for element in elements]
    return float(
        all(
            is_number(value) and number in (None, value)
            for value, number in zip(values, numbers, strict=True)
        )
    )


def _is_time(values: list[Node]) -> float:
    forms = {time_form(value) for value in values}
    if len(forms) != 1 or None in forms:
        return 0
    return 1 if forms == {"other"} else 2


def _is_target(values: list[Node], types: list[Node]) -> float:
    if not all(type(value) is str and value in TARGETS for value in values):
        return 0
    agree = [value == KNOWN_TYPES[kind][0] for value, kind in zip(values, types, strict=False)
             if type(kind) is str and kind in KNOWN_TYPES]  # fmt: skip
    return 1 + sum(agree) / max(1, len(agree))


def _constant_target(types: list[Node]) -> str:
    """The target of all known types of the elements if it is one, else that of most types."""
    targets = {KNOWN_TYPES[kind][0] for kind in types if type(kind) is str and kind in KNOWN_TYPES}
    return targets.pop() if len(targets) == 1 else "record"


def _constants(covered: _Covered, body: dict[str, Path | str]) -> dict[Path, str]:
    """The covered words that are named as a type, and the same in all elements (PROBE-10)."""
    found = {}
    for path in covered.paths:
        word = value_at(covered.elements[0].value, path)
        if type(word) is not str or path in body.values() or not names_type(str(path[-1])):
            continue
        if covered.is_covered(path) and covered.values(path) == [word] * len(covered.elements):
            found[path] = word
    return dict(sorted(found.items(), key=lambda each: (len(each[0]), pointer(each[0])))[:_MOST_CONSTANTS])


# -- the payload ----------------------------------------------------------------------------------


def _type_and_payload(covered: _Covered) -> tuple[Path | None, _Payload]:
    """The type and the payload: of several possible types the nearest to the top that no payload contains."""

    def order(path: Path) -> tuple[int, float, int, str]:
        name = name_score("event_type", str(path[-1]))
        return len(path), -_is_type(covered.values(path)), -name, pointer(path)

    types = [path for path in covered.paths if path and covered.is_covered(path)]
    types = sorted((path for path in types if _is_type(covered.values(path))), key=order)[:_MOST_TYPES]
    for path in types:
        found = _payload(covered, covered.values(path))
        if found[0] is None or path[: len(found[0])] != found[0]:
            return path, found
    if not types:
        return None, _payload(covered, [])
    return types[0], _payload(covered, covered.values(types[0]), types[0])


def _payload(covered: _Covered, types: list[Node], beside: Path = ()) -> _Payload:
    """The payload, the covered digest of it and its wrapper where it is covered by that alone.

    Of an object and another one inside it that fit as well it is the outer one; none contains ``beside``.
    """
    scored = ((payload_fit(covered.values(path), types), path) for path in covered.paths if path)
    whole = [(score, path) for score, path in scored if score > 0 and path != beside[: len(path)]]
    scores = {path: score for score, path in whole if covered.is_covered(path)}
    highest = max(scores.values(), default=0.0)

    def order(path: Path) -> tuple[int, int, int, str]:
        length = sum(len(render(value)) for value in covered.values(path))
        return -name_score("payload", str(path[-1])), -length, len(path), pointer(path)

    outermost = [
        path
        for path, score in scores.items()
        if score == highest and not any(scores.get(path[:end]) == highest for end in range(1, len(path)))
    ]
    inside = min(outermost, key=order, default=None)
    outside = []
    for score, path in [each for each in whole if each[1] not in scores][:_MOST_OUTSIDE]:
        found = _digest_of(covered, path)
        if found is not None:
            outside.append((score, path, *found))
    fit = 0.0 if inside is None else payload_fit(covered.values(inside), types)
    best = max(outside, key=lambda each: each[0], default=None)
    if best is not None and best[0] > fit:
        return best[1], best[2], best[3], sum(each[0] >= best[0] for each in outside) - 1
    # By its name alone an object is the payload rather than another that fits less.
    least = fit if inside is not None and name_score("payload", str(inside[-1])) else 0.0
    return inside, None, None, sum(each[0] >= least for each in outside)


def _digest_of(covered: _Covered, payload: Path) -> tuple[Path, str | None] | None:
    """The covered member that states the SHA-256 of a payload in every element, with the wrapper."""
    layout = covered.rule.recipe.variant.layout
    for wrapper in (None, *WRAPPERS):
        digests = []
        for value in covered.values(payload):
            wrapped: Node = value if wrapper is None else {wrapper: value}
            text = render(wrapped, layout)
            digests.append(sha256(text.encode("utf-8", "surrogatepass")).hexdigest())
        prefixed = ["sha256:" + digest for digest in digests]
        for path in covered.paths_of.get(digests[0], []) + covered.paths_of.get(prefixed[0], []):
            if covered.is_covered(path) and covered.values(path) in (digests, prefixed):
                return path, wrapper
    return None


# -- the proof ----------------------------------------------------------------------------------------


def _proof(
    covered: _Covered, rule: Rule, keys: list[PolicyKey], payload: Path
) -> tuple[dict[str, Path | str | list[Path]], str]:
    proof: dict[str, Path | str | list[Path]] = {}
    if rule.signature is not None:
        proof["signature"] = rule.signature
    if rule.event_id is not None:
        proof["event_id"] = rule.event_id
    taken = [path for path in (rule.signature, rule.event_id) if path is not None]
    leaves = [path for path in _leaves(covered, payload) if path not in taken]

    def where(fits: Callable[[Node, PolicyKey], bool]) -> list[Path]:
        return [
            path
            for path in leaves
            if keys and all(fits(value, key) for value, key in zip(covered.values(path), keys, strict=True))
        ]

    key_ids = where(lambda value, key: value == key.key_id)
    if key_ids:
        proof["key_id"] = key_ids
    elif len({key.key_id for key in keys}) == 1:
        proof["key_id"] = keys[0].key_id
    fingerprints = where(lambda value, key: value == key.fingerprint)
    fingerprint = _best("fingerprint", ((1.0, path) for path in fingerprints))
    if fingerprint is not None:
        proof["fingerprint"] = fingerprint
    algorithm = _best("algorithm", _algorithms(covered, leaves))
    if algorithm is None:
        return proof, "ed25519"
    proof["algorithm"] = algorithm
    return proof, str(covered.values(algorithm)[0])


def _algorithms(covered: _Covered, leaves: list[Path]) -> Iterator[tuple[float, Path]]:
    """The members with one word for the algorithm in all elements: an exact word is better than a longer."""
    for path in leaves:
        words = {str(value).lower() for value in covered.values(path)}
        if len({*map(str, covered.values(path))}) == 1 and min(words).startswith(ALGORITHMS):
            yield (2.0 if words <= {*ALGORITHMS} else 1.0), path


def _leaves(covered: _Covered, payload: Path) -> Iterator[Path]:
    """The strings of all elements outside the payload, also in arrays that the content does not contain."""
    first = covered.elements[0]
    for path, node in walk(first.value, _DEEPEST):
        if type(node) is not str or path[: len(payload)] == payload or decode(node) is not None:
            continue
        in_array = any(type(step) is int for step in path)
        if covered.is_covered(path) and in_array:
            continue
        if all(type(value) is str for value in covered.values(path)):
            yield path
