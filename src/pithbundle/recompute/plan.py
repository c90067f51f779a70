"""The plan of a run, and the keys of its units (spec RECOMP-8).

A key names everything that the result of a unit depends on, so that a result which is found under it
is the one that a new computation would give. A plan names everything that the output depends on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Final, Self

import pithbundle
from pithbundle.archive.zstd import VERSION as ZSTD_VERSION
from pithbundle.encoding.canonical import encode
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object, Value
from pithbundle.errors import PithError
from pithbundle.verifier import Verifier

PLAN_TYPE: Final = "pithbundle_recompute_plan"
#: The version of the form of the three files with which a run goes on (RECOMP-9).
PLAN_VERSION: Final = "1"
#: The version of the form in which results are kept.
UNIT_VERSION: Final = "2"
#: What verifies and merges.
ENGINE: Final = "python"
#: A plan lists a pack in 80 bytes.
LIMITS: Final = Limits(size=1 << 28, nodes=1 << 24)
#: The parts of the package on which no result depends: what computes results imports none of them.
APART: Final = frozenset(
    {
        "__main__.py", "__pycache__", "cli", "conformance", "mirror", "net", "schemas", "store",
    }
)  # fmt: skip

#: What a person does who sees that a member of a plan differs.
_NEXT: Final = {
    "inputs": "give the inputs of that run",
    "policy_sha256": "give the policy of that run",
    "limits": "give the limits of that run",
    "rules": "give the merge rules of that run",
    "format": "give the format of that run",
}


@cache
def code_sha256() -> str:
    """Return the SHA-256 over the files of the package on which a result depends, in hex.

    A checkout and a changed installation have the version of a release and other code.
    """
    root = Path(pithbundle.__file__).parent
    digest = sha256()
    for name in code_files(root):
        data = (root / name).read_bytes()
        digest.update(f"{name.as_posix()} {len(data)}\n".encode())
        digest.update(data)
    return digest.hexdigest()


def code_files(root: Path) -> list[Path]:
    """Return the files of the package in ``root`` on which a result depends, relative to it and sorted."""
    names = [each.relative_to(root) for each in root.rglob("*") if each.suffix in (".py", ".json")]
    return sorted((each for each in names if each.parts[0] not in APART), key=lambda each: each.parts)


def under(verifier: Verifier) -> Object:
    """Return what the result of a unit depends on in addition to its lines (RECOMP-8)."""
    return {
        "unit_version": UNIT_VERSION,
        "pithbundle_version": pithbundle.__version__,
        "engine": ENGINE,
        "code_sha256": code_sha256(),
        "zstd_version": ZSTD_VERSION,
        "policy_sha256": verifier.policy.sha256,
        "rules": verifier.rules.name,
        "limits": asdict(verifier.limits),
    }


class Keys:
    """Makes the keys of units (RECOMP-8).

    Args:
        under: the bytes that precede those of a unit; :meth:`of` has those of a verifier.
    """

    def __init__(self, under: bytes) -> None:
        self.under = under
        self._under = sha256(under)

    @classmethod
    def of(cls, verifier: Verifier) -> Self:
        """The keys under one verifier."""
        return cls(encode(under(verifier)) + b"\n")

    def of_frames(self, encoding: Encoding, raws: Iterable[bytes]) -> str:
        """The key of frames: their encoding, and the uncompressed bytes of each; in hex."""
        digest = self._under.copy()
        for raw in raws:
            digest.update(b"frame %s %d\n" % (encoding.encode("ascii"), len(raw)))
            digest.update(raw)
        return digest.hexdigest()

    def of_records(self, lines: Iterable[tuple[Encoding, str]]) -> str:
        """The key of shared records: the encoding and the SHA-256 of each line, sorted; in hex."""
        digest = self._under.copy()
        digest.update(b"records\n")
        for encoding, name in sorted(lines, key=lambda each: each[1]):
            digest.update(f"{encoding} {name}\n".encode("ascii"))
        return digest.hexdigest()


@dataclass(frozen=True, slots=True)
class Plan:
    """What an output depends on; ``plan.json`` of the part of an output."""

    value: Object

    @classmethod
    def of(cls, inputs: Iterable[str], verifier: Verifier, form: str) -> Self:
        """Make the plan of a run.

        Args:
            inputs: the SHA-256 of the content of each input, in hex, in any order.
            verifier: the policy, the rules and the limits.
            form: the format of states and reports, ``jsonl`` or ``parquet``.
        """
        hashes: list[Value] = [*sorted(inputs)]
        head: Object = {"plan_type": PLAN_TYPE, "plan_version": PLAN_VERSION, "format": form}
        return cls({**head, **under(verifier), "inputs": hashes})

    @property
    def sha256(self) -> str:
        """The digest of its canonical bytes, in hex."""
        return sha256(encode(self.value)).hexdigest()

    def to_bytes(self) -> bytes:
        """Return the file: the members, and the digest of the plan, by which damage is found."""
        return encode({**self.value, "plan_sha256": self.sha256}) + b"\n"

    @classmethod
    def from_bytes(cls, data: bytes) -> Self | None:
        """Read what :meth:`to_bytes` returned; None if it is damaged."""
        try:
            value = parse_json(data, LIMITS)
        except PithError:
            return None
        if type(value) is not dict:
            return None
        found = cls({name: member for name, member in value.items() if name != "plan_sha256"})
        return found if value.get("plan_sha256") == found.sha256 else None

    @property
    def is_of_this_form(self) -> bool:
        """Whether the files beside it have the form of this version (RECOMP-9)."""
        members = self.value.get("plan_type"), self.value.get("plan_version")
        return members == (PLAN_TYPE, PLAN_VERSION)

    @property
    def pithbundle_version(self) -> str:
        """The version that wrote it; not escaped."""
        return str(self.value.get("pithbundle_version"))

    def difference(self, other: Plan) -> tuple[str, str] | None:
        """Compare with the plan of an earlier run.

        Returns:
            What differs, and what a person can do; None if nothing does. Strings of ``other`` are
            not escaped.
        """
        for name in [*self.value, *other.value]:
            mine, theirs = self.value.get(name), other.value.get(name)
            if mine == theirs:
                continue
            if name == "inputs":
                detail = _inputs(mine, theirs)
            elif name == "limits":
                detail = _limits(mine, theirs)
            else:
                detail = f"{name} was {theirs} and is {mine}"
            return detail, _NEXT.get(name, "run the pithbundle of that run")
        return None


def _inputs(mine: object, theirs: object) -> str:
    """What differs between two sorted lists of content hashes."""
    here = set(mine) if isinstance(mine, list) else set()
    there = set(theirs) if isinstance(theirs, list) else set()
    parts = []
    for names, reason in ((there - here, "missing now"), (here - there, "new")):
        if names:
            first = min(map(str, names))
            parts.append(f"{len(names)} {reason}, of which one has the content_sha256 {first}")
    return f"inputs differ: {'; '.join(parts) or 'some occur more or less often'}"


def _limits(mine: object, theirs: object) -> str:
    here = mine if isinstance(mine, dict) else {}
    there = theirs if isinstance(theirs, dict) else {}
    name = next((each for each in here if here[each] != there.get(each)), "")
    return f"limit {name} was {there.get(name)} and is {here.get(name)}"
