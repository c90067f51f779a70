"""Built-in formats that explain what was found: they are named, not written anew (spec PROBE-7, FORMAT-1).

A found document has the pointers that the explained elements show. A built-in format may require more of an
element, and be the same for all of them. So it is tried, as a check of an event would read it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pithbundle.bundle.event import SignedContent
from pithbundle.bundle.event_format import BUILT_IN, EventFormat
from pithbundle.bundle.event_pointers import MISSING
from pithbundle.bundle.event_reader import reader_of
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.values import Object
from pithbundle.errors import InputError
from pithbundle.verify.policy import PolicyKey
from pithbundle.verify.probing.elements import STATE_ID, Element
from pithbundle.verify.probing.lenient import Node, render


def built_in(sample: Sequence[tuple[Element, PolicyKey | None]]) -> EventFormat | None:
    """Return the built-in format under which every element of a sample verifies, None without one.

    Args:
        sample: the explained elements, each with the key that verifies.
    """
    return next((each for each in _documents() if all(is_verified(each, *one) for one in sample)), None)


def built_in_of_ids(elements: Sequence[Element]) -> EventFormat | None:
    """Return the built-in format that makes the ids of all elements of a state, None without one.

    Args:
        elements: elements without a signature; what such an element has beside the members of the
            format is not tried.
    """
    return next((each for each in _documents() if all(_makes_id(each, one) for one in elements)), None)


def _documents() -> Iterator[EventFormat]:
    return (each for each in BUILT_IN.values() if isinstance(each, EventFormat))


def _makes_id(event_format: EventFormat, element: Element) -> bool:
    """Whether the members that a format names give the id that an element of a state has."""
    reader = reader_of(event_format)
    body = event_format.to_value()["body"]
    roles = body["roles"] if type(body) is dict else {}
    named = [role for role in roles.values() if type(role) is str] if type(roles) is dict else []
    tops = {role.split("/")[1] for role in named}
    value = _value({name: node for name, node in element.value.items() if name in tops})
    reading = None if value is None else reader.read(value)
    content = None if reading is None else reader.signed_content(reading)
    return isinstance(content, SignedContent) and content.event_id == element.value.get(STATE_ID)


def _value(node: dict[str, Node]) -> Object | None:
    """A lenient value as one of the data model, None where it is none."""
    try:
        value = parse_json(render(node).encode("utf-8", "surrogatepass"))
    except InputError:
        return None
    return value if type(value) is dict else None


def is_verified(event_format: EventFormat, element: Element, key: PolicyKey | None) -> bool:
    """Whether an element is signed under a format by a key, and agrees with it (CHECK-5 to CHECK-9)."""
    value = _value(element.value)
    reader = reader_of(event_format)
    reading = None if value is None else reader.read(value)
    if reading is None or key is None or reader.form_fault(reading, reader.moment(reading)) is not None:
        return False
    content = reader.signed_content(reading)
    if not isinstance(content, SignedContent):
        return False
    raw = reader.raw_signature(str(reading.signature))
    agrees = (reading.signer_id, {*reading.key_ids}) == (key.signer_id, {key.key_id})
    agrees = agrees and reading.fingerprint in (MISSING, key.fingerprint)
    agrees = agrees and reading.algorithm in (MISSING, reader.algorithm)
    agrees = agrees and reading.event_id in (MISSING, reader.id_text(content.event_id))
    return agrees and raw is not None and key.public_key.verify(reader.message(content), raw)
