"""What a worker reads: requests, and the faults of lines that are none."""

from __future__ import annotations

import io
import re

import pytest

from pithbundle.conformance.requests import Args, RequestError, decoded, request_of
from pithbundle.conformance.worker import serve

SOUND = b'{"id":1,"op":"json","args":{"data":"e30="}}'


def test_a_request_is_read() -> None:
    assert request_of(SOUND) == {"id": 1, "op": "json", "args": {"data": "e30="}}
    assert decoded("e30=", "data") == b"{}"


@pytest.mark.parametrize(
    ("line", "words"),
    [
        (b"", "not a JSON text"),
        (b"\xff", "not a JSON text"),
        (b"[" * 100_000, "not a JSON text"),
        (b"[]", "not a JSON object"),
        (SOUND.replace(b"1", b"true"), "id must be an integer"),
        (SOUND.replace(b'"json"', b"null"), "op must be a string"),
        (SOUND.replace(b'{"data":"e30="}', b"[]"), "args must be an object"),
    ],
)
def test_a_line_that_is_no_request_is_named_with_its_number(line: bytes, words: str) -> None:
    with pytest.raises(RequestError, match=f"^{re.escape(words)}$"):
        request_of(line)
    answers = io.BytesIO()
    with pytest.raises(RequestError, match=f"^line 2: {re.escape(words)}$"):
        serve(io.BytesIO(b"%b\n%b\n" % (SOUND, line)), answers)
    assert answers.getvalue().startswith(b'{"id": 1, ')


@pytest.mark.parametrize("text", [None, 1, "e30", "e3 0=", "é"])
def test_an_argument_that_is_missing_or_not_base64(text: object) -> None:
    with pytest.raises(RequestError, match=r"^the argument 'data' is missing$"):
        Args()["data"]
    with pytest.raises(RequestError, match=r"^the argument 'data' is not base64$"):
        decoded(text, "data")
