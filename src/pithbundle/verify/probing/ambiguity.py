"""Ambiguity: whether the roles found may be those of an event inside another one (spec PROBE-10).

A payload is what a third party may have written. It can contain a complete event of any form, and a rule that
explains the outer event covers the inner one too. So roles inside an object that could itself be the payload
are taken for no result where something beside that object could be the outer event.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from pithbundle.encoding.values import pointer
from pithbundle.verify.policy import PolicyKey
from pithbundle.verify.probing.candidates import decode, time_form
from pithbundle.verify.probing.elements import Element, is_number
from pithbundle.verify.probing.known_types import KNOWN_TYPES, TARGETS
from pithbundle.verify.probing.lenient import Node, Number, Path, value_at, walk
from pithbundle.verify.probing.rules import Rule

#: What begins so names the algorithm of a signature.
ALGORITHMS: Final = ("ed25519", "eddsa")
#: How deep members are looked at.
_DEEPEST: Final = 5
#: A word that may be the type of an event; a version is none.
_WORD: Final = re.compile(r"[^\W\d_][\w.:/ -]{0,79}")
_VERSION: Final = re.compile(r"[vV]?[0-9]+([.-][0-9]+)*")
#: Words in the names of members that decide among equals.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "event_type": ("event_type", "type", "kind", "action"),
    "target": ("target", "scope"),
    "created_at": ("created", "issued", "iat", "time", "ts", "when", "date"),
    "payload": ("payload", "data", "body", "content", "detail"),
    "signer_id": ("signer", "issuer", "iss"),
    "algorithm": ("algorithm", "alg"),
    "fingerprint": ("fingerprint", "thumbprint"),
}
_ROLES: Final = ("event_type", "subject", "target", "created_at", "signer_id")


class Surroundings:
    """The strings and numbers of explained elements that no array contains and each element has."""

    def __init__(self, elements: list[Element], keys: list[PolicyKey], rule: Rule) -> None:
        self.rule = rule
        self.names = {name for key in keys for name in (key.signer_id, key.key_id, key.fingerprint)}
        self.is_number_known = all(element.number is not None for element in elements)
        self.leaves: dict[Path, list[Node]] = {}
        for path, node in walk(elements[0].value, _DEEPEST):
            if type(node) in (str, Number) and all(type(step) is str for step in path):
                values = [value_at(element.value, path) for element in elements]
                if all(type(value) in (str, Number) for value in values):
                    self.leaves[path] = values

    def beside(self, above: Path, payload: Path) -> Iterator[tuple[Path, list[Node]]]:
        """What is outside an object and outside the payload; neither of the proof nor known by itself."""
        home = () if self.rule.signature is None else self.rule.signature[:-1]
        for path, values in self.leaves.items():
            if _is_below(path, above) or _is_below(path, payload):
                continue
            if home and _is_below(path, home) and not _is_below(above, home):
                continue
            if not all(self._is_known(value) for value in values):
                yield path, values

    def is_rival(self, role: str, values: list[Node], more: int) -> bool:
        """Whether values are as likely a role as those found; ``more`` is how much better the name fits."""
        if role == "event_type":
            return _every(values, KNOWN_TYPES.__contains__)
        if role == "created_at":
            return more >= 0 and _FITS[role](values)
        # Where the record is known, its number decides.
        return role == "subject" and not self.is_number_known and _FITS[role](values)

    def _is_known(self, value: Node) -> bool:
        """Whether a value names the key or the algorithm, is a digest, or a version."""
        return type(value) is str and (
            value in self.names
            or value.lower().startswith(ALGORITHMS)
            or _VERSION.fullmatch(value) is not None
            or ((found := decode(value)) is not None and len(found[1]) == 32)
        )


def name_score(role: str, name: str) -> int:
    """How well the name of a member fits a role."""
    words = _NAMES.get(role, ())
    return max((len(words) - at for at, word in enumerate(words) if word in name.lower()), default=0)


def _is_below(path: Path, above: Path) -> bool:
    return path[: len(above)] == above


def _every(values: list[Node], fits: Callable[[str], bool]) -> bool:
    return all(type(value) is str and fits(value) for value in values)


def _may_be_type(values: list[Node]) -> bool:
    """Whether values may be types of events: words that are no targets, not all the same known thing."""
    return _every(
        values,
        lambda text: (
            _WORD.fullmatch(text) is not None
            and text not in TARGETS
            and not is_number(text)
            and time_form(text) is None
            and decode(text) is None
        ),
    )


def ambiguous(
    elements: list[Element],
    rule: Rule,
    keys: list[PolicyKey],
    body: dict[str, Path | str],
    covered: Callable[[Path], bool],
) -> tuple[str, ...]:
    """Return, in words, why the roles found may be those of an event inside another one; empty for no doubt.

    Args:
        elements: those that the rule explains.
        rule: with the signature that verifies.
        keys: the key of each element.
        body: the roles found, each a path or a constant.
        covered: whether a path is in the content.
    """
    around = Surroundings(elements, keys, rule)
    payload = _path(body, "payload")
    anchor = _path(body, "payload_sha256") or payload
    base = rule.recipe.base
    found: dict[str, None] = {}
    for inside in (anchor[:end] for end in range(max(1, len(base)), len(anchor))):
        within = any(covered(path) for path, _ in around.beside(inside, payload))
        if within or _has_event(around, inside, payload):
            found[f"the payload found is inside {_shown(inside)}, which may itself be the payload"] = None
            break
    for role in _ROLES:
        path = _path(body, role)
        for end in range(len(base) + 1, len(path)):
            inside = path[:end]
            if not _is_below(anchor, inside) and _has_other(around, role, path, inside, payload, covered):
                found[
                    f"{_shown(path)} is inside {_shown(inside)}, and a member outside may be the {role}"
                ] = None
        if path and _has_rival(around, role, path, payload, covered):
            found[f"{_shown(path)} is not the only member that may be the {role}"] = None
    return tuple(found)


def _path(body: dict[str, Path | str], role: str) -> Path:
    found = body.get(role, ())
    return found if type(found) is tuple else ()


def _shown(path: Path) -> str:
    return pointer(path)


def _has_event(around: Surroundings, inside: Path, payload: Path) -> bool:
    """Whether what is outside of an object may be an event that embeds it, covered or not."""
    signature = around.rule.signature or ()
    words = several = False
    for _, values in around.beside(inside, payload):
        if _every(values, KNOWN_TYPES.__contains__):
            return True
        is_signature = _every(values, lambda text: (decode(text) or ("", b""))[1][63:] != b"")
        if is_signature and _is_below(signature, inside):
            return True
        words = words or _may_be_type(values)
        several = several or _every(values, is_number) or all(time_form(value) for value in values)
    return words and several


#: Whether values may be a role; the signer is known by its value.
_FITS: Final[Mapping[str, Callable[[list[Node]], bool]]] = {
    "event_type": _may_be_type,
    "subject": lambda values: _every(values, is_number),
    "target": lambda values: _every(values, TARGETS.__contains__),
    "created_at": lambda values: all(time_form(value) is not None for value in values),
    "signer_id": lambda _: False,
}


def _has_other(
    around: Surroundings, role: str, path: Path, inside: Path, payload: Path, covered: Callable[[Path], bool]
) -> bool:
    """Whether a covered member outside of the object with a role may be that role and says another thing."""
    values = around.leaves.get(path)
    return any(
        covered(other) and others != values and _FITS[role](others)
        for other, others in around.beside(inside, payload)
    )


def _has_rival(
    around: Surroundings, role: str, path: Path, payload: Path, covered: Callable[[Path], bool]
) -> bool:
    """Whether another covered member is as likely a role, as near to the top, and says another thing."""
    name = name_score(role, str(path[-1]))
    return any(
        covered(other)
        and values != around.leaves.get(path)
        and len(other) <= len(path)
        and not _is_below(other, payload)
        and around.is_rival(role, values, name_score(role, str(other[-1])) - name)
        for other, values in around.leaves.items()
    )
