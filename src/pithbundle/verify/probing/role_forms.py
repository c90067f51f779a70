"""Forms of roles: what a member may be by its name and its value alone (spec PROBE-10).

What may be a role is taken widely here: a type in a list, a time as a fraction, a record by its address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from pithbundle.verify.probing.candidates import decode, has_bytes, time_form
from pithbundle.verify.probing.elements import is_number
from pithbundle.verify.probing.known_types import KNOWN_TYPES, TARGETS
from pithbundle.verify.probing.lenient import Node, Number

#: What begins so names the algorithm of a signature.
ALGORITHMS: Final = ("ed25519", "eddsa")
_VERSION: Final = re.compile(r"[vV][0-9]+([.-][0-9]+)*|[0-9]+([.][0-9]+)+")
_DIGITS: Final = re.compile("[0-9]+")
#: Names of members that have a version, and those that state what another member is.
_OF_VERSION: Final = re.compile(r"\Av\Z|version|schema|revision", re.IGNORECASE)
_OF_ANOTHER: Final = re.compile(
    "(signer|payload|content|data|body|target|key|media|mime|algorithm).*(type|kind|action)"
    "|.*(version|schema|encoding|format|length|size|hash|sha[0-9]*|digest)",
    re.IGNORECASE,
)
#: What an event may be called that is of no type by that.
_EVENT: Final = re.compile("((pith|signed|registry)[._:/ -]?)*event", re.IGNORECASE)
_MONTHS: Final = (
    "jan(uary)?|feb(ruary)?|mar(ch)?|apr(il)?|may|june?|july?|aug(ust)?|sept?(ember)?|oct(ober)?|nov(ember)?"
    "|dec(ember)?"
)
_TIME: Final = re.compile(
    r"[0-9]{4}([./-]?[0-9]{2}){2}([T :,.+Z-].*)?|[0-9]{1,2}[./ -].*[0-9]{4}.*|[0-9]{9,}([.,][0-9]+)?"
    rf"|(?=.*\b({_MONTHS})\b).*[0-9]{{4}}.*",
    re.IGNORECASE | re.DOTALL,
)
#: Numbers from here on may be times; longer strings are none.
_LEAST_TIME: Final = 1e8
_LONGEST_TIME: Final = 64
#: A record by its number in whatever form, by an address, by its name elsewhere.
_RECORD: Final = re.compile(
    r"pith[:/]|://|doi|arxiv|\A10\.[0-9]{4,}/|\A[0-9]{4}\.[0-9]{4,5}(v[0-9]+)?\Z|\A[A-Z2-7]{26}\Z",
    re.IGNORECASE,
)
_OF_RECORD: Final = re.compile("record|subject|paper|work|canonical", re.IGNORECASE)
_JSON: Final = re.compile(r"\s*(\[\s*)?\{|(ey|ew|W3|Ww)[A-Za-z0-9+/_.-]{10}")
#: Words in the names of members that decide among equals.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "event_type": ("event_type", "type", "kind", "action"),
    "subject": ("subject", "pith"),
    "target": ("target", "scope"),
    "created_at": ("created", "issued", "iat", "time", "ts", "when", "date"),
    "payload": ("payload", "data", "body", "content", "detail"),
    "signer_id": ("signer", "issuer", "iss"),
    "algorithm": ("algorithm", "alg"),
    "fingerprint": ("fingerprint", "thumbprint"),
}


def name_score(role: str, name: str) -> int:
    """How well the name of a member fits a role."""
    words = _NAMES.get(role, ())
    return max((len(words) - at for at, word in enumerate(words) if word in name.lower()), default=0)


def names_type(name: str) -> bool:
    """Whether a name is that of the type of an event or document, not of something in it."""
    return name_score("event_type", name) > 0 and not states_another(name)


def states_another(name: str) -> bool:
    """Whether a name is that of a member which states what another member is."""
    return _OF_ANOTHER.fullmatch(name) is not None


def is_known_type(value: Node) -> bool:
    """Whether a value is the type of an event that this package knows."""
    return type(value) is str and value in KNOWN_TYPES


def is_signature(value: Node) -> bool:
    """Whether a value has the bytes of a signature."""
    return type(value) is str and has_bytes(value, 64)


def is_json(value: str) -> bool:
    """Whether a text is an object or an array of objects in JSON, as it is or in base64."""
    return _JSON.match(value) is not None


def is_known_form(name: str, value: Node) -> bool:
    """Whether a value of a member is a word for an algorithm, a digest or a version."""
    is_version = _OF_VERSION.search(name) is not None
    if type(value) is Number:
        return is_version
    return type(value) is str and (
        value.lower().startswith(ALGORITHMS)
        or _VERSION.fullmatch(value) is not None
        or (is_version and _DIGITS.fullmatch(value) is not None)
        or has_bytes(value, 32)
    )


def may_be_word(value: Node) -> bool:
    """Whether a value may be the type of an event: a text that is no target and nothing else known."""
    if type(value) is not str:
        return type(value) in (dict, list)
    known = value in TARGETS or _EVENT.fullmatch(value) is not None or is_number(value)
    return not (known or time_form(value) is not None or decode(value) is not None)


def may_be(role: str, name: str, value: Node) -> bool:
    """Whether a value of a member may be a role, in whatever form; the signer is known by its value."""
    fits = _FITS.get(role)
    return fits is not None and fits(name, value)


def _may_be_type(name: str, value: Node) -> bool:
    return may_be_word(value) or (names_type(name) and type(value) is Number)


def _may_be_subject(name: str, value: Node) -> bool:
    if type(value) is not str:
        return False
    is_digest = _OF_RECORD.search(name) is not None and has_bytes(value, 32)
    return is_digest or _RECORD.search(value) is not None


def _may_be_time(name: str, value: Node) -> bool:
    if type(value) is Number:
        return abs(float(value.text)) >= _LEAST_TIME
    return type(value) is str and len(value) <= _LONGEST_TIME and _TIME.fullmatch(value) is not None


_FITS: Final[Mapping[str, Callable[[str, Node], bool]]] = {
    "event_type": _may_be_type,
    "subject": _may_be_subject,
    "target": lambda _, value: type(value) is str and value in TARGETS,
    "created_at": _may_be_time,
}
