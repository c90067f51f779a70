"""The settings of a store: what kind of folder it is, its id, its sources, its policy (spec STORE-1)."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from pithbundle.bundle.document_types import STORE_FILE
from pithbundle.durable import Folder
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.values import Object
from pithbundle.errors import FileError, PithError, StoreError
from pithbundle.files import file_error, read_regular
from pithbundle.output_folder import OutputFolder
from pithbundle.store.entry import MAX_ORIGIN
from pithbundle.store.segments import AREAS
from pithbundle.verify.policy import Policy

SETTINGS: Final = STORE_FILE
POLICY: Final = "policy.json"
_TYPE: Final = "pithbundle_store"
_VERSION: Final = "1"
_TEMPORARY: Final = "settings.tmp"
_ID: Final = re.compile("[0-9a-f]{32}")
_MOST_BYTES: Final = 1 << 20
#: A policy with all its event formats.
_MOST_POLICY_BYTES: Final = 1 << 24
_FILES: Final = re.compile("|".join(map(re.escape, (SETTINGS, POLICY, _TEMPORARY))))


@dataclass(frozen=True, slots=True)
class Settings:
    """What a store was made with."""

    #: The id that every entry of the store has, 32 hex digits.
    store: str
    #: The origins, the preferred one first (STORE-8).
    sources: tuple[str, ...]
    policy: Policy


def create_store(path: str, policy: Policy, sources: Sequence[str]) -> None:
    """Make an empty store.

    Raises:
        FileError: ``io``: something of that name exists, or the system rejects it.
        StoreError: ``type``: a source is no origin.
    """
    settings = Settings(secrets.token_hex(16), tuple(map(require_origin, sources)), policy)
    folders = re.compile("|".join(AREAS))
    if os.path.lexists(path):
        raise FileError.at(path, "exists already, and nothing is replaced by a store")
    try:
        with OutputFolder(path, False, _FILES, _reject, folders) as output:
            for name in AREAS:
                output.part.make_folder(name).close()
            write_settings(output.part, settings)
            output.give_name()
    except OSError as error:
        raise file_error(path, error) from error


def _reject(folder: Folder) -> None:  # pragma: no cover - without force nothing is replaced
    """Raise: a store is never replaced.

    Raises:
        OSError: always.
    """
    raise OSError(f"{folder.path} is never replaced")


def require_origin(origin: object) -> str:
    """Check the name of an origin (STORE-2).

    Raises:
        StoreError: ``type``: it is no string of 1 to 1,024 bytes.
    """
    try:
        if type(origin) is str and 1 <= len(origin.encode("utf-8")) <= MAX_ORIGIN and "\0" not in origin:
            return origin
    except UnicodeEncodeError:
        pass
    raise StoreError("type", f"an origin is a string of 1 to {MAX_ORIGIN} bytes of UTF-8")


def write_settings(folder: Folder, settings: Settings) -> None:
    """Write both files, each in one step.

    Raises:
        OSError: the system rejects it.
    """
    # The policy first: the index states which one it is of.
    folder.write_file(POLICY, encode(settings.policy.to_value()) + b"\n", _TEMPORARY)
    value: Object = {
        "store_type": _TYPE,
        "store_version": _VERSION,
        "store": settings.store,
        "sources": [*settings.sources],
    }
    folder.write_file(SETTINGS, encode(value) + b"\n", _TEMPORARY)
    folder.sync()


def read_settings(folder: Folder) -> Settings:
    """Read them.

    Raises:
        FileError: ``io``: they cannot be read, as where the folder is no store.
        StoreError: ``store``: they are not those of a store of this version.
        PithError: the policy cannot be applied.
    """
    path = os.path.join(folder.path, SETTINGS)
    value = parse_json(read_regular(path, _MOST_BYTES))
    problem = StoreError("store", f"{path}: not the settings of a store of this version", clause="STORE-1")
    if type(value) is not dict or sorted(value) != ["sources", "store", "store_type", "store_version"]:
        raise problem
    store, sources = value["store"], value["sources"]
    if (value["store_type"], value["store_version"]) != (_TYPE, _VERSION) or type(sources) is not list:
        raise problem
    if type(store) is not str or not _ID.fullmatch(store):
        raise problem
    try:
        named = tuple(map(require_origin, sources))
    except PithError:
        raise problem from None
    policy = Policy.from_bytes(read_regular(os.path.join(folder.path, POLICY), _MOST_POLICY_BYTES))
    return Settings(store, named, policy)
