"""Which paths are of object storage, and which may be read (RECOMP-16); without fsspec."""

from __future__ import annotations

from pathlib import Path

import pytest

from pithbundle.recompute.location import absolute, location, scheme_of


@pytest.mark.parametrize(
    "path",
    [
        "a",
        "/a/b",
        "./s3://a",
        "a:b",
        "C:/a",
        "s3:/a/b",
        "a/b://c",
        "://a",
        "a::b",
        "simplecache::s3://bucket/a",
        "",
    ],
)
def test_paths_of_this_machine(path: str) -> None:
    assert scheme_of(path) is None


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("s3://bucket/archive", ("s3", "bucket/archive")),
        ("s3://bucket/a/b/", ("s3", "bucket/a/b")),
        ("s3://bucket", ("s3", "bucket")),
        ("gs://bucket/a.b/c-d_e", ("gs", "bucket/a.b/c-d_e")),
        ("abfs://container/x=1/a b", ("abfs", "container/x=1/a b")),
    ],
)
def test_paths_of_object_storage(path: str, found: tuple[str, str]) -> None:
    assert scheme_of(path) == found[0]
    assert location(path, ["s3", "gs", "abfs"]) == found


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("http://127.0.0.1/a", "not read over http"),
        ("https://example.org/a", "not read over http"),
        ("HTTPS://example.org/a", "not read over http"),
        ("file:///etc/passwd", "no scheme of object storage"),
        ("S3://bucket/a", "no scheme of object storage"),
        ("zip://a::s3://bucket/b.zip", "no scheme of object storage"),
        ("s3a://bucket/a", "no scheme of object storage"),
        ("gs://bucket/a", "add --storage gs"),
        ("s3://user:word@bucket/a", "must be s3://BUCKET/KEY"),
        ("s3://bucket/a?versionId=1", "must be s3://BUCKET/KEY"),
        ("s3://bucket/a#b", "must be s3://BUCKET/KEY"),
        ("s3://bucket/a%2fb", "must be s3://BUCKET/KEY"),
        ("s3://bucket/a::b", "must be s3://BUCKET/KEY"),
        ("s3://bucket/a*", "must be s3://BUCKET/KEY"),
        ("s3://bucket//a", "must be s3://BUCKET/KEY"),
        ("s3://bucket/../a", "must be s3://BUCKET/KEY"),
        ("s3://bucket/.", "must be s3://BUCKET/KEY"),
        ("s3:///a", "must be s3://BUCKET/KEY"),
        ("s3://", "must be s3://BUCKET/KEY"),
        ("s3://bucket/a\n", "must be s3://BUCKET/KEY"),
        ("s3://b\N{LATIN SMALL LETTER U WITH DIAERESIS}cket/a", "must be s3://BUCKET/KEY"),
    ],
)
def test_other_paths_are_rejected(path: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        location(path, ["s3"])


def test_a_path_for_another_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its working directory is another one; what a link makes of .. is left to the system."""
    monkeypatch.chdir(tmp_path)
    assert absolute("a/../b") == f"{tmp_path}/a/../b"
    assert (absolute("/a"), absolute("s3://bucket/a")) == ("/a", "s3://bucket/a")
