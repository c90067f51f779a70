"""The network client: the one way in which the package makes requests (spec NET-1 to NET-17).

:class:`AsyncClient` asks many hosts at once, :class:`Client` is the same for a program without an event loop.
Both return an :class:`Exchange`, with the bytes as they were received, or raise a :class:`NetworkError`.
Whatever they return is hostile: nothing here checks a bundle or a signature.

aiohttp and stamina are an extra of the package: the import raises ``ModuleNotFoundError`` without them.
"""

from __future__ import annotations

from pithbundle.errors import NetworkError
from pithbundle.net.blocking import Client
from pithbundle.net.client import AsyncClient, ClientOptions, System
from pithbundle.net.exchange import Exchange, Known, Span
from pithbundle.net.metered import Meter, MeteredSocket
from pithbundle.net.resolving import Resolve
from pithbundle.net.urls import (
    BUNDLE,
    BUNDLE_CBOR,
    RECORD,
    STATE,
    WELL_KNOWN,
    Target,
    file_url,
    parse_url,
    record_url,
)

__all__ = [
    "BUNDLE",
    "BUNDLE_CBOR",
    "RECORD",
    "STATE",
    "WELL_KNOWN",
    "AsyncClient",
    "Client",
    "ClientOptions",
    "Exchange",
    "Known",
    "Meter",
    "MeteredSocket",
    "NetworkError",
    "Resolve",
    "Span",
    "System",
    "Target",
    "file_url",
    "parse_url",
    "record_url",
]
