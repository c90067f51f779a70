"""Built-in formats that explain what was found: they are named, not written anew (spec PROBE-7, FORMAT-1).

A found document has the pointers that the explained elements show. A built-in format may require more of an
element, and be the same for all of them. So it is tried, as a check of an event would read it.
"""

from __future__ import annotations

from collections.abc import Sequence

from pithbundle.bundle.event import SignedContent
from pithbundle.bundle.event_format import BUILT_IN, EventFormat
from pithbundle.bundle.event_pointers import MISSING
from pithbundle.bundle.event_reader import reader_of
from pithbundle.encoding.json_reader import parse_json
from pithbundle.errors import InputError
from pithbundle.verify.policy import PolicyKey
from pithbundle.verify.probing.elements import Element
from pithbundle.verify.probing.lenient import render


def built_in(sample: Sequence[tuple[Element, PolicyKey | None]]) -> EventFormat | None:
    """Return the built-in format under which every element of a sample verifies, None without one.

    Args:
        sample: the explained elements, each with the key that verifies.
    """
    documents = (each for each in BUILT_IN.values() if isinstance(each, EventFormat))
    return next((each for each in documents if all(_verifies(each, *one) for one in sample)), None)


def _verifies(event_format: EventFormat, element: Element, key: PolicyKey | None) -> bool:
    """Whether an element is signed under a format by a key, and agrees with it (CHECK-5 to CHECK-9)."""
    try:
        value = parse_json(render(element.value).encode("utf-8", "surrogatepass"))
    except InputError:
        return False
    reader = reader_of(event_format)
    reading = reader.read(value) if type(value) is dict else None
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
