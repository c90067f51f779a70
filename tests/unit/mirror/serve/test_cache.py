"""What a server holds in memory: of one moment, and bounded (SERVE-12)."""

from __future__ import annotations

from pithbundle.mirror.answers import JSON, Document
from pithbundle.mirror.serve.cache import Cache
from pithbundle.mirror.serve.responses import Rendered, rendered

NOW, LATER = object(), object()


def made(size: int) -> Rendered:
    return rendered("x", Document(bytes(size), JSON, immutable=False))


def test_what_was_used_last_stays() -> None:
    cache = Cache(3 * (1_000 + 2_048))
    for key in "abc":
        assert cache.get(NOW, key) is None
        cache.keep(NOW, key, made(1_000))
    assert cache.get(NOW, "a") is not None
    cache.keep(NOW, "d", made(1_000))
    assert [key for key in "abcd" if cache.get(NOW, key) is not None] == ["a", "c", "d"]
    assert cache.bytes == 3 * (1_000 + 2_048)
    cache.keep(NOW, "e", made(4_000))
    assert [key for key in "acde" if cache.get(NOW, key) is not None] == ["d", "e"]
    assert cache.bytes == 5_000 + 2 * 2_048


def test_what_is_larger_than_the_cache_is_not_held() -> None:
    cache = Cache(10_000)
    assert cache.get(NOW, "a") is None
    cache.keep(NOW, "a", made(8_000))
    assert cache.get(NOW, "a") is None and cache.bytes == 0


def test_another_moment_has_nothing_of_the_one_before() -> None:
    cache = Cache()
    assert cache.get(NOW, "a") is None
    cache.keep(NOW, "a", made(1))
    assert cache.get(LATER, "a") is None and cache.bytes == 0
    # Found before the view changed, kept after it.
    cache.keep(NOW, "a", made(1))
    assert cache.get(LATER, "a") is None and cache.bytes == 0


def test_the_same_answer_counts_once() -> None:
    cache = Cache()
    assert cache.get(NOW, "a") is None
    for _ in range(3):
        cache.keep(NOW, "a", made(1))
    assert cache.bytes == 2_049
