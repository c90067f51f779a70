"""A public key from an argument or a file, and the forms in which it is shown."""

from __future__ import annotations

import os
from typing import Final

from pithbundle.bundle.document_types import PUBLIC_KEY
from pithbundle.cli.input_hints import document_of, hint_for
from pithbundle.cli.inputs import InputRejected, rejecting
from pithbundle.cli.output import Exit, Output
from pithbundle.ed25519.strict import KEY_BYTES, PublicKey
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.values import Object
from pithbundle.errors import FileError, InvalidKeyError, PithError
from pithbundle.files import STDIN, read_input

#: A key file is 32 bytes, one line of text, or a small document; what is longer is another file.
_KEY_FILE_BYTES = 65_536
_FORMS = "32 raw bytes, 64 hex digits, 44 characters of base64, or JSON with public_key_b64"


def read_key(text: str) -> PublicKey:
    """Read a key from the argument itself if it has the form of one, else from the file of that name.

    Raises:
        InputRejected: it is not an acceptable key (KEY-2), or neither a key nor a file.
    """
    with rejecting(text):
        # A path may have as many characters as a key.
        spelled = _spelled(text) if text.isalnum() or not os.path.lexists(text) else None
        if spelled is not None:
            return spelled
        if text != STDIN and not os.path.lexists(text):
            raise InputRejected(
                text,
                _no_key(text),
                Exit.USAGE,
                "give 64 hex digits, 44 characters of base64, or the path of a key file",
            )
        try:
            data = read_input(text, _KEY_FILE_BYTES)
        except PithError as error:
            if error.limit_name != "size":
                raise
            raise _no_key_file(text, f", and this file has more than {_KEY_FILE_BYTES} bytes") from error
        if len(data) == KEY_BYTES:
            return PublicKey.from_bytes(data)
        found = _spelled(data.decode("ascii", "replace").strip()) or _in_document(data)
        if found is None:
            raise _no_key_file(text, data=data)
        return found


def _in_document(data: bytes) -> PublicKey | None:
    """Return the key of a key file in JSON, as the registry publishes one (DOC-10), None for another file."""
    if document_of(data) is not PUBLIC_KEY:
        return None
    value = parse_json(data)
    members = value if type(value) is dict else {}
    for name in ("public_key_hex", "public_key_b64"):
        text = members.get(name)
        if type(text) is str:
            return PublicKey.from_hex(text) if name.endswith("hex") else PublicKey.from_base64(text)
    return None


_GET_THE_KEY: Final = "get the file from the owner of the key, or give the key itself"
#: Key files of other programs: what the first bytes are, what to do.
_OTHERS: Final = (
    (
        b"-----BEGIN PUBLIC KEY",
        "the file is PEM: if the key is Ed25519, openssl pkey -pubin -in FILE -outform DER | tail -c 32 "
        "writes its 32 bytes",
    ),
    (
        b"-----BEGIN",
        "the file may contain a private key: give the public key, and keep the private one secret",
    ),
    (
        b"ssh-ed25519 ",
        "the file is an OpenSSH key: cut -d' ' -f2 FILE | base64 -d | tail -c 32 writes its 32 bytes",
    ),
)


def _no_key_file(path: str, why: str = "", data: bytes = b"-") -> InputRejected:
    error = InvalidKeyError("encoding", f"a key file contains {_FORMS}{why}", clause="KEY-2")
    hint = hint_for(path, data, InvalidKeyError("type"), expected=(PUBLIC_KEY,))
    if not hint.startswith("the file is "):
        of_other = (hint for beginning, hint in _OTHERS if data.startswith(beginning))
        hint = next(of_other, _GET_THE_KEY)
    return InputRejected(path, error, Exit.INVALID, hint)


def _no_key(text: str) -> FileError:
    return FileError(
        "io",
        f"{text}: neither a key, which has 64 hex digits or 44 characters of base64 and not {len(text)}, "
        "nor a file that exists",
    )


def _spelled(text: str) -> PublicKey | None:
    """Return the key if the text has the length of one, else None; its spelling is checked strictly."""
    if len(text) == 2 * KEY_BYTES:
        return PublicKey.from_hex(text)
    return PublicKey.from_base64(text) if len(text) == 44 and text.endswith("=") else None


def key_forms(key: PublicKey) -> Object:
    """Return the forms of a key and of its fingerprint, for ``--json``."""
    return {
        "public_key_hex": key.hex,
        "public_key_b64": key.base64,
        "fingerprint_hex": key.fingerprint_hex,
        "fingerprint_base32": key.fingerprint_base32,
    }


def print_key_forms(out: Output, key: PublicKey) -> None:
    """Print the forms of a key and of its fingerprint below a heading."""
    out.detail("hex", key.hex)
    out.detail("base64", key.base64)
    out.detail("fingerprint", key.fingerprint_hex)
    out.detail("", key.fingerprint_base32)
