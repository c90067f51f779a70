"""Manifests of mirrors and key files: what they claim of keys and addresses (spec DOC-9, DOC-10).

A key is compared with those of the policy and never added to it (POL-3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from pithbundle.brief import brief
from pithbundle.bundle.document import DocumentError, Finding, Path, ReadDocument, finding
from pithbundle.ed25519.strict import PublicKey
from pithbundle.encoding.values import Value
from pithbundle.encoding.values import pointer as pointer_of
from pithbundle.errors import InvalidKeyError
from pithbundle.newtypes import Pointer
from pithbundle.verify.policy import Policy, PolicyKey

_PATTERNS: Final = ("bundle_pattern", "state_pattern", "well_known_pattern")
#: An https URL of a host, which may have a port; what is not a URL's own, and braces, are left out (DOC-9).
_HOST: Final = r"https://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?"
_REST: Final = r"[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*"
_BASE: Final = re.compile(rf"{_HOST}(/{_REST})?", re.ASCII)
_PATTERN: Final = re.compile(rf"{_HOST}/{_REST}\{{suffix\}}{_REST}", re.ASCII)

_HEX: Final = "public_key_hex"
_BASE64: Final = "public_key_b64"
_FINGERPRINT_HEX: Final = "fingerprint_sha256_hex"
_FINGERPRINT_BASE32: Final = "fingerprint_sha256_b32_first128bits"


@dataclass(frozen=True, slots=True)
class DocumentKey:
    """A key that a manifest or key file has, at a pointer, and the key of the policy with its bytes."""

    pointer: Pointer
    #: None where no key of the policy has these bytes.
    key: PolicyKey | None

    __repr__ = brief


def manifest_findings(
    document: ReadDocument, policy: Policy
) -> tuple[tuple[Finding, ...], tuple[DocumentKey, ...]]:
    """Return the findings of a manifest, and its keys (DOC-9)."""
    found: list[Finding] = []
    keys: list[DocumentKey] = []
    for name, value in document.members().items():
        if name == "mirrors" and type(value) is list:
            continue
        found.append(finding((name,), "claimed"))
    mirrors = document.get("mirrors")
    for index in range(len(mirrors) if type(mirrors) is list else 0):
        at: Path = ("mirrors", index)
        found += _addresses(document, at)
        if type(document.get(*at, "public_key")) is dict:
            key, of_key = _key(document, (*at, "public_key"))
            found += of_key
            if key is not None:
                keys.append(DocumentKey(pointer_of((*at, "public_key")), _in_policy(key, policy)))
    return tuple(found), tuple(keys)


def key_file_findings(
    document: ReadDocument, policy: Policy
) -> tuple[tuple[Finding, ...], tuple[DocumentKey, ...]]:
    """Return the findings of a key file, and its key (DOC-10).

    Raises:
        InvalidKeyError: the key is not acceptable, or not in its one spelling.
        DocumentError: ``hash_mismatch``: its two spellings, or a fingerprint, are of another key.
    """
    for name, value in document.members().items():
        if name in (_HEX, _BASE64):
            try:
                _spelled(name, value)
            except InvalidKeyError as error:
                raise InvalidKeyError(error.code, error.fault.detail, pointer=f"/{name}") from None
    key, found = _key(document, ())
    for one in found:
        if one.status == "differs":
            detail = f"{one.detail}; do not use this key"
            raise DocumentError("hash_mismatch", detail, pointer=one.pointer, clause="DOC-10")
    return tuple(found), () if key is None else (DocumentKey(Pointer(""), _in_policy(key, policy)),)


def _in_policy(key: PublicKey, policy: Policy) -> PolicyKey | None:
    return next((one for one in policy.keys if one.public_key == key), None)


def _addresses(document: ReadDocument, at: Path) -> Iterator[Finding]:
    for name, value in document.members(*at).items():
        if name == "public_key" and type(value) is dict:
            continue
        form = _BASE if name == "base_url" else _PATTERN if name in _PATTERNS else None
        if form is None:
            yield finding((*at, name), "claimed")
        elif type(value) is str and form.fullmatch(value):
            yield finding((*at, name), "well_formed")
        else:
            what = "an https URL" if form is _BASE else "an https URL with {suffix} once"
            yield finding((*at, name), "malformed", f"must be {what}")


def _spelled(name: str, value: Value) -> PublicKey:
    """Return the key that a member spells.

    Raises:
        InvalidKeyError: it is not acceptable, or not in its one spelling.
    """
    if type(value) is not str:
        raise InvalidKeyError("encoding", "a public key must be a string")
    return PublicKey.from_hex(value) if name == _HEX else PublicKey.from_base64(value)


def _key(document: ReadDocument, at: Path) -> tuple[PublicKey | None, list[Finding]]:
    """Return the key of an object, if it has an acceptable one, and the findings of its members."""
    members = document.members(*at)
    key: PublicKey | None = None
    found: list[Finding] = []
    for name in (_HEX, _BASE64):
        if name not in members:
            continue
        try:
            spelled = _spelled(name, members[name])
        except InvalidKeyError as error:
            found.append(finding((*at, name), "malformed", error.fault.message))
            continue
        if key is None:
            key = spelled
            found.append(finding((*at, name), "well_formed", "an acceptable key"))
        else:
            agrees = spelled == key
            detail = "the key of public_key_hex" if agrees else "another key than that of public_key_hex"
            found.append(finding((*at, name), "agrees" if agrees else "differs", detail))
    for name, value in members.items():
        if name not in (_HEX, _BASE64):
            found.append(_of_key((*at, name), value, key))
    return key, found


def _of_key(at: Path, value: Value, key: PublicKey | None) -> Finding:
    """The finding of a member beside a key: its fingerprints are recomputed."""
    name = at[-1]
    if name not in (_FINGERPRINT_HEX, _FINGERPRINT_BASE32):
        return finding(at, "claimed")
    if key is None:
        return finding(at, "unknown", "there is no acceptable key")
    expected = key.fingerprint_hex if name == _FINGERPRINT_HEX else key.fingerprint_base32
    if value == expected:
        return finding(at, "reproduced", "recomputed from the key")
    return finding(at, "differs", f"the fingerprint of the key is {expected}")
