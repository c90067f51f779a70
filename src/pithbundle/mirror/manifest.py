"""Which mirrors there are, and where they have their documents: a hint (spec SYNC-1, SYNC-2).

A manifest is a file that anybody may have written. No key of it is used, and a pattern is checked before a
URL is built from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from pithbundle.bundle.document_types import MANIFEST_TYPE
from pithbundle.bundle.number import is_suffix
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import BundleError, NetworkError, PithError
from pithbundle.net import BUNDLE, STATE, file_url, parse_url, record_url

#: Where a mirror has the manifest, below its base URL.
MANIFEST_FILE: Final = "pith-mirrors.json"
#: Bytes of a manifest, and mirrors of one that are used, at most.
MANIFEST_BYTES: Final = 1 << 20
MAX_MIRRORS: Final = 256
_VERSION: Final = "1.0"
_LIMITS: Final = Limits(size=MANIFEST_BYTES)
_PLACE: Final = "{suffix}"
#: A suffix of no record, for which a pattern is checked.
_SAMPLE: Final = "A" * 26
_MOST_LABEL: Final = 256


@dataclass(frozen=True, slots=True)
class Mirror:
    """A mirror: its base URL, and the URLs of the documents of a record with ``{suffix}`` in them."""

    #: Without a slash at its end; this is the name of the mirror in every message, and its origin in a store.
    base: str
    bundle_pattern: str
    state_pattern: str
    #: What a manifest calls it. Hostile.
    label: str = ""

    @classmethod
    def at(cls, url: str, *, allow_loopback_http: bool = False) -> Mirror:
        """Return the mirror of a base URL, with its documents in the usual places.

        Raises:
            NetworkError: ``url`` or ``address``: the URL is not accepted (NET-2, NET-3).
        """
        base = parse_url(url, allow_loopback_http=allow_loopback_http).url.removesuffix("/")
        return cls(base, base + BUNDLE, base + STATE)

    def bundle_url(self, suffix: str, *, allow_loopback_http: bool = False) -> str:
        """Return the URL of the bundle of a record.

        Raises:
            NetworkError: ``suffix``: it is none; nothing was built from it. ``url`` or ``address``.
        """
        return _url(self.bundle_pattern, suffix, allow_loopback_http)

    def state_url(self, suffix: str, *, allow_loopback_http: bool = False) -> str:
        """Return the URL of the state of a record.

        Raises:
            NetworkError: as :meth:`bundle_url`.
        """
        return _url(self.state_pattern, suffix, allow_loopback_http)

    def file_url(self, path: str, *, allow_loopback_http: bool = False) -> str:
        """Return the URL of a file below the base URL.

        Raises:
            NetworkError: ``url`` or ``address``.
        """
        return file_url(self.base, path, allow_loopback_http=allow_loopback_http)

    def part_url(self, suffix: str, name: str, *, allow_loopback_http: bool = False) -> str:
        """Return the URL of a file in the folder of a record.

        Raises:
            NetworkError: as :meth:`bundle_url`.
        """
        pattern = f"/pith/{_PLACE}/{name}"
        return record_url(self.base, suffix, pattern, allow_loopback_http=allow_loopback_http)


def _url(pattern: str, suffix: str, allow_loopback_http: bool) -> str:
    if not is_suffix(suffix):
        raise NetworkError("suffix", f"not the suffix of a Pith Number: {suffix}", clause="NET-2")
    return parse_url(pattern.replace(_PLACE, suffix), allow_loopback_http=allow_loopback_http).url


@dataclass(frozen=True, slots=True)
class RejectedMirror:
    """An element of a manifest that is not used."""

    #: Its place in ``mirrors``, from 0.
    index: int
    error: PithError


@dataclass(frozen=True, slots=True)
class MirrorList:
    """The mirrors of a manifest, each base URL once, and the elements that are not used."""

    mirrors: tuple[Mirror, ...]
    rejected: tuple[RejectedMirror, ...]


def read_manifest(data: bytes, *, allow_loopback_http: bool = False) -> MirrorList:
    """Read a manifest of mirrors (SYNC-1). An element that is not accepted excludes no other.

    Args:
        data: the file. Hostile.
        allow_loopback_http: as for :func:`~pithbundle.net.parse_url`.

    Raises:
        InputError: it is not JSON of the profile.
        BundleError: ``type`` or ``version``: it is no manifest of mirrors.
    """
    value = parse_json(data, _LIMITS)
    if type(value) is not dict or value.get("manifest_type") != MANIFEST_TYPE:
        raise _error("type", "/manifest_type", f'manifest_type must be "{MANIFEST_TYPE}"')
    if value.get("manifest_version") != _VERSION:
        raise _error("version", "/manifest_version", f'manifest_version must be "{_VERSION}"')
    listed = value.get("mirrors")
    if type(listed) is not list:
        raise _error("type", "/mirrors", "mirrors must be an array")
    if len(listed) > MAX_MIRRORS:
        raise _error("size", "/mirrors", f"{len(listed)} mirrors, the limit is {MAX_MIRRORS}")
    found: dict[str, Mirror] = {}
    rejected: list[RejectedMirror] = []
    for index, each in enumerate(listed):
        try:
            mirror = _mirror(each, f"/mirrors/{index}", allow_loopback_http)
        except PithError as error:
            rejected.append(RejectedMirror(index, error.detached()))
        else:
            found.setdefault(mirror.base, mirror)
    return MirrorList(tuple(found.values()), tuple(rejected))


def _mirror(value: Value, pointer: str, allow_loopback_http: bool) -> Mirror:
    if type(value) is not dict:
        raise _error("type", pointer, "a mirror must be an object")
    usual = Mirror.at(_text(value, "base_url", pointer), allow_loopback_http=allow_loopback_http)
    label = value.get("name")
    return Mirror(
        usual.base,
        _pattern(value, "bundle_pattern", pointer, usual, allow_loopback_http) or usual.bundle_pattern,
        _pattern(value, "state_pattern", pointer, usual, allow_loopback_http) or usual.state_pattern,
        label[:_MOST_LABEL] if type(label) is str else "",
    )


def _pattern(value: Object, member: str, pointer: str, of: Mirror, allow_loopback_http: bool) -> str | None:
    """A pattern of a manifest: a URL of the host of the mirror, or a path below its base URL (SYNC-2).

    Raises:
        PithError: it is not accepted.
    """
    if member not in value:
        return None
    text = _text(value, member, pointer)
    if text.startswith("/"):
        text = of.base + text
    if text.count(_PLACE) != 1:
        raise _error("url", f"{pointer}/{member}", f"{member} must contain {_PLACE} once")
    sample = parse_url(text.replace(_PLACE, _SAMPLE), allow_loopback_http=allow_loopback_http)
    if sample.origin != parse_url(of.base, allow_loopback_http=allow_loopback_http).origin:
        raise _error("url", f"{pointer}/{member}", f"{member} leads to another scheme, host or port")
    # In the one form in which a URL is requested. The sample occurs once: no host is in upper case.
    written = sample.url
    return written.replace(_SAMPLE, _PLACE) if written.count(_SAMPLE) == 1 else text


def _text(value: Object, member: str, pointer: str) -> str:
    text = value.get(member)
    if type(text) is not str:
        raise _error("type", f"{pointer}/{member}", f"{member} must be a string")
    return text


def _error(code: str, pointer: str, detail: str) -> BundleError:
    clause = "SYNC-2" if code == "url" else "SYNC-1"
    return BundleError(code, f"{MANIFEST_FILE}: {detail}", pointer=pointer, clause=clause)
