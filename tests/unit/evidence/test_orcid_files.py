"""Saved records of ORCID, in JSON and XML (ORCID-4)."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest

from kit.captures import PERSON, external_id, orcid_json, orcid_xml, source, work, works
from pithbundle.encoding.limits import Limits
from pithbundle.errors import EvidenceError
from pithbundle.evidence import OrcidRecord, read_orcid
from pithbundle.evidence.orcid_record import ExternalId, Party, Work

CLIENT: Final = {
    **source(client="0000-0001-5109-3700", name="A Press"),
    **source("assertion-origin", orcid=PERSON, name="A. Author"),
}
SUMMARIES: Final = (
    work(external_id(normalized="arXiv:1203.00001"), external_id("10.48550/arXiv.1203.00001", "DOI", "SELF")),
    work(external_id("978-3", "isbn", "part-of"), source=CLIENT),
    work(),
)
READ: Final = OrcidRecord(
    f"https://orcid.org/{PERSON}",
    (
        Work(
            (
                ExternalId("arxiv", "1203.00001", "arXiv:1203.00001", "self"),
                ExternalId("doi", "10.48550/arXiv.1203.00001", "", "self"),
            ),
            Party(orcid=PERSON),
            Party(),
        ),
        Work(
            (ExternalId("isbn", "978-3", "", "part-of"),),
            Party(client_id="0000-0001-5109-3700", name="A Press"),
            Party(orcid=PERSON, name="A. Author"),
        ),
        Work((), Party(orcid=PERSON), Party()),
    ),
)


@pytest.mark.parametrize(
    "data",
    [
        orcid_json(*SUMMARIES),
        json.dumps(works(*SUMMARIES)).encode(),
        orcid_xml(*SUMMARIES),
        b"\n " + orcid_xml(*SUMMARIES).partition(b"\n")[2],
        orcid_xml(*SUMMARIES, root="a:works"),
    ],
)
def test_a_record_and_its_works_are_read_in_json_and_xml(data: bytes) -> None:
    assert read_orcid(data) == read_orcid(bytearray(data)) == READ


def test_several_summaries_of_a_group_are_works_of_their_own() -> None:
    value = works(work())
    value["group"][0]["work-summary"] = [work(external_id("a")), work(external_id("b"))]
    assert [each.ids[0].value for each in read_orcid(json.dumps(value).encode()).works] == ["a", "b"]


@pytest.mark.parametrize(
    "value", [None, 1, "x", [], [1, None], {}, {"external-id": 1}, {"external-id": [None, {}]}]
)
@pytest.mark.parametrize("member", ["source", "external-ids"])
def test_a_part_of_another_type_is_as_if_it_were_missing(member: str, value: Any) -> None:
    (found,) = read_orcid(orcid_json({**work(external_id()), member: value})).works
    assert found.source == Party() if member == "source" else not any(each.value for each in found.ids)


@pytest.mark.parametrize("value", [None, 1, {}, [None], [{"work-summary": None}], [{"work-summary": [[]]}]])
def test_no_works_are_none(value: Any) -> None:
    assert read_orcid(json.dumps({**works(), "group": value}).encode()).works == ()


@pytest.mark.parametrize(
    "data",
    [
        b"[]",
        b"1",
        b"{}",
        b'{"path": null}',
        b'{"path": "/0000-0002-1825-0098/works"}',
        b'{"path": "works"}',
        orcid_xml(person="x"),
        orcid_xml(person="0000-0002-1825-0098"),
        b"<a/>",
        b"<works/>",
        b"<",
        orcid_xml().replace(b"ns/record", b"ns/other"),
        b"",
        b"x",
        b"\xff",
        b'{"a": 1, "a": 2}',
        b'{"a": 1e999}',
        b'<!DOCTYPE a [<!ENTITY b "b">]><a/>',
        b"\xef\xbb\xbf" + orcid_xml(),
        orcid_xml().decode().encode("utf-16"),
        orcid_xml().replace(b"<a:works>", b"<a:works><" + b"n" * 257 + b"/>"),
        orcid_xml()[:-3],
    ],
)
def test_another_file_is_one_error(data: bytes) -> None:
    with pytest.raises(EvidenceError) as caught:
        read_orcid(data)
    assert (caught.value.code, caught.value.clause) == ("orcid_invalid", "ORCID-4")


@pytest.mark.parametrize("data", [orcid_json(*SUMMARIES), orcid_xml(*SUMMARIES)])
@pytest.mark.parametrize("limits", [Limits(size=100), Limits(depth=3), Limits(nodes=9)])
def test_the_limits_are_those_of_the_file(data: bytes, limits: Limits) -> None:
    with pytest.raises(EvidenceError) as caught:
        read_orcid(data, limits)
    assert caught.value.code in ("size", "depth", "nodes") and "--limit" in caught.value.fault.hint


def test_a_record_is_given_as_bytes() -> None:
    with pytest.raises(TypeError):
        read_orcid("{}")  # type: ignore[arg-type]


def test_texts_outside_of_works_are_no_parts() -> None:
    inside = orcid_xml(work(external_id())).replace(
        b"<a:group>",
        b"<c:external-id><c:external-id-value>x</c:external-id-value></c:external-id><a:group>",
        1,
    )
    (found,) = read_orcid(inside).works
    assert [each.value for each in found.ids] == ["1203.00001"]
