"""Vectors, requests and results as values (vectors/README.md sections 1 to 3).

Nothing here reads a file or starts a process. ``vectorfiles`` reads vectors, ``byteforms``
expands their byte strings, ``answers`` compares an answer with the expected one.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, get_args

from pithbundle.errors import PithError

Json: TypeAlias = dict[str, Any]
#: Reads a file named by a vector, by its path under the folder of vectors.
ReadFile: TypeAlias = Callable[[str], bytes]

PROTOCOL: Final = "1"
VECTORS_VERSION: Final = "1"
STAGES: Final = (
    "json", "cbor", "number", "record", "signature", "policy", "event", "receipt",
    "check", "merge", "equivocation", "mirror", "real",
)  # fmt: skip
#: Operations that every implementation has, and those that it may leave out.
CORE: Final = frozenset(
    {
        "hello", "parse_json", "parse_cbor", "cbor", "time", "spelling", "number", "record", "title",
        "verify_signature", "public_key", "policy", "format", "check", "merge",
    }
)  # fmt: skip
EXTRA: Final = frozenset(
    {
        "status", "timeline", "proof", "verify_proof", "compare", "export", "accumulate", "leaf_line",
        "digest_depth", "digest_tree", "read_tree", "mirror_head", "mirror_delta", "follow_deltas",
        "contradiction", "verify_contradiction",
    }
)  # fmt: skip


class VectorError(PithError):
    """A vector file, or a list of expected failures, is not of its format."""


@dataclass(frozen=True, slots=True)
class Variant:
    """One more request of a vector: arguments and expected members that replace its own."""

    name: str
    args: Json
    ok: Json


@dataclass(frozen=True, slots=True)
class Vector:
    """One vector as its file spells it; byte strings are still in their compact form."""

    stage: str
    id: str
    about: str
    clauses: tuple[str, ...]
    op: str
    args: Json
    expect: Json
    control: str | None
    variants: tuple[Variant, ...]
    parts: Mapping[str, Any] = field(repr=False)
    #: The file and the pointer of the vector in it, for messages.
    where: str = ""

    @property
    def requests(self) -> int:
        """How many requests the vector makes."""
        return 1 + len(self.variants)


@dataclass(frozen=True, slots=True)
class Request:
    """One request and what must be answered; byte strings are base64, as on the wire."""

    name: str
    op: str
    args: Json
    expect: Json

    def line(self, number: int) -> bytes:
        """The request as a line of the protocol."""
        return json.dumps({"id": number, "op": self.op, "args": self.args}).encode() + b"\n"


@dataclass(frozen=True, slots=True)
class ExpectedFailure:
    """One line of an expected-failure list: an id, or a pattern with ``*``, and why."""

    pattern: str
    reason: str

    def covers(self, vector: str) -> bool:
        """Whether the line names this vector."""
        parts = map(re.escape, self.pattern.split("*"))
        return re.fullmatch(".*".join(parts), vector) is not None


def read_expected_failures(text: str) -> list[ExpectedFailure]:
    """Read an expected-failure list: ``ID reason`` a line, ``#`` begins a comment.

    Raises:
        VectorError: a line without a reason. A failure without a reason is not expected.
    """
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        entry = line.split("#", 1)[0].strip()
        if not entry:
            continue
        pattern, _, reason = entry.partition(" ")
        if not reason.strip():
            raise VectorError("type", f"line {number} of the expected failures gives no reason: {pattern}")
        found.append(ExpectedFailure(pattern, reason.strip()))
    return found


def expected_failure(listed: Iterable[ExpectedFailure], vector: str) -> ExpectedFailure | None:
    """The first line that names a vector, or None."""
    return next((line for line in listed if line.covers(vector)), None)


#: What came of one vector. ``xfailed`` failed and is on the list, ``xpassed`` passed and is on it.
Status: TypeAlias = Literal["passed", "failed", "crash", "timeout", "unsupported", "xfailed", "xpassed"]
STATUSES: Final[tuple[str, ...]] = get_args(Status)
#: What makes the implementation fail.
BAD: Final = frozenset({"failed", "crash", "timeout", "xpassed"})


@dataclass(frozen=True, slots=True)
class Result:
    """One vector and what came of it; ``detail``, ``expected`` and ``found`` may quote the worker."""

    vector: Vector
    status: Status
    detail: str = ""
    variant: str = ""
    seconds: float = 0.0
    reason: str = ""
    #: Both sides of the first difference, decoded, where they are too long for the detail.
    expected: str = ""
    found: str = ""

    @property
    def bad(self) -> bool:
        """Whether it makes the implementation fail."""
        return self.status in BAD


@dataclass(frozen=True, slots=True)
class Run:
    """A run: the vectors that were read, what came of them, and why the run itself failed, if it did."""

    vectors: tuple[Vector, ...]
    results: tuple[Result, ...]
    faults: tuple[str, ...] = ()


def account(run: Run) -> list[str]:
    """Return why a run proves nothing: its own faults, and every vector without exactly one result.

    It does not rely on counts of the runner: the vectors that were read are compared
    with the results, by id.
    """
    faults = [*run.faults]
    read = Counter(vector.id for vector in run.vectors)
    with_result = Counter(result.vector.id for result in run.results)
    lost, extra = read - with_result, with_result - read
    for found, what in ((lost, "have no result"), (extra, "have too many results")):
        if found:
            faults.append(f"{found.total()} of {read.total()} vectors {what}; the first is {min(found)}")
    unknown = sorted({result.status for result in run.results} - set(STATUSES))
    if unknown:
        faults.append(f"a result has the unknown status {unknown[0]}")
    if not faults and not _counts(run.results, "passed", "failed", "crash", "timeout", "xfailed", "xpassed"):
        faults.append("no vector was tested: the worker supports none of the operations")
    return faults


def _counts(results: Sequence[Result], *statuses: str) -> int:
    return sum(result.status in statuses for result in results)
