"""FORMAT-8: whether a format reads an element, and its roles there, against the oracle of the tests."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from kit.format_vectors import pairs
from kit.oracle import formats as oracle
from kit.signing import Json
from pithbundle.bundle.event_format import EventFormat
from pithbundle.bundle.event_pointers import MISSING
from pithbundle.bundle.event_reading import OPTIONAL, ROLES, ReadingPlan


def changed(document: Json, element: Json) -> Iterator[Json]:
    """The element, and copies of it in which one value that the document names is changed or absent."""
    yield element
    proof = document["proof"]
    named = [one for one in document["body"]["roles"].values() if isinstance(one, str)]
    key_id = proof["roles"]["key_id"]
    named += [one for name, one in proof["roles"].items() if name != "key_id"]
    named += [*([key_id] if isinstance(key_id, str) else key_id if isinstance(key_id, list) else [])]
    named += [*document["body"].get("constants", {}), *proof.get("constants", {})]
    values: list[Any] = [MISSING, None, 0, True, "x", {}, []]
    for where in named:
        *above, last = oracle.tokens(where)
        for new in values:
            made = copy.deepcopy(element)
            container: Any = made
            try:
                for token in above:
                    container = container[int(token)] if isinstance(container, list) else container[token]
                at: Any = int(last) if isinstance(container, list) else last
                if new is MISSING:
                    del container[at]
                else:
                    container[at] = new
            except (KeyError, IndexError, TypeError, ValueError):
                continue
            yield made


def test_reading_is_that_of_the_oracle() -> None:
    read = unread = 0
    for document, given in pairs()[::4]:
        plan = ReadingPlan(EventFormat.from_value(document))
        for one in changed(document, given):
            reading = plan.read(one)
            assert (reading is not None) is oracle.reads(document, one), (document, one)
            if reading is None:
                unread += 1
                continue
            read += 1
            for name in ROLES:
                found = oracle.role(document, one, name)
                assert getattr(reading, name) == (None if found is oracle.ABSENT else found)
            for name in OPTIONAL:
                where = document["proof"]["roles"].get(name)
                found = oracle.ABSENT if where is None else oracle.proof_at(document, one, where)
                found_there = getattr(reading, name)
                assert found_there is MISSING if found is oracle.ABSENT else found_there == found
            assert reading.is_signed is (oracle.signature(document, one) not in (oracle.ABSENT, None))
    assert read > 1_000 and unread > 1_000
