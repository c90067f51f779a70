"""Documents: a found rule as an event format, or why no document states it (spec PROBE-7).

The document is written from the rules of event formats and read as any other, strictly: what no reader
accepts is no result.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from pithbundle.bundle.document_types import FORMAT_TYPE
from pithbundle.bundle.event_format import EventFormat
from pithbundle.bundle.event_format_document import FORMAT_VERSION
from pithbundle.encoding.values import MAX_INTEGER, Object, Value, float_fault, pointer
from pithbundle.errors import FormatError
from pithbundle.verify.probing.lenient import Node, Number, Path
from pithbundle.verify.probing.recipes import WRAPPERS
from pithbundle.verify.probing.roles import Roles
from pithbundle.verify.probing.rules import Rule

_SIGNATURE_TEXTS: Final = ("base64", "base64url", "hex")
_ID_TEXTS: Final = ("prefixed", "hex")
_BODY_ROLES: Final = (
    "event_type", "subject", "target", "payload", "payload_sha256", "created_at", "signer_id",
)  # fmt: skip
_PROOF_ROLES: Final = ("signature", "event_id", "key_id", "fingerprint", "algorithm")


#: What a rule without a signature is; the roles of the signer and the key decide nothing then.
_IDS_ALONE: Final = "no signature verifies, only ids are reproduced"


def obstacles(rule: Rule, roles: Roles) -> list[str]:
    """Return why no document states a rule, in words; empty where one does."""
    recipe, found = rule.recipe, []
    variant = recipe.variant
    for holds, words in (
        (recipe.text is not None, "a string of the event is signed, not its members"),
        (variant.layout.in_order, "members are written in the order of the event, not sorted"),
        (variant.layout.spaced, "the signed bytes contain spaces after commas and colons"),
        (bool(variant.replaced), "a digest that the event does not state stands for the payload"),
        (variant.layout.indent > 0, "the signed bytes are indented over several lines"),
        (bool(variant.jws), "the bytes are signed as JWS, with a protected header before them"),
        (variant.pae is not None, "the bytes are encoded for DSSE"),
        (variant.link is not None, "the id of another event is signed that the event does not state"),
        (variant.newline, "a line feed is signed after the JSON"),
        (rule.hash_name != "SHA-256", f"the hash is {rule.hash_name}, not SHA-256"),
        (
            rule.signature is not None and rule.signature_form not in _SIGNATURE_TEXTS,
            f"signatures are written in {rule.signature_form}",
        ),
        (recipe.text is None and "payload" in roles.missing, "no covered member is the payload"),
        (recipe.text is None and "event_type" in roles.missing, "no covered member is the event type"),
        ("signer_id" in roles.missing, "no covered member is the signer, and there are several"),
        ("key_id" not in roles.proof, "no member states the key, and there are several"),
        (_in_array(recipe.excluded), "a member in an array is excluded alone"),
    ):
        if holds:
            found.append(words)
    return [_IDS_ALONE] if rule.signature is None else found


def _in_array(excluded: Sequence[Path]) -> bool:
    return any(type(step) is int for path in excluded for step in path)


def format_of(rule: Rule, roles: Roles) -> EventFormat | str:
    """Return a rule without obstacles as an event format, or why no format can be it, in words (FORMAT-1).

    Its name begins with ``found-`` and ends with digits of its ``format_sha256``.
    """
    document = _document(rule, roles)
    try:
        found = EventFormat.from_value({**document, "name": "found"})
        return EventFormat.from_value({**document, "name": f"found-{found.sha256[:8]}"})
    except FormatError as error:
        return f"its document is rejected at {error.pointer or 'the document'}: {error.fault.message}"


def _document(rule: Rule, roles: Roles) -> Object:
    recipe = rule.recipe
    body: Object = {
        "base": pointer(recipe.base),
        "excluded": [*sorted(pointer(path) for path in recipe.excluded)],
        "required": {},
        "wrapper": recipe.variant.wrapper,
        "escape": "ascii" if recipe.variant.layout.ascii_only else "none",
        "payload_wrapper": roles.payload_wrapper,
        "roles": {role: _role(roles.body[role]) for role in _BODY_ROLES if role in roles.body},
        "constants": {pointer(path): word for path, word in roles.constants.items()},
        "time": roles.time,
    }
    named = [role for role in _PROOF_ROLES if role in roles.proof]
    if rule.id_form not in _ID_TEXTS and "event_id" in named:
        named.remove("event_id")
    proof: Object = {
        "roles": {role: _role(roles.proof[role]) for role in named},
        "constants": {},
        "algorithm_text": roles.algorithm,
        "signs": rule.signs,
        "signature_text": rule.signature_form,
        "id_text": rule.id_form if rule.id_form in _ID_TEXTS else "prefixed",
    }
    return {"format_type": FORMAT_TYPE, "format_version": FORMAT_VERSION, "body": body, "proof": proof}


def _role(found: Path | str | list[Path]) -> Value:
    if type(found) is str:
        return {"constant": found}
    if type(found) is list:
        pointers: list[Value] = [*sorted(pointer(path) for path in found)]
        return pointers[0] if len(pointers) == 1 else pointers
    return pointer(found)  # type: ignore[arg-type]


def alternatives(rule: Rule, kept: Collection[Path]) -> list[Rule]:
    """Return the rules that may give the same bytes of all elements, the rule itself among them (PROBE-7).

    Escapes, where every character is ASCII; and the one member that is kept as the base, under a wrapper of
    its name.
    """
    found = rule.alike()[:2]
    recipe = rule.recipe
    top = {path for path in kept if len(path) == 1}
    inner = next(iter(top), ("",))
    if not recipe.base and recipe.variant.wrapper is None and len(top) == 1 and inner[0] in WRAPPERS:
        variant = replace(recipe.variant, wrapper=str(inner[0]))
        excluded = tuple(path for path in recipe.excluded if path[:1] == inner)
        found.append(replace(rule, recipe=replace(recipe, base=inner, excluded=excluded, variant=variant)))
    return found


def is_in_model(node: Node) -> bool:
    """Whether the numbers of a value are spelt as the data model has them (DATA-2 to DATA-4)."""
    todo: list[Node] = [node]
    while todo:
        item = todo.pop()
        if type(item) is Number and not _is_model_number(item.text):
            return False
        todo += item.values() if type(item) is dict else item if type(item) is list else []
    return True


def _is_model_number(text: str) -> bool:
    if text.lstrip("-").isdigit():
        return text != "-0" and len(text) < 20 and abs(int(text)) <= MAX_INTEGER
    number = float(text)
    return float_fault(number) is None and repr(number) == text
