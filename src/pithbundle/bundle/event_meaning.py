"""The meaning of a signed value under a format that binds (spec FORMAT-5).

It depends on the signed value and the format's ``body`` alone, so that formats of one policy can
be compared: if two of them read one signed value as different events, it is neither.
"""

from __future__ import annotations

from typing import Final, TypeAlias, cast

from pithbundle.bundle.event import moment
from pithbundle.bundle.event_format import EventFormat
from pithbundle.bundle.event_format_document import Body, Constant, Role
from pithbundle.bundle.event_plan import Plan
from pithbundle.bundle.event_pointers import MISSING, Path, is_above, value_at
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.spellings import digest_of
from pithbundle.encoding.values import Object, Value

#: The parts of a meaning; compared, never shown.
Meaning: TypeAlias = tuple[object, ...]

_SIMPLE: Final = ("event_type", "subject", "target", "signer_id")


class MeaningReader:
    """Reads the meaning of signed values under one body."""

    __slots__ = ("_body", "_excluded", "_hashed", "_plan", "_roles", "_signer")

    def __init__(self, event_format: EventFormat) -> None:
        """Compile a format that binds."""
        body = self._body = event_format._body
        self._excluded = [self._below(path) for path in body.excluded]
        self._hashed = not body.covers(body.roles["payload"])
        self._roles: dict[str, Role] = {}
        kinds = [(self._below(path), kind) for path, kind in body.required.items()]
        kinds += [(path[:-1], "object") for path in self._excluded]
        for name, role in body.roles.items():
            if isinstance(role, Constant):
                self._roles[name] = role
            elif not (name == "payload" and self._hashed):
                self._roles[name] = self._below(role)
                kinds.append((self._below(role), body.json_type(name)))
        self._plan = Plan(kinds, [(self._below(path), value) for path, value in body.constants.items()])
        self._signer = signer_path(body)

    def _below(self, path: Path) -> Path:
        return path[len(self._body.base) :]

    def read(self, signed_value: Object) -> Meaning | None:
        """The meaning of a signed value, None where it has none under this format."""
        content: Value = signed_value
        if self._body.wrapper is not None:
            content = signed_value.get(self._body.wrapper) if len(signed_value) == 1 else None
        if type(content) is not dict:
            return None
        values = self._plan.read(content)
        if values is None or any(value_at(content, path) is not MISSING for path in self._excluded):
            return None
        found = {
            name: role.value if isinstance(role, Constant) else values[self._plan.index(role)]
            for name, role in self._roles.items()
        }
        created_at = cast("str | int", found["created_at"])
        instant = moment(created_at, self._body.time)
        hashed = None
        if "payload_sha256" in found:
            hashed = digest_of(cast("str", found["payload_sha256"]))
            if hashed is None:
                return None
        if instant is None:
            return None
        payload = (hashed, self._body.payload_wrapper) if self._hashed else encode(found["payload"])
        signer: Value = {"signer_id": found["signer_id"]}
        if self._signer is not None:
            signer = cast("Value", value_at(content, self._signer))
        return (
            *(found[name] for name in _SIMPLE),
            payload,
            type(created_at),
            created_at,
            instant,
            encode(signer),
        )


def signer_path(body: Body) -> Path | None:
    """The path, below ``base``, of the object that is the signer; None where it is made of the signer id."""
    role = body.roles["signer_id"]
    if isinstance(role, Constant) or not is_above(body.base, role):
        return None
    below = role[len(body.base) :]
    return below[:-1] if len(below) > 1 else None
