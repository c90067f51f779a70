"""WARC files and saved records of ORCID that the tests make."""

from __future__ import annotations

import gzip
import json
from typing import Any, Final
from xml.sax.saxutils import escape

from kit.arxiv import Paper
from pithbundle.bundle.record import Record
from pithbundle.evidence import CaptureClaim

ARXIV_ID: Final = "1203.00001"
TARGET: Final = f"https://arxiv.org/pdf/{ARXIV_ID}v2"
STAMP: Final = "20260520101112"
DATE: Final = "2026-05-20T10:11:12Z"
PERSON: Final = "0000-0002-1825-0097"


def record(arxiv_id: str = ARXIV_ID) -> Record:
    """Version 2 of a paper."""
    return Paper(arxiv_id).metadata.record


def claim(target: str = TARGET, **members: Any) -> CaptureClaim:
    """A claim of a capture of a URL."""
    values = {
        "provider": "internet_archive",
        "url": f"https://web.archive.org/web/{STAMP}id_/{target}",
        "captured_at": DATE,
        **members,
    }
    return CaptureClaim(**values)


def response(body: bytes = b"%PDF-1.5", **fields: str) -> bytes:
    """An answer of HTTP; the fields are headers with underscores."""
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode() + body


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n") -> bytes:
    """Chunks of HTTP."""
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + end


def warc_record(block: bytes = b"", *, headers: tuple[str, ...] = (), **fields: str) -> bytes:
    """A record of a WARC file; a field with an empty text is left out, ``headers`` are added as they are."""
    values = {
        "WARC_Type": "response",
        "WARC_Target_URI": TARGET,
        "WARC_Date": DATE,
        "Content_Length": str(len(block)),
        **fields,
    }
    lines = [f"{name.replace('_', '-')}: {value}" for name, value in values.items() if value]
    return "\r\n".join(["WARC/1.0", *lines, *headers, "", ""]).encode() + block + b"\r\n\r\n"


def zipped(*records: bytes) -> bytes:
    """Records, each compressed in a member of its own."""
    return b"".join(gzip.compress(each, mtime=0) for each in records)


def external_id(
    value: str = ARXIV_ID, kind: str = "arxiv", relationship: str = "self", normalized: str = ""
) -> Any:
    """An identifier of a work, in JSON."""
    return {
        "external-id-type": kind,
        "external-id-value": value,
        "external-id-normalized": {"value": normalized, "transient": True} if normalized else None,
        "external-id-relationship": relationship,
    }


def source(prefix: str = "source", *, orcid: str = "", client: str = "", name: str = "") -> Any:
    """Who added a work, or with ``assertion-origin`` who made the connection, in JSON."""
    return {
        f"{prefix}-orcid": {"path": orcid, "host": "orcid.org"} if orcid else None,
        f"{prefix}-client-id": {"path": client} if client else None,
        f"{prefix}-name": {"value": name} if name else None,
    }


def work(*ids: Any, **parts: Any) -> Any:
    """A summary of a work, in JSON."""
    return {"put-code": 7, "source": source(orcid=PERSON), "external-ids": {"external-id": [*ids]}, **parts}


def works(*summaries: Any, person: str = PERSON) -> Any:
    """The works of a person, each in a group of its own, in JSON."""
    return {
        "last-modified-date": {"value": 1_700_000_000_000},
        "group": [{"external-ids": None, "work-summary": [each]} for each in summaries],
        "path": f"/{person}/works",
    }


def orcid_json(*summaries: Any, person: str = PERSON) -> bytes:
    """A record of a person, as JSON."""
    whole = {
        "orcid-identifier": {"uri": f"https://orcid.org/{person}", "path": person, "host": "orcid.org"},
        "activities-summary": {"works": works(*summaries)},
        "path": f"/{person}",
    }
    return json.dumps(whole).encode()


def _element(name: str, value: Any) -> str:
    if value is None:
        return ""
    inside: Any = value["value"] if type(value) is dict and "value" in value else value
    if type(inside) is dict:
        return f"<c:{name}>{''.join(_element(each, of) for each, of in inside.items())}</c:{name}>"
    return f"<c:{name}>{escape(inside)}</c:{name}>"


def orcid_xml(*summaries: Any, person: str = PERSON, root: str = "r:record") -> bytes:
    """A record of a person, or its works (``a:works``), as XML."""
    groups = []
    for each in summaries:
        ids = "".join(_element("external-id", one) for one in each["external-ids"]["external-id"])
        groups.append(
            f'<a:group><w:work-summary put-code="7">{_element("source", each["source"])}'
            f"<w:title><c:title>A</c:title></w:title><c:external-ids>{ids}</c:external-ids></w:work-summary></a:group>"
        )
    inside = "".join(groups) if root == "a:works" else f"<a:works>{''.join(groups)}</a:works>"
    spaces = " ".join(
        f'xmlns:{short}="http://www.orcid.org/ns/{name}"'
        for short, name in (("r", "record"), ("a", "activities"), ("w", "work"), ("c", "common"))
    )
    return f'<?xml version="1.0"?>\n<{root} path="/{person}" {spaces}>{inside}</{root}>'.encode()
