"""Manifests of mirrors: hints, and every pattern is checked before a URL is built (SYNC-1, SYNC-2)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from kit.data import REPO
from pithbundle import PithError
from pithbundle.mirror.manifest import MAX_MIRRORS, Mirror, read_manifest
from pithbundle.net import NetworkError

SUFFIX = "OMJFN3CZBZK4KRI4XCDIFRLNQH"


def manifest(*mirrors: Any, **changes: Any) -> bytes:
    value = {"manifest_type": "pith_mirror_manifest", "manifest_version": "1.0", "mirrors": list(mirrors)}
    return json.dumps({**value, **changes}).encode()


def mirror(**changes: Any) -> dict[str, Any]:
    base = "https://mirror.example"
    return {
        "name": "A mirror",
        "base_url": base,
        "bundle_pattern": base + "/pith/{suffix}/bundle.json",
        "state_pattern": base + "/pith/{suffix}/state.json",
        "public_key": {"public_key_hex": "00" * 32},
        **changes,
    }


def test_the_registrys_own_manifest() -> None:
    found = read_manifest((REPO / "vectors/real/pith-mirrors.json").read_bytes())
    (only,) = found.mirrors
    assert found.rejected == ()
    assert only.base == "https://pith.science" and only.label == "Pith Resolver"
    assert only.bundle_url(SUFFIX) == f"https://pith.science/pith/{SUFFIX}/bundle.json"
    assert only.state_url(SUFFIX) == f"https://pith.science/pith/{SUFFIX}/state.json"


def test_a_mirror_of_a_url_has_the_usual_places() -> None:
    found = Mirror.at("https://Mirror.example:443/below/")
    assert found.base == "https://mirror.example/below"
    assert found.bundle_url(SUFFIX) == f"https://mirror.example/below/pith/{SUFFIX}/bundle.json"
    assert found.file_url("pith-digests/head.json") == "https://mirror.example/below/pith-digests/head.json"
    assert found.part_url(SUFFIX, "parts.json") == f"https://mirror.example/below/pith/{SUFFIX}/parts.json"
    with pytest.raises(NetworkError) as caught:
        Mirror.at("http://127.0.0.1:1")
    assert caught.value.code == "url"
    assert Mirror.at("http://127.0.0.1:1", allow_loopback_http=True).base == "http://127.0.0.1:1"


def test_no_key_of_a_manifest_is_kept() -> None:
    (only,) = read_manifest(manifest(mirror())).mirrors
    assert "00" * 32 not in repr(only)


def test_a_pattern_may_be_a_path_and_may_be_absent() -> None:
    given = mirror(base_url="https://mirror.example/m/", bundle_pattern="/b/{suffix}")
    del given["state_pattern"]
    (only,) = read_manifest(manifest(given)).mirrors
    assert only.bundle_pattern == "https://mirror.example/m/b/{suffix}"
    assert only.state_pattern == "https://mirror.example/m/pith/{suffix}/state.json"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"base_url": 5}, "type"),
        ({"base_url": None}, "type"),
        ({"base_url": "http://mirror.example"}, "url"),
        ({"base_url": "https://127.0.0.1"}, "address"),
        ({"base_url": "https://169.254.169.254"}, "address"),
        ({"base_url": "file:///etc/passwd"}, "url"),
        ({"bundle_pattern": 5}, "type"),
        ({"bundle_pattern": "https://mirror.example/bundle.json"}, "url"),
        ({"bundle_pattern": "https://mirror.example/{suffix}/{suffix}"}, "url"),
        ({"bundle_pattern": "https://{suffix}.mirror.example/b"}, "url"),
        ({"bundle_pattern": "https://other.example/{suffix}"}, "url"),
        ({"bundle_pattern": "https://mirror.example:444/{suffix}"}, "url"),
        ({"bundle_pattern": "https://mirror.example/../{suffix}"}, "url"),
        ({"bundle_pattern": "https://mirror.example/%2e%2e/{suffix}"}, "url"),
        ({"bundle_pattern": "https://mirror.example/b?s={suffix}"}, "url"),
        ({"bundle_pattern": "https://mirror.example/b#{suffix}"}, "url"),
        ({"bundle_pattern": "https://user@mirror.example/{suffix}"}, "url"),
        ({"bundle_pattern": "//other.example/{suffix}"}, "url"),
        ({"state_pattern": "https://mirror.example/\n{suffix}"}, "url"),
        ({"state_pattern": "https://mirror.example/{suffix}/" + "a" * 3000}, "url"),
    ],
)
def test_a_mirror_that_is_not_accepted_excludes_no_other(changes: dict[str, Any], code: str) -> None:
    good = mirror(base_url="https://good.example", bundle_pattern="/{suffix}", state_pattern="/s/{suffix}")
    found = read_manifest(manifest(mirror(**changes), good))
    assert [each.base for each in found.mirrors] == ["https://good.example"]
    assert [(each.index, each.error.code) for each in found.rejected] == [(0, code)]


def test_an_element_that_is_no_object() -> None:
    found = read_manifest(manifest(5, mirror(), mirror(name=7)))
    assert [each.error.pointer for each in found.rejected] == ["/mirrors/0"]
    assert [each.label for each in found.mirrors] == ["A mirror"]
    assert read_manifest(manifest(mirror(name=7))).mirrors[0].label == ""


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<html>", "syntax"),
        (b"[]", "type"),
        (manifest(manifest_type="pith"), "type"),
        (manifest(manifest_version="2.0"), "version"),
        (manifest(mirrors=5), "type"),
        (manifest(*[5] * (MAX_MIRRORS + 1)), "size"),
        (b" " * (1 << 21), "size"),
    ],
)
def test_a_file_that_is_no_manifest(data: bytes, code: str) -> None:
    with pytest.raises(PithError) as caught:
        read_manifest(data)
    assert caught.value.code == code


@pytest.mark.parametrize(
    "suffix",
    [
        "",
        "A" * 25,
        "A" * 27,
        "a" * 26,
        "../../../etc/passwd/aaaaaa",
        "A" * 25 + "\n",
        "A" * 25 + "1",
        "%2e" * 8,
    ],
)
def test_a_suffix_is_checked_before_a_url_is_built(suffix: str) -> None:
    (only,) = read_manifest(manifest(mirror())).mirrors
    for build in (only.bundle_url, only.state_url):
        with pytest.raises(NetworkError) as caught:
            build(suffix)
        assert caught.value.code == "suffix"
    with pytest.raises(NetworkError) as caught:
        only.part_url(suffix, "parts.json")
    assert caught.value.code == "suffix"


def test_a_pattern_with_the_sample_of_the_check() -> None:
    odd = "https://mirror.example/" + "A" * 26 + "/{suffix}"
    (only,) = read_manifest(manifest(mirror(bundle_pattern=odd))).mirrors
    assert only.bundle_url(SUFFIX) == "https://mirror.example/" + "A" * 26 + "/" + SUFFIX
