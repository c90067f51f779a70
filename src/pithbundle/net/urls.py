"""Which URLs the client requests, and how they are built (spec NET-2, NET-3, NET-8).

A URL is read by one strict grammar and written again from its parts, so that no two libraries can read it
differently. A suffix is checked before a URL is built from it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import IPv6Address
from typing import Final
from urllib.parse import urljoin

from pithbundle.bundle.number import is_suffix
from pithbundle.errors import NetworkError
from pithbundle.net.addresses import is_loopback, not_public, parse_address

#: The longest URL, in characters.
MAX_URL: Final = 2048
#: Where a mirror has the bundle of a record, below its base URL.
BUNDLE: Final = "/pith/{suffix}/bundle.json"
#: The same in CBOR.
BUNDLE_CBOR: Final = "/pith/{suffix}/bundle.cbor"
#: Where it has the state of a record.
STATE: Final = "/pith/{suffix}/state.json"
#: Where it has the record document.
RECORD: Final = "/pith/{suffix}.json"
#: Another place of the bundle.
WELL_KNOWN: Final = "/.well-known/pith/{suffix}/bundle.json"

_PORTS: Final = {"https": 443, "http": 80}
_URL: Final = re.compile(r"(https?)://(\[[0-9a-fA-F:.]*\]|[^\[\]:/?#@\\]*)(?::([0-9]*))?(/[^?#]*)?", re.ASCII)
_HAS_SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_PATH: Final = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*", re.ASCII)
# What a percent-encoding may not hide: separators, dots, another percent sign, controls.
_HIDDEN: Final = re.compile("%(?:2[eEfF5]|5[cC]|[01][0-9a-fA-F]|7[fF])")
_LABEL: Final = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.ASCII)
# A last label by which some libraries read the whole name as an address of IPv4.
_NUMERIC: Final = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_LOCAL_NAMES: Final = ("local", "localhost", "internal", "onion", "home.arpa")


@dataclass(frozen=True, slots=True)
class Target:
    """An accepted URL, as its parts (NET-2)."""

    scheme: str
    #: A name in lower case, or an address in its one form, without brackets.
    host: str
    port: int
    #: With a slash at its start.
    path: str

    @property
    def authority(self) -> str:
        """Host and port as in the header Host: the port only where it is not that of the scheme."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme, host and port: what a redirect may not leave (NET-8)."""
        return f"{self.scheme}://{self.authority}"

    @property
    def url(self) -> str:
        """The URL, in the one form in which it is requested and reported."""
        return self.origin + self.path

    @property
    def is_address(self) -> bool:
        """Whether the host is an address and no name."""
        return parse_address(self.host) is not None


def parse_url(text: str, *, allow_loopback_http: bool = False) -> Target:
    """Read a URL by the grammar of NET-2 and NET-3.

    Args:
        text: the URL. Hostile.
        allow_loopback_http: whether ``http`` is accepted where the host is this machine.

    Raises:
        NetworkError: ``url`` if it is not accepted, ``address`` if its host is an address that is not public.
    """
    if len(text) > MAX_URL:
        raise _not_accepted(text, f"it is longer than {MAX_URL} characters")
    found = _URL.fullmatch(text)
    if found is None:
        raise _not_accepted(text, _why_not(text))
    scheme, written, digits, path = found.groups()
    host = _host(text, written)
    port = _port(text, digits, scheme)
    path = path or "/"
    _check_path(text, path)
    target = Target(scheme, host, port, path)
    _check_place(text, target, allow_loopback_http)
    return target


def record_url(base: str, suffix: str, pattern: str = BUNDLE, *, allow_loopback_http: bool = False) -> str:
    """Return the URL of a document of a record on a mirror (NET-2).

    Args:
        base: the base URL of the mirror. Hostile.
        suffix: of the record, 26 characters ``A-Z2-7``. Hostile.
        pattern: a path that contains ``{suffix}`` once, such as :data:`BUNDLE` or one of a manifest. Hostile.
        allow_loopback_http: as for :func:`parse_url`.

    Raises:
        NetworkError: ``suffix`` before anything is built from it; ``url`` or ``address``.
    """
    if not is_suffix(suffix):
        raise NetworkError("suffix", f"not the suffix of a Pith Number: {suffix}", clause="NET-2")
    if pattern.count("{suffix}") != 1 or not pattern.startswith("/"):
        raise _not_accepted(pattern, "a pattern is a path that contains {suffix} once")
    return file_url(base, pattern.replace("{suffix}", suffix), allow_loopback_http=allow_loopback_http)


def file_url(base: str, path: str, *, allow_loopback_http: bool = False) -> str:
    """Return the URL of a file below the base URL of a mirror (NET-2).

    Args:
        base: the base URL of the mirror. Hostile.
        path: the path or name of the file, relative to it. Hostile.
        allow_loopback_http: as for :func:`parse_url`.

    Raises:
        NetworkError: ``url`` or ``address``.
    """
    parse_url(base, allow_loopback_http=allow_loopback_http)
    joined = base.removesuffix("/") + "/" + path.removeprefix("/")
    return parse_url(joined, allow_loopback_http=allow_loopback_http).url


def redirected(target: Target, location: str, *, allow_loopback_http: bool = False) -> Target:
    """Return where a redirect leads: to the same scheme, host and port (NET-8).

    Args:
        target: what was requested.
        location: the header Location. Hostile.
        allow_loopback_http: as for :func:`parse_url`.

    Raises:
        NetworkError: ``url`` or ``address``.
    """
    if re.fullmatch(r"[!-~]{1,2048}", location) is None:
        raise NetworkError.at("url", target.url, "it redirects to no URL", "NET-8")
    try:
        found = parse_url(_resolved(target, location), allow_loopback_http=allow_loopback_http)
    except ValueError as error:
        raise NetworkError.at("url", target.url, "it redirects to no URL", "NET-8") from error
    except NetworkError as error:
        reason = f"it redirects to a URL that is not accepted, {error.fault.detail}"
        raise NetworkError.at(error.code, target.url, reason, "NET-8") from error
    if found.origin != target.origin:
        reason = f"it redirects to another scheme, host or port: {found.url}"
        raise NetworkError.at("url", target.url, reason, "NET-8")
    return found


def _resolved(target: Target, location: str) -> str:
    """The URL of a location. One with a scheme or an authority is a URL as it is written.

    ``https:///b`` is a path of the same host for one library and the host ``b`` for another.
    """
    if location.startswith("//"):
        return f"{target.scheme}:{location}"
    return location if _HAS_SCHEME.match(location) else urljoin(target.url, location)


def _host(text: str, written: str) -> str:
    """The host in the one form in which it is requested (NET-3)."""
    if written.startswith("["):
        parsed = parse_address(written[1:-1])
        if not isinstance(parsed, IPv6Address):
            raise _not_accepted(text, "the host in brackets is not an address of IPv6")
        return str(parsed)
    if parse_address(written) is not None:
        return written
    if not written.isascii():
        raise _not_accepted(text, "the host is not ASCII; write its form that begins with xn--")
    host = written.lower()
    labels = host.split(".")
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise _not_accepted(text, "the host is no name: labels of a-z, 0-9 and - with dots between them")
    if _NUMERIC.fullmatch(labels[-1]):
        raise _not_accepted(text, "the host is neither a name nor four decimal numbers without leading zeros")
    return host


def _port(text: str, digits: str | None, scheme: str) -> int:
    if digits is None:
        return _PORTS[scheme]
    if not 0 < len(digits) <= 5 or digits.startswith("0") or int(digits) > 65535:
        raise _not_accepted(text, "the port is not a number from 1 to 65535")
    return int(digits)


def _check_path(text: str, path: str) -> None:
    if _PATH.fullmatch(path) is None:
        raise _not_accepted(text, "the path has a character that is not accepted")
    if _HIDDEN.search(path):
        raise _not_accepted(text, "the path hides a slash, a dot, a percent sign or a control character")
    segments = path[1:].split("/")
    if "." in segments or ".." in segments or "" in segments[:-1]:
        raise _not_accepted(text, "the path has an empty segment, . or ..")


def _check_place(text: str, target: Target, allow_loopback_http: bool) -> None:
    """Reject what does not lead to a public host, as far as the URL itself shows it (NET-3, NET-4)."""
    here = target.host == "localhost" or is_loopback(target.host)
    if target.scheme == "http":
        if not (allow_loopback_http and here):
            raise _not_accepted(text, "http is accepted of this machine alone, with allow_loopback_http")
        return
    if target.is_address:
        why = not_public(target.host)
        if why is not None:
            raise NetworkError.at("address", text, f"the address is not public: {why}", "NET-4")
        return
    if "." not in target.host or any(
        target.host == name or target.host.endswith("." + name) for name in _LOCAL_NAMES
    ):
        raise _not_accepted(text, "the name is not a public one")


def _why_not(text: str) -> str:
    """Why a text is no URL of the grammar, for the person who reads it."""
    if not re.match("https?://", text):
        return "it does not begin with https://"
    if "@" in text.split("/", 3)[2]:
        return "it contains a user"
    if "?" in text or "#" in text:
        return "it has a query or a fragment"
    return "its host is not accepted"


def _not_accepted(text: str, reason: str) -> NetworkError:
    return NetworkError.at("url", text, reason, "NET-2")
