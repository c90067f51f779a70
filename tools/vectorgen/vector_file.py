"""What a vector file is made of, and the short ways to write one down.

A family is a table: one row, one vector, its second entry the comment. Expected values are
written by hand or computed with ``kit``, its oracle and ``vectorgen.answers``; none comes from the
package, so a vector cannot agree with it by construction.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from kit import Json, canonical, sha256_hex

Bytes: TypeAlias = dict[str, Any]
Clauses: TypeAlias = str

VERSION: Final = "1"


def text(value: str) -> Bytes:
    """The UTF-8 of a text."""
    return {"$text": value}


def hexed(value: str | bytes) -> Bytes:
    """Bytes, given as hex or as they are; white space in hex is for the reader."""
    return {"$hex": value.hex() if isinstance(value, bytes) else "".join(value.split())}


def joined(*parts: Bytes) -> Bytes:
    """One after the other."""
    return {"$concat": list(parts)}


def repeated(part: Bytes | str, times: int) -> Bytes:
    """Many times the same."""
    return {"$repeat": [text(part) if isinstance(part, str) else part, times]}


def part(name: str) -> Bytes:
    """A part of the file."""
    return {"$part": name}


def made_of(frame: str, *names: str) -> Bytes:
    """A bundle of the parts of the file."""
    return {"$bundle": [frame, *names]}


def as_text(data: bytes) -> Bytes:
    """Bytes that are UTF-8, spelt as text so that a reader can read them."""
    return text(data.decode())


def as_json(value: Any) -> Bytes:
    """A value as canonical JSON text."""
    return as_text(canonical(value))


def canonical_answer(value: Any) -> Json:
    """What ``parse_json`` and ``parse_cbor`` answer of a value."""
    made = canonical(value)
    return {"canonical": as_text(made), "sha256": sha256_hex(made)}


@dataclass(slots=True)
class File:
    """One file of vectors: ``STAGE/NAME.json``."""

    stage: str
    name: str
    about: str
    parts: dict[str, Bytes] = field(default_factory=dict)
    vectors: list[Json] = field(default_factory=list)

    @property
    def path(self) -> str:
        """The path under ``vectors``."""
        return f"{self.stage}/{self.name}.json"

    def ident(self, name: str) -> str:
        """The full id of a vector of this file, or one that is full already."""
        return name if name.count("/") > 1 else f"{self.stage}/{self.name}/{name}"

    def add(
        self,
        name: str,
        about: str,
        clauses: Clauses,
        op: str,
        args: Json,
        expect: Json,
        control: str | None = None,
        variants: Sequence[Json] = (),
    ) -> str:
        """Add a vector and return its full id."""
        made: Json = {
            "id": self.ident(name),
            "about": about,
            "clauses": clauses.split(),
            "op": op,
            "args": args,
            "expect": expect,
        }
        if control is not None:
            made["control"] = self.ident(control)
        if variants:
            made["variants"] = list(variants)
        self.vectors.append(made)
        return self.ident(name)

    def accept(self, name: str, about: str, clauses: Clauses, op: str, args: Json, **ok: Any) -> str:
        """A vector that is accepted with these members of the answer."""
        return self.add(name, about, clauses, op, args, {"ok": ok})

    def reject(
        self,
        name: str,
        about: str,
        clauses: Clauses,
        op: str,
        args: Json,
        code: str,
        control: str,
        *,
        pointer: str | None = None,
        offset: int | None = None,
    ) -> str:
        """A vector that is rejected with a code; ``control`` differs in one thing and is accepted."""
        error: Json = {"code": code}
        if pointer is not None:
            error["pointer"] = pointer
        if offset is not None:
            error["offset"] = offset
        return self.add(name, about, clauses, op, args, {"error": error}, control)

    def to_bytes(self) -> bytes:
        """The file: ASCII, so that no editor and no reader can change it."""
        made: Json = {"vectors_version": VERSION, "stage": self.stage, "about": self.about}
        # A part of thousands of pieces takes one line, as a vector does.
        long = {name: one for name, one in self.parts.items() if len(one.get("$concat", ())) > 100}
        if self.parts:
            made["parts"] = {name: None if name in long else one for name, one in self.parts.items()}
        made["vectors"] = self.vectors
        head, _, _ = json.dumps({**made, "vectors": []}, indent=1).rpartition("[]")
        for name, one in long.items():
            head = head.replace(f"{json.dumps(name)}: null", f"{json.dumps(name)}: {json.dumps(one)}")
        rows = ",\n  ".join(json.dumps(vector) for vector in self.vectors)
        return f"{head}[\n  {rows}\n ]\n}}\n".encode("ascii")
