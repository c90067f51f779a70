"""What is kept of an exchange."""

from __future__ import annotations

import copy
import json
import pickle
from dataclasses import replace
from typing import Any, Final

import pytest

from pithbundle.errors import NetworkError
from pithbundle.net.exchange import KEPT, Exchange, Known, Span
from pithbundle.newtypes import DigestHex
from specgen.pages import all_clauses

EXCHANGE: Final = Exchange(
    url="https://mirror.example/a",
    redirects=(),
    address="93.184.216.34",
    certificate_sha256=DigestHex("0" * 64),
    tls="TLSv1.3",
    status=200,
    headers=(("content-type", "Application/JSON; charset=utf-8"), ("etag", '"a"'), ("etag", '"b"')),
    body=b"{}",
    started_at="2026-06-01T00:00:00.000000Z",
    ended_at="2026-06-01T00:00:01.000000Z",
    seconds=1.0,
    raw_bytes=100,
)


def test_what_it_says_of_itself() -> None:
    assert EXCHANGE.final_url == EXCHANGE.url
    assert replace(EXCHANGE, redirects=("https://mirror.example/b",)).final_url == "https://mirror.example/b"
    assert EXCHANGE.header("ETag") == '"a"' and EXCHANGE.header("server") is None
    assert EXCHANGE.content_type == "application/json" and replace(EXCHANGE, headers=()).content_type == ""
    assert EXCHANGE.sha256 == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    assert len(repr(replace(EXCHANGE, body=b"a" * 1_000_000))) < 200
    assert EXCHANGE.tried(1) is EXCHANGE and EXCHANGE.tried(3).attempts == 3
    assert copy.deepcopy(EXCHANGE) == EXCHANGE == pickle.loads(pickle.dumps(EXCHANGE))


def test_its_value_is_json_without_the_body() -> None:
    value = json.loads(json.dumps(EXCHANGE.to_value()))
    assert value["body_sha256"] == EXCHANGE.sha256 and value["body_bytes"] == 2 and "body" not in value
    # Seconds of a clock that nobody can compare are not in it.
    assert set(value) == {*Exchange.__dataclass_fields__} - {"body", "seconds"} | {
        "body_sha256",
        "body_bytes",
    }


@pytest.mark.parametrize(
    ("value", "etag"),
    [
        ('"a"', '"a"'),
        ('W/"a"', 'W/"a"'),
        ('""', '""'),
        (f'"{"a" * 256}"', f'"{"a" * 256}"'),
        (f'"{"a" * 257}"', None),
        ("a", None),
        ('w/"a"', None),
        ('"a', None),
        ('"a"b"', None),
        ('"a b"', None),
        ('"\xe9"', None),
        ('"a"\n', None),
    ],
)
def test_an_entity_tag_is_in_its_form_or_absent(value: str, etag: str | None) -> None:
    assert replace(EXCHANGE, headers=(("etag", value),)).etag == etag
    if etag is None:
        with pytest.raises(ValueError):
            Known(value, EXCHANGE.sha256)
    else:
        assert Known(value, EXCHANGE.sha256).etag == etag


@pytest.mark.parametrize("status", [200, 206, 204, 304, 404, 503])
def test_the_body_of_another_status_than_success_is_an_error(status: int) -> None:
    exchange = replace(EXCHANGE, status=status)
    if status in (200, 206):
        assert exchange.require_ok() == b"{}"
        return
    with pytest.raises(NetworkError) as caught:
        exchange.require_ok()
    assert (caught.value.code, caught.value.clause) == ("http", "NET-13")
    assert caught.value.exchange is exchange and str(status) in str(caught.value)
    again: Any = pickle.loads(pickle.dumps(caught.value))
    assert again == caught.value and again.exchange == exchange and again.url == exchange.url


@pytest.mark.parametrize("span", [(-1, 1, 10), (0, 0, 10), (0, 11, 10), (10, 1, 10), (5, 6, 10)])
def test_a_span_is_a_part_of_the_file(span: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError):
        Span(*span)
    whole = Span(0, 10, 10)
    assert (whole.range, whole.content_range) == ("bytes=0-9", "bytes 0-9/10")


def test_the_fields_kept_are_those_of_the_specification() -> None:
    listed = all_clauses()["NET-16"].body.split("The fields kept are ")[1].split(". No cookie")[0]
    assert {name.lower() for name in listed.replace(" and ", ", ").split(", ")} == KEPT
