"""URLs: one grammar, one form, and a suffix that is checked before a URL is built."""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import urlsplit

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from yarl import URL

from pithbundle.errors import NetworkError
from pithbundle.net.urls import (
    BUNDLE,
    BUNDLE_CBOR,
    RECORD,
    STATE,
    WELL_KNOWN,
    file_url,
    parse_url,
    record_url,
    redirected,
)

SUFFIX: Final = "OMJFN3CZBZK4KRI4XCDIFRLNQH"
BASE: Final = "https://mirror.example"


def code(text: str, **options: bool) -> str:
    with pytest.raises(NetworkError) as caught:
        parse_url(text, **options)
    assert caught.value.url == text and caught.value.hint
    return caught.value.code


@pytest.mark.parametrize(
    ("text", "url"),
    [
        ("https://mirror.example", "https://mirror.example/"),
        ("https://MIRROR.example:443/A", "https://mirror.example/A"),
        ("https://mirror.example:8443/a/", "https://mirror.example:8443/a/"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("https://1.example/", "https://1.example/"),
        ("https://1.1.1.1/", "https://1.1.1.1/"),
        ("https://1.1.1.1:444/", "https://1.1.1.1:444/"),
        ("https://[2606:4700:0:0::1111]/", "https://[2606:4700::1111]/"),
        ("https://[2606:4700::1111]:8443", "https://[2606:4700::1111]:8443/"),
        ("https://a.b/~user/%C3%A9;v=1,2/@x:y", "https://a.b/~user/%C3%A9;v=1,2/@x:y"),
        (f"https://{'a' * 63}.{'b' * 63}.example/", f"https://{'a' * 63}.{'b' * 63}.example/"),
    ],
)
def test_a_url_is_written_in_its_one_form(text: str, url: str) -> None:
    target = parse_url(text)
    assert target.url == url and parse_url(url) == target


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "mirror.example",
            "//mirror.example/",
            "https:mirror.example",
            "https:/mirror.example",
            "https://",
        ),
        *("HTTPS://mirror.example/", "ftp://mirror.example/", "file:///etc/passwd", "javascript:alert(1)"),
        *("http://mirror.example/", "http://127.0.0.1/", "http://localhost/", "http://[::1]/", "data:,a"),
        *("https://user@mirror.example/", "https://user:pass@mirror.example/", "https://@mirror.example/"),
        *("https://mirror.example@127.0.0.1/", "https://mirror.example?a", "https://mirror.example/?a=b"),
        *("https://mirror.example/#a", "https://mirror.example#a", "https://mirror.example\\@other.example/"),
        *(
            "https://mirror.example/a b",
            "https://mirror.example/\x00",
            "https://mirror.example/\n",
            " https://a.b/",
        ),
        *("https://a.b/ ", "https://a.b/\u00e9", "https://a.b/%", "https://a.b/%2", "https://a.b/%zz"),
        *("https://a.b/%2f", "https://a.b/%2E%2E/c", "https://a.b/%5C", "https://a.b/%25", "https://a.b/%00"),
        *("https://a.b/%0a", "https://a.b/%7f", "https://a.b/../c", "https://a.b/.", "https://a.b/./c"),
        *("https://a.b//c", "https://a.b/c//d", "https://a.b//", "https://a.b/\\c", "https://a.b/<c>"),
        *("https://a.b:/", "https://a.b:0/", "https://a.b:065/", "https://a.b:65536/", "https://a.b:x/"),
        *("https://a.b:-1/", "https://a.b:443:443/", "https://a.b:\u0664/", "https://a.b:100000/"),
        *("https://localhost/", "https://intranet/", "https://a.localhost/", "https://printer.local/"),
        *("https://vault.internal/", "https://a.onion/", "https://router.home.arpa/", "https://home.arpa/"),
        *(
            "https://a..b/",
            "https://.a.b/",
            "https://a.b./",
            "https://-a.b/",
            "https://a-.b/",
            "https://a_b.c/",
        ),
        *(
            "https://a*.b/",
            f"https://{'a' * 64}.b/",
            f"https://{'a.' * 127}b/",
            "https://a%2eb/",
            "https://a,b/",
        ),
        # Addresses in other spellings.
        *(
            "https://2130706433/",
            "https://0x7f000001/",
            "https://0x7f.1/",
            "https://127.1/",
            "https://0177.0.0.1/",
        ),
        *(
            "https://127.0.0.01/",
            "https://127.0.0.1./",
            "https://127.0.0.1.5/",
            "https://1.2.3/",
            "https://a.0x/",
        ),
        *(
            "https://a.1/",
            "https://0/",
            "https://\uff11\uff12\uff17.0.0.1/",
            "https://127\u30020\u30020\u30021/",
        ),
        *("https://\u2460.example/", "https://b\u00fccher.example/", "https://xn--a\u0301.example/"),
        *("https://[/", "https://[]/", "https://[::1/", "https://[fe80::1%25eth0]/", "https://[1.1.1.1]/"),
        *("https://[::1]x/", "https://[::g]/", "https://[v1.a]/", "https://::1/"),
        "https://a.b/" + "c" * 2048,
    ],
)
def test_what_is_not_of_the_grammar_is_rejected(text: str) -> None:
    assert code(text) == "url"


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "10.0.0.1", "169.254.169.254", "0.0.0.0", "255.255.255.255", "[::1]", "[::]"),
        *(
            "[::ffff:127.0.0.1]",
            "[0:0:0:0:0:ffff:7f00:1]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[FE80::1]",
        ),
    ],
)
def test_an_address_that_is_not_public_has_a_code_of_its_own(host: str) -> None:
    assert code(f"https://{host}/") == "address"
    assert code(f"https://{host}:8443/a", allow_loopback_http=True) == "address"


@pytest.mark.parametrize(
    ("text", "accepted"),
    [
        ("http://127.0.0.1:8000/", True),
        ("http://127.255.0.1/", True),
        ("http://localhost:8000/a", True),
        ("http://LOCALHOST/a", True),
        ("http://[::1]:8000/", True),
        ("http://128.0.0.1/", False),
        ("http://[::ffff:127.0.0.1]/", False),
        ("http://0.0.0.0/", False),
        ("http://a.localhost/", False),
        ("http://mirror.example/", False),
        ("http://127.1/", False),
        ("http://localhost./", False),
    ],
)
def test_http_is_of_this_machine_alone(text: str, accepted: bool) -> None:
    assert code(text) == "url"
    if accepted:
        assert parse_url(text, allow_loopback_http=True).scheme == "http"
    else:
        assert code(text, allow_loopback_http=True) == "url"


CHARACTERS: Final = st.text(st.sampled_from("htps:/@?#[]%.\\-_ax0127\u3002\uff0f\t\r\n \x00"), max_size=30)


@given(st.one_of(st.text(max_size=40), CHARACTERS, CHARACTERS.map("https://".__add__)))
@example("https://a.b:1/")
def test_what_is_accepted_is_read_the_same_by_other_libraries(text: str) -> None:
    try:
        target = parse_url(text)
    except NetworkError as error:
        assert error.code in {"url", "address"}
        return
    assert re.fullmatch(r"[!-~]+", target.url) and parse_url(target.url) == target
    split, other = urlsplit(target.url), URL(target.url, encoded=True)
    for scheme, host, port, path in (
        (split.scheme, split.hostname, split.port or 443, split.path),
        (other.scheme, other.raw_host, other.port, other.raw_path),
    ):
        assert (scheme, host, port, path) == ("https", target.host, target.port, target.path)
    assert not (split.username or split.password or split.query or split.fragment or other.user)


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        (BUNDLE, f"/pith/{SUFFIX}/bundle.json"),
        (BUNDLE_CBOR, f"/pith/{SUFFIX}/bundle.cbor"),
        (STATE, f"/pith/{SUFFIX}/state.json"),
        (RECORD, f"/pith/{SUFFIX}.json"),
        (WELL_KNOWN, f"/.well-known/pith/{SUFFIX}/bundle.json"),
        ("/a/{suffix}", f"/a/{SUFFIX}"),
    ],
)
def test_the_url_of_a_document_of_a_record(pattern: str, path: str) -> None:
    assert record_url(BASE, SUFFIX, pattern) == BASE + path
    assert record_url(BASE + "/m/", SUFFIX, pattern) == BASE + "/m" + path


@pytest.mark.parametrize(
    "suffix",
    [
        *(
            "",
            ".",
            "..",
            "../../etc/passwd",
            "a" * 26,
            SUFFIX.lower(),
            SUFFIX[:-1],
            SUFFIX + "A",
            SUFFIX + "\n",
        ),
        *(
            "0" * 26,
            "1" * 26,
            "/" * 26,
            "%2e" * 8 + "AA",
            "A" * 25 + "\u0130",
            "\uff21" * 26,
            " " + SUFFIX[1:],
        ),
        *("\x00" * 26, "A" * 25 + "?", "A" * 25 + "#", "{suffix}" + "A" * 18, "//other.example/AAAAAAAAAA"),
    ],
)
def test_a_suffix_is_checked_before_a_url_is_built(suffix: str) -> None:
    # Even the base is not read before.
    for base in (BASE, "not a URL"):
        with pytest.raises(NetworkError) as caught:
            record_url(base, suffix)
        assert (caught.value.code, caught.value.clause) == ("suffix", "NET-2")


@pytest.mark.parametrize(
    "pattern",
    [
        *("", "/", "/a", "{suffix}", "/{suffix}/{suffix}", "https://other.example/{suffix}", "/../{suffix}"),
        *("//other.example/{suffix}", "/{suffix}?a", "/{suffix}#a", "/a b/{suffix}", "/{other}/{suffix}"),
        *(
            "@other.example/{suffix}",
            ".other.example/{suffix}",
            ":80/{suffix}",
            "\\{suffix}",
            "/%2e%2e/{suffix}",
        ),
    ],
)
def test_a_pattern_of_a_manifest_cannot_leave_the_mirror(pattern: str) -> None:
    with pytest.raises(NetworkError) as caught:
        record_url(BASE, SUFFIX, pattern)
    assert caught.value.code == "url"


def test_files_of_a_mirror() -> None:
    assert file_url(BASE, "/pith-archive.json") == BASE + "/pith-archive.json"
    assert file_url(BASE + "/m", "a.zst") == BASE + "/m/a.zst"
    for name in ("../a", "//other.example/a", "a/../../b", "a?b", "https://other.example/", "\x00"):
        with pytest.raises(NetworkError):
            file_url(BASE, name)
    with pytest.raises(NetworkError):
        file_url("http://mirror.example", "a")


@given(st.text(max_size=40))
def test_no_redirect_leaves_the_host(location: str) -> None:
    target = parse_url(BASE + "/a/b")
    try:
        found = redirected(target, location)
    except NetworkError as error:
        assert error.code in {"url", "address"} and error.url == target.url
    else:
        assert found.origin == target.origin


def test_the_parts_of_a_target() -> None:
    target = parse_url("https://[2606:4700::1111]:8443/a")
    assert (target.host, target.authority, target.is_address) == (
        "2606:4700::1111",
        "[2606:4700::1111]:8443",
        True,
    )
    assert target.origin == "https://[2606:4700::1111]:8443"
    assert not parse_url(BASE).is_address


@pytest.mark.parametrize(
    "text", ["\x1b[2J\nverified", "https://a.b/\u202eelif", "https://\u200b.example/", "h" * 5000]
)
def test_a_hostile_url_is_escaped_where_it_is_printed(text: str) -> None:
    with pytest.raises(NetworkError) as caught:
        parse_url(text)
    message = str(caught.value)
    assert message.isprintable() and "\n" not in message and len(message) < 700
    assert caught.value.url == text
