"""Status, fields and body of what was found (SERVE-7 to SERVE-11)."""

from __future__ import annotations

import pytest

from pithbundle.mirror.answers import HTML, JSON, TEXT, Choice, Document, FileDocument, Found, Redirect
from pithbundle.mirror.serve.requests import Request
from pithbundle.mirror.serve.responses import Response, error, rendered

S = "OMJFN3CZBZK4KRI4XCDIFRLNQH"
FILE = FileDocument("/nowhere/pack", 10, "application/zstd", "ab" * 32, immutable=True)
BODY = Document(b"{}", JSON, immutable=False, unverified=3)
#: Of every response.
ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "cross-origin",
    "access-control-allow-origin": "*",
}


def fields(made: Response) -> dict[str, str]:
    found = {name.decode(): value.decode() for name, value in made.fields}
    assert len(found) == len(made.fields)
    return found


def test_a_document() -> None:
    made = rendered(f"pith/{S}/state.json", BODY).respond(Request())
    assert (made.status, made.body) == (200, b"{}")
    assert (
        fields(made).items()
        >= {
            **ALWAYS,
            "content-type": "application/json",
            "content-length": "2",
            "etag": f'"{BODY.sha256}"',
            "cache-control": "no-cache",
            "pith-unverified": "3",
        }.items()
    )
    assert "vary" not in fields(made) and "accept-ranges" not in fields(made)


def test_what_has_a_hash_in_its_name_never_changes() -> None:
    made = rendered("pith-digests/x.txt", Document(b"", TEXT, immutable=True)).respond(Request())
    assert fields(made)["cache-control"] == "public, max-age=31536000, immutable"
    assert "pith-unverified" not in fields(made)


def test_a_document_that_the_client_has() -> None:
    made = rendered(f"pith/{S}.json", BODY)
    for tags in (f'"{BODY.sha256}"', "*", f'"x", W/"{BODY.sha256}"'):
        same = made.respond(Request(if_none_match=tags.encode()))
        assert (same.status, same.body) == (304, b"")
        assert fields(same).items() >= {**ALWAYS, "etag": f'"{BODY.sha256}"', "pith-unverified": "3"}.items()
        assert not {"content-length", "content-type"} & fields(same).keys()
    assert made.respond(Request(if_none_match=b'"x"')).status == 200
    assert rendered("x", None).respond(Request(if_none_match=b"*")).status == 404


def test_a_file_and_its_ranges() -> None:
    made = rendered("pith-packs/x", FILE)
    whole = made.respond(Request())
    assert (whole.status, whole.file, whole.span.start, whole.span.end) == (200, FILE, 0, 10)
    assert fields(whole)["accept-ranges"] == "bytes" and fields(whole)["content-length"] == "10"
    part = made.respond(Request(range=b"bytes=2-4"))
    assert (part.status, part.span.start, part.span.end) == (206, 2, 5)
    assert fields(part)["content-range"] == "bytes 2-4/10" and fields(part)["content-length"] == "3"
    assert fields(part)["etag"] == fields(whole)["etag"] == FILE.etag
    none = made.respond(Request(range=b"bytes=10-"))
    assert (none.status, none.file) == (416, None) and fields(none)["content-range"] == "bytes */10"
    same = made.respond(Request(range=b"bytes=2-4", if_none_match=FILE.etag.encode()))
    assert same.status == 304
    # Documents have no ranges.
    assert rendered("x", BODY).respond(Request(range=b"bytes=0-0")).body == b"{}"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (f"pith/{S[:10]}", S),
        (f"pith/pith:2003:{S}", S),
        ("pith/hep-th/0310166", f"../{S}"),
        ("pith/a/b/c", f"../../{S}"),
    ],
)
def test_a_redirect_is_relative_to_its_address(path: str, expected: str) -> None:
    made = rendered(path, Redirect(f"pith/{S}")).respond(Request())
    assert made.status == 302
    assert fields(made).items() >= {**ALWAYS, "location": expected, "vary": "Accept"}.items()


def test_an_ambiguous_name_lists_its_records() -> None:
    made = rendered("pith/AAAAAAAA", Choice(("A" * 26, "B" * 26))).respond(Request())
    assert made.status == 300 and fields(made)["content-type"] == "application/json"
    assert made.body == (
        b'{"choices_type":"pithbundle_mirror_choices","choices_version":"1","suffixes":["%s","%s"]}'
        % (b"A" * 26, b"B" * 26)
    )


@pytest.mark.parametrize("status", [400, 404, 405, 416, 421, 500, 503])
def test_an_error_is_one_line_of_ours(status: int) -> None:
    made = error(status).respond(Request(if_none_match=b"*", range=b"bytes=0-1"))
    assert made.status == status and made.body.endswith(b").\n") and made.body.count(b"\n") == 1
    assert fields(made).items() >= {**ALWAYS, "cache-control": "no-store"}.items()
    assert ("allow" in fields(made)) == (status == 405)
    assert ("retry-after" in fields(made)) == (status == 503)


def test_nothing_that_is_served_runs_or_is_embedded() -> None:
    for found in (None, BODY, FILE, Choice(("A" * 26,))):
        policy = fields(rendered("pith/x", found).respond(Request()))["content-security-policy"]
        assert policy == "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    page = Document(b"<!doctype html>", HTML, immutable=False, content_policy="script-src 'self'")
    policy = fields(rendered(f"pith/{S}", page).respond(Request()))["content-security-policy"]
    assert policy == "script-src 'self'; frame-ancestors 'none'"


def test_what_depends_on_accept_says_so() -> None:
    found: Found = BODY
    varies = {
        path
        for path in ("", f"pith/{S}", "pith/x", f"pith/{S}.json", f"pith/{S}/state.json", "pith-mirrors.json")
        if "vary" in fields(rendered(path, found).respond(Request()))
    }
    assert varies == {"", f"pith/{S}", "pith/x"}
