"""Ambiguity: whether the roles found may be those of an event inside another one (spec PROBE-10).

A third party may have written the payload, or any other object of an event. Each can contain a complete event
of any form, or what looks like a payload, and a rule that explains the event covers all of it. So roles are
no result where something else that is covered may be the role.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from pithbundle.encoding.values import pointer
from pithbundle.verify.policy import PolicyKey
from pithbundle.verify.probing.candidates import decode, has_bytes, time_form
from pithbundle.verify.probing.elements import Element, is_number
from pithbundle.verify.probing.envelopes import is_of_envelope, is_plain, is_tag
from pithbundle.verify.probing.known_types import payload_fit
from pithbundle.verify.probing.lenient import Node, Number, Path, value_at, walk
from pithbundle.verify.probing.role_forms import (
    is_json,
    is_known_form,
    is_known_type,
    is_signature,
    may_be,
    may_be_word,
    name_score,
    names_type,
    states_another,
)  # fmt: skip
from pithbundle.verify.probing.rules import Rule

#: How deep members are looked at; what is deeper may be anything.
_DEEPEST: Final = 5
_ROLES: Final = ("event_type", "subject", "target", "created_at", "signer_id")
#: How well payloads fit that have the members of their types.
_PERFECT: Final = 2.0


def ambiguous(
    elements: list[Element], rule: Rule, keys: list[PolicyKey], body: Mapping[str, Path | str], hashed: int
) -> tuple[str, ...]:
    """Return, in words, why the roles found may be those of an event inside another one; empty for no doubt.

    Args:
        elements: those that the rule explains.
        rule: with the signature that verifies.
        keys: the key of each element.
        body: the roles found, each a path or a constant.
        hashed: how many objects beside the payload have a digest that is covered.
    """
    around = Surroundings(elements, keys, rule, body)
    found: dict[str, None] = {}
    for end in range(max(1, len(rule.recipe.base)), len(around.anchor)):
        inside = around.anchor[:end]
        if not around.is_part(inside) and around.has_event_outside(inside):
            found[f"the payload found is inside {pointer(inside)}, which may itself be the payload"] = None
            break
    for role in _ROLES:
        path = _path(body, role)
        for end in range(len(rule.recipe.base) + 1, len(path)):
            inside = path[:end]
            if not _is_below(around.anchor, inside) and around.has_other(role, path, inside):
                words = f"{pointer(path)} is inside {pointer(inside)}, and a member outside may be the {role}"
                found[words] = None
        if path and around.has_rival(role, path):
            found[f"{pointer(path)} is not the only member that may be the {role}"] = None
    if around.payload and (hashed or around.has_other_payload()):
        found[f"{pointer(around.payload)} is not the only member that may be the payload"] = None
    return tuple(found)


class Surroundings:
    """What is in explained elements beside their payload."""

    def __init__(
        self, elements: list[Element], keys: list[PolicyKey], rule: Rule, body: Mapping[str, Path | str]
    ) -> None:
        self.elements = elements
        self.rule = rule
        self.payload = _path(body, "payload")
        self.hashed = _path(body, "payload_sha256")
        #: What makes the payload covered.
        self.anchor = self.hashed or self.payload
        self.event_type = _path(body, "event_type")
        self.created_at = _path(body, "created_at")
        self.types = [value_at(element.value, self.event_type) for element in elements]
        self.roles = [path for path in body.values() if type(path) is tuple and path != self.payload]
        self.names = {name for key in keys for name in (key.signer_id, key.key_id, key.fingerprint)}
        self.is_number_known = all(element.number is not None for element in elements)
        signature = rule.signature or ()
        #: The object of the signature: it ends before the first array.
        self.home = _before_array(signature[:-1])
        #: Whatever strings, numbers and booleans any element has at a path, those of an array at its path,
        #: and objects that are too deep to look into.
        self.leaves: dict[Path, list[Node]] = {}
        #: Objects and arrays that every element has at a path.
        self.containers: dict[Path, list[Node]] = {}
        for element in elements:
            self._add(element)
        self.containers = {
            path: values for path, values in self.containers.items() if len(values) == len(elements)
        }
        #: Of the leaves what is not known by itself, and all that is above it.
        self.unknown: dict[Path, list[Node]] = {}
        self.filled: set[Path] = set()
        for path, values in self.leaves.items():
            found = [value for value in values if not self._is_known(path, value)]
            if found:
                self.unknown[path] = found
                self.filled.update(path[:end] for end in range(len(path) + 1))

    def _add(self, element: Element) -> None:
        for path, node in walk(element.value, _DEEPEST):
            where = _before_array(path)
            is_container = type(node) in (dict, list)
            if is_container and where == path:
                self.containers.setdefault(path, []).append(node)
            if node is not None and not (is_container and (len(path) < _DEEPEST or not node)):
                self.leaves.setdefault(where, []).append(node)

    def in_content(self, path: Path) -> bool:
        """Whether a path is in the signed content, at least in part."""
        recipe = self.rule.recipe
        below = path[: len(recipe.base)] == recipe.base and len(path) > len(recipe.base)
        return below and not any(_is_below(path, out) for out in recipe.excluded)

    def has_event_outside(self, inside: Path) -> bool:
        """Whether what is outside of an object with the payload may be an event that embeds it."""
        signature = self.rule.signature or ()
        if any(map(is_tag, inside[len(self.rule.recipe.base) :])):
            return True
        words = several = False
        for path, values in self._outside(inside):
            unknown = self._unknown(path, inside)
            if (unknown and self.in_content(path)) or _any(values, is_known_type):
                return True
            if _is_below(path, self.home) and self.home and not _is_below(inside, self.home):
                if _any(values, is_number):
                    return True
                continue
            if _is_below(signature, inside) and _any(values, is_signature):
                return True
            words = words or _any(unknown, may_be_word)
            several = several or _any(values, is_number) or _any(values, lambda value: bool(time_form(value)))
        return words and several

    def is_part(self, inside: Path) -> bool:
        """Whether an object is a part of an event whose type is outside of it: there are roles alone."""
        payloads = [value_at(element.value, self.payload) for element in self.elements]
        fits = all(map(is_known_type, self.types)) and payload_fit(payloads, self.types) == _PERFECT
        return (
            fits
            and not _is_below(self.event_type, inside)
            and all(
                path in self.roles or all(map(is_signature, self._unknown(path, inside)))
                for path, values in self.leaves.items()
                if not _is_below(path, self.payload)
            )
        )

    def _unknown(self, path: Path, inside: Path) -> list[Node]:
        """The values at a path that may be of an event around an object."""
        return [value for value in self.unknown.get(path, []) if not is_plain(path, value, inside)]

    def has_other(self, role: str, path: Path, inside: Path) -> bool:
        """Whether a covered member outside of the object with a role may be it and has other values."""
        return any(
            values != self.leaves.get(path) and self._may_be(role, other, values)
            for other, values in self._outside(inside)
            if self.in_content(other) and not self._is_plain(role, other, values, inside)
        )

    def _is_plain(self, role: str, path: Path, values: list[Node], inside: Path) -> bool:
        """Whether values outside of an object are no type or no subject, as those of an envelope."""
        if role == "event_type":
            return not self._unknown(path, inside)
        return role == "subject" and all(type(value) is str and is_of_envelope(value) for value in values)

    def has_rival(self, role: str, path: Path) -> bool:
        """Whether another covered member is as likely a role, as near to the top, and has other values."""
        name = name_score(role, str(path[-1]))
        return any(
            values != self.leaves.get(path)
            and (
                self._is_rival(role, other, values, name_score(role, str(other[-1])) - name)
                or (role == "event_type" and name == 0 and self._is_code(other, values))
            )
            for other, values in self.leaves.items()
            if len(other) <= len(path) and self.in_content(other) and not _is_below(other, self.payload)
        )

    def has_other_payload(self) -> bool:
        """Whether something else that is covered may be the payload."""
        fit = payload_fit([value_at(element.value, self.payload) for element in self.elements], self.types)
        # Nobody signed the name of a payload that its hash alone covers.
        name = name_score("payload", str(self.anchor[-1]))
        is_doubtful = bool(self.hashed) and "payload" not in str(self.hashed[-1]).lower()
        is_plain = fit > 1 and name > 0 and not is_doubtful
        if any(
            self._is_payload(path, values, fit, name, is_plain) for path, values in self.containers.items()
        ):
            return True
        # Any digest of a payload that is not there, or not seen to be it.
        least = name + 1 if is_plain and not self.hashed else name
        if self.hashed and not is_plain:
            least = 0
        return any(
            self._is_written_payload(path, value, name, least, is_doubtful)
            for path, values in self.leaves.items()
            if self.in_content(path) and path not in self.roles and not _is_below(path, self.payload)
            for value in values
        )

    def _is_payload(self, path: Path, values: list[Node], fit: float, name: int, is_plain: bool) -> bool:
        """Whether an object or array of all elements may be the payload, by its members or by its name."""
        base = self.rule.recipe.base
        if _is_below(path, self.payload) or not (path == base or self.in_content(path)):
            return False
        other = payload_fit(values, self.types)
        if other > 1 and other >= fit:
            return True
        taken = (*self.roles, self.payload, self.rule.signature or (), self.rule.event_id or ())
        if any(_is_below(each, path) for each in taken) or path not in self.filled:
            return False
        more = name_score("payload", str(path[-1])) - name
        # Words in an array are no payload by that.
        is_likely = not is_plain and any(type(item) in (dict, list) for item in _items(values))
        return other >= fit or more > 0 or is_likely

    def _is_written_payload(self, path: Path, value: Node, name: int, least: int, is_doubtful: bool) -> bool:
        """Whether a string may be the payload, written as JSON or whatever; or a part of it beside a hash."""
        if type(value) is not str:
            return False
        score = name_score("payload", str(path[-1]))
        if decode(value) is not None:
            return score >= least and has_bytes(value, 32)
        if self._is_known(path, value):
            return False
        more = score > name and not states_another(str(path[-1]))
        return more or is_doubtful or is_json(value)

    def _outside(self, inside: Path) -> Iterator[tuple[Path, list[Node]]]:
        """What is outside an object and outside the payload."""
        for path, values in self.leaves.items():
            if (
                path != self.rule.signature
                and not _is_below(path, inside)
                and not _is_below(path, self.payload)
            ):
                yield path, values

    def _is_known(self, path: Path, value: Node) -> bool:
        """Whether a value names the key or the algorithm, is a digest, or a version."""
        is_of_key = type(value) is str and value in self.names
        return is_of_key or is_known_form(str(path[-1]) if path else "", value)

    def _may_be(self, role: str, path: Path, values: list[Node]) -> bool:
        """Whether values at a path may be a role, in whatever form."""
        return any(
            may_be(role, str(path[-1]), value)
            for value in values
            # A digest may name a record, and what looks like a version may be a date.
            if role != "event_type" or not self._is_known(path, value)
        )

    def _is_code(self, path: Path, values: list[Node]) -> bool:
        """Whether all elements have a number at a path that is no other role and no version."""
        is_number = len(values) == len(self.elements) and all(type(value) is Number for value in values)
        return is_number and path not in self.roles and path in self.unknown

    def _is_rival(self, role: str, path: Path, values: list[Node], more: int) -> bool:
        """Whether values are as likely a role as those found; ``more`` is how much better the name fits."""
        if role == "event_type":
            is_better = more > 0 and names_type(str(path[-1]))
            return _any(values, is_known_type) or (is_better and self._may_be(role, path, values))
        if role == "created_at":
            return more >= 0 and self._may_be(role, path, values)
        if role == "subject":
            # Where the record is known, its number decides, unless the name of another fits as well.
            is_other = (more >= 0 or not self.is_number_known) and _any(values, is_number)
            return is_other or (more > 0 and self._may_be(role, path, values))
        return False


def _path(body: Mapping[str, Path | str], role: str) -> Path:
    found = body.get(role, ())
    return found if type(found) is tuple else ()


def _is_below(path: Path, above: Path) -> bool:
    return path[: len(above)] == above


def _before_array(path: Path) -> Path:
    """The part of a path before the first array's index."""
    return path[: next((at for at, step in enumerate(path) if type(step) is int), len(path))]


def _any(values: list[Node], fits: Callable[[Node], bool]) -> bool:
    return any(fits(value) for value in values)


def _items(values: list[Node]) -> Iterator[Node]:
    """The items of arrays, and all other values."""
    for value in values:
        if type(value) is list:
            yield from value
        else:
            yield value
