"""The envelope: the members with which every output of ``--json`` begins (spec CLI-9).

A program reads ``type`` and ``version`` to know what follows, ``outcome`` and ``exit_status``
to know what it came to, and ``error`` to know why there is nothing else. The schemas beside
this package, in ``schemas``, describe every output; the tests validate each one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pithbundle.bundle.document_types import OUTPUT_TYPE
from pithbundle.encoding.values import Object, portable
from pithbundle.errors import PithError

#: The version of every envelope.
VERSION: Final = "1"
#: The outcome of a command that only prints or writes something.
SUCCESS: Final = "success"
#: The outcome of a command that failed with exit status 2; with 1 it is ``rejected``.
ERROR: Final = "error"


def type_name(command: str) -> str:
    """Return the type of a command's output, from its path: ``pithbundle policy check``."""
    return OUTPUT_TYPE.format("_".join(["", *command.split()[1:]]))


def envelope(
    type_name: str, outcome: str, status: int, members: Mapping[str, Any], error: Object | None = None
) -> Object:
    """Return the members of the envelope, then those of the command."""
    return {
        "type": type_name,
        "version": VERSION,
        "outcome": outcome,
        "exit_status": int(status),
        "error": error,
        **members,
    }


def failure(type_name: str, status: int, error: Object) -> Object:
    """Return the envelope of a command that failed as a whole: it has no other member."""
    return envelope(type_name, "rejected" if status == 1 else ERROR, status, {}, error)


def error_value(code: str, message: str, clause: str, hint: str) -> Object:
    """Return the member ``error`` of a failure that no input caused."""
    return {
        "code": code,
        "message": portable(message),
        "clause": clause,
        "pointer": None,
        "offset": None,
        "file": None,
        "hint": portable(hint),
    }


def rejection_value(path: str, error: PithError, hint: str) -> Object:
    """Return the member ``error`` of a failure that the input or output ``path`` caused."""
    return {**error.fault.to_value(), "file": portable(path), "hint": portable(hint)}
