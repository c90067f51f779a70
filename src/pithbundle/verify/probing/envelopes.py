"""Envelopes: what the names and values around an event show of it (spec PROBE-10).

The names of members beside an object are of whoever signs, and not of whoever wrote the object. So what is
named as a number or a node is no type, whatever the object contains.
"""

from __future__ import annotations

import re
from typing import Final

from pithbundle.verify.probing.candidates import time_form
from pithbundle.verify.probing.elements import is_number
from pithbundle.verify.probing.known_types import KNOWN_TYPES
from pithbundle.verify.probing.lenient import Node, Number, Path


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: A value of nothing but these words is no type of an event.
_ENVELOPE: Final = _words("application envelope event events graph http https json ns open org pith registry "
                          "science signed urn vnd www")  # fmt: skip
#: Values that standards give their envelopes, in lower case.
_STANDARD: Final = frozenset(
    {
        "jwt",
        "verifiablecredential",
        "https://www.w3.org/2018/credentials/v1",
        "https://www.w3.org/ns/credentials/v2",
        "https://www.w3.org/ns/activitystreams",
        "https://in-toto.io/statement/v0.1",
        "https://in-toto.io/statement/v1",
    }
)
#: Times of the issuer in a verifiable credential, and the object that they are beside.
_ISSUED: Final = ("validFrom", "issuanceDate")
_SUBJECT: Final = "credentialSubject"
#: Words in names of members that state no type, and of those that state none where they state numbers.
_PLAIN: Final = _words("host id lang language network node nonce server specversion uuid version")
_COUNTS: Final = _words("height index offset rev revision seq sequence v")
#: Words in names of members that may state a type all the same.
_TYPES: Final = _words("action category class kind type verb")
#: A name of nothing but these words is no type of what is in the object; neither is a shorter name.
_OBJECTS: Final = _words("about attributes body claim content core credential data details document entry "
                         "envelope event header info item message meta metadata object params payload pith "
                         "predicate properties protected record resource signed statement subject "
                         "value")  # fmt: skip
_SHORT: Final = 3
#: The words of a name or value: lower case, capitalised or all upper case, or digits.
_PART: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+|[^\W\d_]+")


def is_of_envelope(value: str) -> bool:
    """Whether a value names an envelope or its standard, and no type of an event."""
    return value.lower() in _STANDARD or _consists_of(value, _ENVELOPE)


def is_plain(path: Path, value: Node, beside: Path) -> bool:
    """Whether a value or the name of its member shows that it is no type and no other role of an event.

    Args:
        path: of the member.
        value: of the member.
        beside: the object that the member is beside.
    """
    if type(value) is str and is_of_envelope(value):
        return True
    name = str(path[-1]) if path else ""
    if name in _ISSUED and _SUBJECT in beside:
        return time_form(value) == "rfc3339"
    parts = {*_parts(name)}
    plain = _PLAIN | _COUNTS if type(value) is Number else _PLAIN
    if type(value) not in (str, Number) or parts & _TYPES or not parts & plain:
        return False
    return not (is_number(value) or time_form(value) or value in KNOWN_TYPES)


def is_tag(step: str | int) -> bool:
    """Whether the name of an object may be the type of what is in it."""
    name = str(step)
    return len(name) > _SHORT and not _consists_of(name, _OBJECTS)


def _parts(text: str) -> list[str]:
    """The words of a name or a value in lower case, without versions."""
    parts = [part.lower() for part in _PART.findall(text)]
    return [part for part in parts if part != "v" and not part.isdigit()] or parts


def _consists_of(text: str, words: frozenset[str]) -> bool:
    found = _parts(text)
    return bool(found) and words.issuperset(found)
