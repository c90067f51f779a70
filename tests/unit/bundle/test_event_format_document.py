"""FORMAT-1, FORMAT-2: format documents, their defaults, and the first of their faults."""

from __future__ import annotations

import copy
import itertools
from typing import Any

import pytest

from kit.format_vectors import documents, rejected
from kit.oracle import formats as oracle
from pithbundle.bundle.event_format_document import Constant, read_format_document
from pithbundle.errors import FormatError


def test_documents_of_the_vectors_are_read_with_their_defaults() -> None:
    assert len(documents()) > 60
    for document in documents():
        name, body, proof = read_format_document(document)
        assert name == document["name"]
        effective = oracle.effective(document)
        assert (body.to_value(), proof.to_value()) == (effective["body"], effective["proof"])


def test_a_document_is_not_changed() -> None:
    for document in documents():
        before = copy.deepcopy(document)
        read_format_document(document)
        assert document == before


@pytest.mark.parametrize(("name", "document", "pointer"), rejected(), ids=[name for name, _, _ in rejected()])
def test_the_first_fault_and_where(name: str, document: Any, pointer: str | None) -> None:
    try:
        read_format_document(document)
    except FormatError as error:
        assert error.code == "format"
        assert pointer is None or error.pointer == pointer
    else:
        # Names that are built in are rejected by EventFormat, which knows digests.
        assert pointer == "/name"


def test_of_two_faults_the_first_in_the_order_of_the_members() -> None:
    one = documents()[0]
    faults: list[tuple[str, Any]] = [
        ("format_type", 1), ("format_version", 2), ("zz", 3), ("name", ""), ("body", []), ("proof", []),
    ]  # fmt: skip
    for (first, value), (second, other) in itertools.combinations(faults, 2):
        with pytest.raises(FormatError) as caught:
            read_format_document({**one, first: value, second: other})
        assert caught.value.pointer == f"/{first}"


def test_a_covered_role() -> None:
    for document in documents():
        _, body, _ = read_format_document(document)
        for role, path in body.roles.items():
            if not isinstance(path, Constant):
                assert body.covers(path) is oracle.covered(document, document["body"]["roles"][role])
