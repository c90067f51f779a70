"""Answers over HTTP: addresses of the site, names, pages, errors, pieces (SERVE-5, 9, 11 and 16)."""

from __future__ import annotations

import json
import re
import socket
import struct
import sys
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from kit.servers import BASE_URL, eventually, request, served
from kit.stores import body, make, segments, suffix, unverified
from pithbundle.errors import FileError, StoreError
from pithbundle.mirror.answers import JSON, Document, FileDocument, Found
from pithbundle.mirror.site import Site
from pithbundle.store import View

S = suffix(1)
#: What a browser sends.
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def failing(error: Exception) -> Callable[..., Found]:
    def find(self: Site, path: str, page: bool = False) -> Found:
        raise error

    return find


def test_every_address_of_the_site(tmp_path: Path) -> None:
    given = ((body(1, 1, more=(unverified(1, 5),)), "a"), (body(1, 2), "a"), (body(2, 1), "a"))
    make(tmp_path / "s", *given).close()
    with served(tmp_path / "s", packs=True) as server, server.connect() as connection:
        paths = [*server.site.paths(), f"pith/{S}", f"pith/{S}/bundle.cbor"]
        assert len(paths) > 15
        for path in paths:
            found = server.site.find(path)
            assert isinstance(found, Document | FileDocument)
            reply = connection.ask(f"/{path}")
            data = found.body if isinstance(found, Document) else Path(found.path).read_bytes()
            assert (reply.status, reply.body) == (200, data), path
            assert reply.fields["content-type"] == found.media_type
            assert reply.fields["etag"] == found.etag
            assert ("immutable" in reply.fields["cache-control"]) == found.immutable
            count = getattr(found, "unverified", 0)
            assert reply.fields.get("pith-unverified") == (str(count) if count else None)
            head = connection.ask(f"/{path}", method="HEAD")
            assert head.body == b"" and head.status == 200
            # The clock may tick between the two.
            assert {**head.fields, "date": ""} == {**reply.fields, "date": ""}
            same = connection.ask(f"/{path}", f"If-None-Match: {found.etag}")
            assert (same.status, same.body) == (304, b"")


def test_a_file_of_the_archive_in_ranges(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    with served(tmp_path / "s", packs=True) as server, server.connect() as connection:
        (pack,) = [path for path in server.site.paths() if path.endswith(".zst")]
        whole = connection.ask(f"/{pack}")
        etag = whole.fields["etag"]
        parts = b""
        for start in range(0, len(whole.body), 100):
            part = connection.ask(f"/{pack}", f"Range: bytes={start}-{start + 99}", f"If-Range: {etag}")
            assert part.status == 206
            parts += part.body
        assert parts == whole.body
        assert connection.ask(f"/{pack}", f"Range: bytes={len(parts)}-").status == 416
        assert connection.ask(f"/{pack}", "Range: bytes=0-1,5-6").body == whole.body
        assert connection.ask(f"/{pack}", "Range: bytes=0-1", 'If-Range: "other"').body == whole.body
        head = connection.ask(f"/{pack}", "Range: bytes=0-1", method="HEAD")
        assert head.fields["content-length"] == "2"
        # Another file than the one that is listed is not served.
        path = tmp_path / "s" / "served" / pack
        path.write_bytes(path.read_bytes() + b"x")
        assert connection.ask(f"/{pack}").status == 503
        path.unlink()
        assert connection.ask(f"/{pack}").status == 503
        assert connection.ask(f"/pith/{S}.json").status == 200
        assert len(server.reports) == 2 and all(str(path) in line for line in server.reports)


def test_a_file_that_is_cut_while_it_is_sent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    with served(tmp_path / "s", packs=True) as server:
        (pack,) = [path for path in server.site.paths() if path.endswith(".zst")]
        with monkeypatch.context() as patch, server.connect() as connection, pytest.raises(EOFError):
            patch.setattr("os.pread", lambda *_: b"")
            connection.ask(f"/{pack}")
        assert any("shorter than it was" in line for line in server.reports)
        assert server.ask(f"/pith/{S}.json").status == 200


def test_a_client_takes_a_response_piece_by_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What waits in memory for a client that takes nothing is bounded, however large the document."""
    large = Document(bytes(range(256)) * (16 << 12), JSON, immutable=False)
    waiting, send = [0], RequestResponseCycle.send

    async def sending(self: RequestResponseCycle, message: Any) -> None:
        await send(self, message)
        waiting.append(self.transport.get_write_buffer_size())

    make(tmp_path / "s").close()
    with served(tmp_path / "s") as server, server.connect() as connection:
        monkeypatch.setattr(Site, "find", lambda *_: large)
        monkeypatch.setattr(RequestResponseCycle, "send", sending)
        connection.send(request("/large"))
        assert eventually(lambda: waiting[-1] > 0)
        received = bytearray()
        while len(received) < len(large.body) or not received.endswith(large.body[-256:]):
            received += connection.socket.recv(1 << 20)
        assert received.endswith(large.body)
        assert connection.ask("/large", method="HEAD").fields["content-length"] == str(len(large.body))
        # Clients that are gone before they have it leave no trace.
        path = tmp_path / "pack"
        path.write_bytes(large.body)
        pack = FileDocument(str(path), len(large.body), large.sha256, JSON, immutable=True)
        monkeypatch.setattr(Site, "find", lambda _, path, page: pack if path == "pack" else large)
        for number in range(40):
            with server.connect() as gone:
                gone.send(request(("/large", "/pack")[number % 2]))
                gone.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        assert eventually(lambda: server.metrics()["connections"] <= 1)
    assert 0 < max(waiting) <= 262_144
    assert server.reports == [] and caplog.messages == []


def test_names_redirect_and_addresses_are_exact(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    with served(tmp_path / "s") as server, server.connect() as connection:
        arxiv = json.loads(connection.ask(f"/pith/{S}.json").body)["source"]["id"]
        for name in (S[:8], f"pith:{S[:12]}", arxiv, f"arxiv:{arxiv}", f"%61rxiv%3A{arxiv}"):
            reply = connection.ask(f"/pith/{name}")
            assert (reply.status, reply.fields["location"]) == (302, S), name
        for target in (
            f"/pith/{S}.json?", f"/pith/{S}.json?a=b", f"/pith/{S}%2ejson", f"/pith/%{ord(S[0]):x}{S[1:]}",
            f"/pith/{S}.json/", f"//pith/{S}.json", f"/./pith/{S}.json", f"/pith/{S.lower()}", "/", "/pith/",
            "/pith", "/index.htm", "/health", "/find", "/find?", "/find?q", "/find?Q=x", f"/find?q={S}&a=b",
            "/find?q=%zz", "/metrics", f"/pith/{S}%00", f"/pith/{S}/../{S}.json",
        ):  # fmt: skip
            reply = connection.ask(target)
            assert (reply.status, reply.body) == (404, b"Nothing is at this address (MIRROR-11).\n"), target


def test_methods_and_hosts(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    with served(tmp_path / "s", hosts=("other.example",)) as server, server.connect() as connection:
        for method in ("POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "PROPFIND"):
            reply = connection.ask(f"/pith/{S}.json", method=method)
            assert (reply.status, reply.fields["allow"]) == (405, "GET, HEAD")
        for host, status in (("attacker.example", 421), ("other.example:80", 200), ("127.0.0.1", 200)):
            assert connection.ask(f"/pith/{S}.json", f"Host: {host}").status == status
        connection.send(f"GET /pith/{S}.json HTTP/1.1\r\n\r\n".encode())
        assert connection.reply().status == 400
        connection.send(f"GET /pith/{S}.json HTTP/1.1\r\nHost: localhost\r\nHost: x\r\n\r\n".encode())
        assert connection.reply().status == 400


def test_pages_by_accept(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    with served(tmp_path / "s", pages=True) as server, server.connect() as connection:
        tags = set()
        for _ in range(2):
            for accept, kind in (("text/html", "text/html"), ("application/ld+json", "application/ld+json")):
                reply = connection.ask(f"/pith/{S}", f"Accept: {accept}")
                assert reply.fields["content-type"].startswith(kind) and reply.fields["vary"] == "Accept"
                tags.add(reply.fields["etag"])
        assert len(tags) == 2
        page = connection.ask(f"/pith/{S}")
        assert page.body.startswith(b"<!DOCTYPE html>") and S.encode() in page.body
        # Names lead to the page, and other documents of the record have none.
        assert connection.ask(f"/pith/{S[:8]}", "Accept: text/html").fields["location"] == S
        assert connection.ask(f"/pith/{S}/state.json", "Accept: text/html").json["state_type"]
        for target in ("/nothing", f"/pith/{suffix(2)}", f"/pith/%{ord(S[0]):x}{S[1:]}"):
            assert connection.ask(target, "Accept: text/html").status == 404


def test_the_index_page_and_its_search(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a"), (body(2, 1), "a")).close()
    with served(tmp_path / "s", pages=True) as server, server.connect() as connection:
        page = connection.ask("/", f"Accept: {BROWSER}")
        assert (page.status, page.fields["vary"], page.fields["cache-control"]) == (200, "Accept", "no-cache")
        assert b'<form class="search" action="find" method="get"' in page.body
        assert connection.ask("/index.html", f"Accept: {BROWSER}").body == page.body
        same = connection.ask("/", f"Accept: {BROWSER}", f"If-None-Match: {page.fields['etag']}")
        assert (same.status, same.body) == (304, b"")
        head = connection.ask("/", f"Accept: {BROWSER}", method="HEAD")
        assert head.fields["content-length"] == str(len(page.body))
        assert connection.ask("/", "Accept: application/ld+json").status == 404
        arxiv = connection.ask(f"/pith/{S}.json").json["source"]["id"]
        number = connection.ask(f"/pith/{S}.json").json["pith_number"]
        for text in (S, number.replace(":", "%3A"), S[:8], f"++{arxiv}+%0A", f"arxiv:{arxiv}"):
            found = connection.ask(f"/find?q={text}", f"Accept: {BROWSER}")
            assert (found.status, found.fields["location"]) == (302, f"pith/{S}"), text
            assert found.fields["cache-control"] == "no-cache"
        assert connection.ask("/find?q=+", f"Accept: {BROWSER}").fields["location"] == "./"
        lost = connection.ask("/find?q=%3Cb%3E%C3%A9", f"Accept: {BROWSER}")
        assert (lost.status, lost.fields["cache-control"]) == (404, "no-store")
        assert "&lt;b&gt;é".encode() in lost.body and b"<b>" not in lost.body
        # Whoever does not read pages receives the line, as elsewhere.
        assert connection.ask("/find?q=x").body == b"Nothing is at this address (MIRROR-11).\n"
        assert connection.ask(f"/find?q={'x' * 513}", f"Accept: {BROWSER}").status == 404


def test_lists_and_errors_are_pages_for_those_who_read_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    with served(tmp_path / "s", pages=True) as server, server.connect() as connection:
        names = {"A" * 26: "/pith/A%2fB", "B" * 26: "/find?q=A/B"}
        with monkeypatch.context() as patch:
            patch.setattr(View, "suffixes_of_alias", lambda *_: [*names])
            for target, root in zip(names.values(), ("../", ""), strict=True):
                page = connection.ask(target, f"Accept: {BROWSER}")
                assert (page.status, page.fields["vary"]) == (300, "Accept")
                assert all(f'href="{root}pith/{of}"'.encode() in page.body for of in names)
                assert connection.ask(target).json["suffixes"] == [*names]
                assert connection.ask(target).fields["etag"] != page.fields["etag"]
        for target, status, fields in (
            ("/a/b/c", 404, ()), ("/x", 421, ("Host: x.example",)), ("/x", 400, ("Host: x", "Host: y")),
        ):  # fmt: skip
            page = connection.ask(target, f"Accept: {BROWSER}", *fields)
            assert (page.status, page.fields["content-type"]) == (status, "text/html; charset=utf-8")
            root = "../" * (target.count("/") - 1)
            assert f'href="{root}pith-pages/page.css"'.encode() in page.body
            assert page.fields["vary"] == "Accept" and page.fields["cache-control"] == "no-store"
            assert page.fields["content-security-policy"].endswith("frame-ancestors 'none'")
            assert connection.ask(target, *fields).fields["content-type"] == "text/plain; charset=us-ascii"
        assert connection.ask("/x", f"Accept: {BROWSER}", method="POST").body.startswith(b"<!DOCTYPE")
        # A page there would have no links.
        assert connection.ask("/" * 11, f"Accept: {BROWSER}").body.startswith(b"Nothing")
        monkeypatch.setattr(Site, "find", failing(FileError.at("/secret", "input/output error")))
        page = connection.ask("/x", f"Accept: {BROWSER}")
        assert page.status == 503 and b"secret" not in page.body and page.fields["retry-after"] == "5"


def test_what_a_page_loads_is_served_with_the_policy_of_the_page(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    with served(tmp_path / "s", pages=True) as server, server.connect() as connection:
        page = connection.ask(f"/pith/{S}", "Accept: text/html")
        # From /pith/S; what is loaded from there is below the base URL.
        loaded = set(re.findall(r'(?:src|href)="\.\./(pith-pages/[^"]+)"', page.body.decode()))
        assert {"pith-pages/page.css", "pith-pages/record.js", "pith-pages/check.html"} <= loaded
        assert b"../../" not in page.body
        (own,) = re.findall(r'Content-Security-Policy" content="([^"]+)"', unescape(page.body.decode()))
        for path in (f"pith/{S}", "pith-pages/record.js", "pith-pages/record-worker.js"):
            reply = connection.ask(f"/{path}", "Accept: text/html")
            assert reply.fields["content-security-policy"] == f"{own}; frame-ancestors 'none'"
        for path in loaded:
            assert connection.ask(f"/{path}").status == 200, path
        # A header that permits less than the element would end the page in one file.
        alone = connection.ask("/pith-pages/check.html")
        policy = alone.fields["content-security-policy"].removesuffix("; frame-ancestors 'none'")
        assert f'content="{policy}"'.encode() in alone.body and "worker-src blob:" in policy
        assert (
            connection.ask("/pith-pages/policy.json")
            .fields["content-security-policy"]
            .startswith("default-src 'none'; base-uri 'none'")
        )


def test_without_jinja2_there_are_no_pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    monkeypatch.setitem(sys.modules, "jinja2", None)
    for name in [name for name in sys.modules if name.startswith("pithbundle.mirror.pages.")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.delattr("pithbundle.mirror.pages.documents", raising=False)
    with served(tmp_path / "s", pages=True) as server:
        for target in (f"/pith/{S}/index.html", "/pith-pages/page.css", "/pith-pages/policy.json"):
            assert server.ask(target).status == 404
        reply = server.ask(f"/pith/{S}", "Accept: text/html")
        assert (reply.status, reply.fields["content-type"]) == (200, "application/ld+json")
    assert server.reports == []


def test_without_pages_the_linked_document_is_the_answer(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    with served(tmp_path / "s") as server:
        for accept in ("text/html", "*/*", "application/json", "application/ld+json"):
            reply = server.ask(f"/pith/{S}", f"Accept: {accept}")
            assert reply.fields["content-type"] == "application/ld+json"
        assert server.ask("/pith-mirrors.json").json["mirrors"][0]["base_url"] == BASE_URL


def damaged(path: Path) -> None:
    for segment in segments(path):
        data = segment.read_bytes()
        segment.write_bytes(data[:-20] + bytes(20))


def test_a_record_that_cannot_be_read(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    with served(tmp_path / "s", renew_seconds=3600) as server:
        damaged(tmp_path / "s")
        reply = server.ask(f"/pith/{S}/bundle.json")
        # The store sets the damaged entry aside: then there is no record.
        assert reply.status in (404, 500) and S.encode() not in reply.body
        assert server.ask("/pith-signing-key.json").status == 200


def test_an_error_of_the_system_is_reported_and_not_sent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    with served(tmp_path / "s") as server:
        monkeypatch.setattr(Site, "find", failing(FileError.at("/secret/path", "input/output error")))
        reply = server.ask(f"/pith/{S}.json")
        assert reply.status == 503 and b"secret" not in reply.body
        monkeypatch.setattr(Site, "find", failing(StoreError("store", "bad \x1b[31m entry")))
        reply = server.ask(f"/pith/{S}.json")
        assert reply.status == 500 and b"entry" not in reply.body
        monkeypatch.setattr(Site, "find", failing(ZeroDivisionError("\x1b[31m")))
        assert server.ask(f"/pith/{S}.json").status == 500
    assert "/secret/path" in server.reports[0] and "bad" in server.reports[1]
    assert "ZeroDivisionError" in server.reports[2] and "\x1b" not in server.reports[2]
