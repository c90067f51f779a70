"""FORMAT-1: the JSON Schema of format documents, against the reader."""

from __future__ import annotations

import json
from typing import Any, Final

import jsonschema
import pytest

from kit.data import REPO
from kit.format_vectors import documents, rejected

SCHEMA: Final = json.loads((REPO / "src" / "pithbundle" / "bundle" / "event_format.schema.json").read_bytes())
VALIDATOR: Final = jsonschema.Draft202012Validator(SCHEMA)


def test_it_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_it_accepts_every_document_that_is_accepted() -> None:
    for document in documents():
        VALIDATOR.validate(document)


#: What no schema expresses: bytes of strings, characters of names, relations of pointers, digests.
BEYOND: Final = (
    "size", "pointers-33", "overlap", "above", "inside", "outside", "excluded", "in-part", "name-event-1",
    "257", "bytes", "member-name", "long-name", "token-high", "name-of-ours", "name-7-1-names", "first-",
)  # fmt: skip


@pytest.mark.parametrize(("name", "document", "pointer"), rejected(), ids=[name for name, _, _ in rejected()])
def test_it_rejects_what_the_reader_rejects_by_its_form(
    name: str, document: Any, pointer: str | None
) -> None:
    beyond = pointer == "" or any(word in name for word in BEYOND)
    assert beyond or not VALIDATOR.is_valid(document)
