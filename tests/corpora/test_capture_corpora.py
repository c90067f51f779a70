"""Public WARC files and a record of ORCID's schema: what is found in each (CAPT-6, CAPT-7, ORCID-4)."""

from __future__ import annotations

import gzip
from base64 import b32decode
from hashlib import sha1, sha256
from typing import Any, Final

import pytest

from kit.captures import record
from kit.data import shared
from pithbundle.errors import EvidenceError
from pithbundle.evidence import (
    CaptureClaim,
    Party,
    Payload,
    check_author,
    check_capture,
    content_of,
    read_orcid,
)
from pithbundle.evidence.warc import read_payloads

EXAMPLE: Final = ("http://example.com/", "20170306040206")
AGAIN: Final = ("http://example.com/", "20170306040348")
IANA: Final = ("http://www.iana.org/", "20170306165409")
#: The SHA-1 that the files themselves have of these payloads.
EXAMPLE_SHA1: Final = "G7HRM7BGOKSKMSXZAHMUQTTV53QOFSMK"
IANA_SHA1: Final = "b1f949b4920c773fd9c863479ae9a788b948c7ad"


def sample(name: str) -> bytes:
    return shared(f"evidence/{name}").read_bytes()


def read(name: str) -> tuple[Payload, ...]:
    data = sample(f"warc/{name}")
    found = read_payloads(name, [data], [EXAMPLE, AGAIN, IANA])
    assert found == read_payloads(
        name, [data[at : at + 7] for at in range(0, len(data), 7)], [EXAMPLE, AGAIN, IANA]
    )
    return found


@pytest.mark.parametrize("name", ["example.warc.gz", "example-bad-non-chunked.warc.gz"])
def test_a_payload_in_gzip_has_two_forms_and_a_revisit_none(name: str) -> None:
    first, again = read(name)
    before, after = first.contents
    assert (before.form, before.size, before.sha1, first.own_digest) == (
        "payload",
        606,
        EXAMPLE_SHA1,
        "agrees",
    )
    assert (after.form, after.size) == ("decoded", 1270)
    assert (again.stamp, again.contents, again.own_digest) == (AGAIN[1], (), "not_compared")


def test_a_payload_in_chunks_has_two_forms() -> None:
    (found,) = read("example-iana.org-chunked.warc")
    without, message = found.contents
    assert (without.form, without.size, message.form, message.size) == ("payload", 7223, "message", 7238)
    # The digest of this file is over the chunks as well.
    assert (b32decode(message.sha1).hex(), found.own_digest) == (IANA_SHA1, "agrees")


def test_a_record_of_another_length_than_it_has_is_one_error() -> None:
    with pytest.raises(EvidenceError, match="does not begin with a version") as caught:
        read("example-trunc.warc")
    assert caught.value.code == "warc_invalid"


def test_requests_are_no_payloads() -> None:
    assert read("example-digest.warc") == ()


@pytest.mark.parametrize("form", ["payload", "decoded"])
def test_a_capture_matches_by_either_form(form: str) -> None:
    payloads = read("example.warc.gz")
    (content,) = (each for each in payloads[0].contents if each.form == form)
    url = f"https://web.archive.org/web/{EXAMPLE[1]}/{EXAMPLE[0]}"
    claim = CaptureClaim("internet_archive", url, "2017-03-06T04:02:06Z", content.sha256)
    found = check_capture(record(), claim, payloads=payloads)
    assert (found.form, found.subject, found.content.status) == ("capture", "not_recognised", "matches")
    assert found.content.match == content


@pytest.mark.parametrize("name", ["example.warc.gz", "example-iana.org-chunked.warc", "example-digest.warc"])
def test_another_reader_finds_the_same_payloads(name: str) -> None:
    from warcio.archiveiterator import ArchiveIterator

    data, expected = sample(f"warc/{name}"), []
    opened: Any = shared(f"evidence/warc/{name}").open("rb")
    with opened:
        for one in ArchiveIterator(opened):
            if one.rec_type == "response":
                body = one.content_stream().read()
                expected.append((one.rec_headers.get_header("WARC-Target-URI"), sha256(body).hexdigest()))
    found = read_payloads(name, [data], [EXAMPLE, IANA])
    assert [(each.target, {content.sha256 for content in each.contents}) for each in found] == [
        (target, {digest} | {content.sha256 for content in each.contents})
        for each, (target, digest) in zip(found, expected, strict=True)
    ]


def test_the_record_of_the_schema_is_read() -> None:
    found = read_orcid(sample("orcid/record-3.0.xml"))
    assert found.orcid == "https://orcid.org/8888-8888-8888-8880"
    (work,) = found.works
    (identifier,) = work.ids
    assert (identifier.kind, identifier.value, identifier.relationship) == (
        "agr",
        "external-id-value",
        "self",
    )
    assert (work.source, work.origin) == (Party(client_id="8888-8888-8888-8880"), Party())
    author = check_author(record(), "orcid", "8888-8888-8888-8880", [found])
    assert (author.form, author.listing) == ("out_of_range", "not_listed")


def test_a_single_work_is_no_record() -> None:
    with pytest.raises(EvidenceError) as caught:
        read_orcid(sample("orcid/work-full-3.0.xml"))
    assert caught.value.code == "orcid_invalid"


def test_a_compressed_file_has_the_digests_of_its_own_bytes() -> None:
    """A WARC file that is given as the content is a file like any other."""
    data = gzip.compress(b"x", mtime=0)
    found = content_of("a", [data])
    assert (found.sha256, b32decode(found.sha1)) == (sha256(data).hexdigest(), sha1(data).digest())
