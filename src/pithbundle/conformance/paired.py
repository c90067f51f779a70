"""Two implementations on the same generated cases, until they disagree (vectors/README.md section 4).

Every requested case is compared, or the comparison has a fault: what stops early, or
has not compared anything, is no agreement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pithbundle.conformance.differential import disagreement, request_of, vector_file
from pithbundle.conformance.process import Answer, Worker, wait
from pithbundle.conformance.protocol import Json, VectorError
from pithbundle.conformance.runner import greet
from pithbundle.conformance.shrink import BUDGET, Case, shrink
from pithbundle.conformance.vectorfiles import read_vectors

#: Of so many cases some are accepted by every implementation: half of the generated ones are valid.
_ENOUGH: Final = 50
_NOTHING: Final[Mapping[str, frozenset[str]]] = {}


@dataclass(frozen=True, slots=True)
class Disagreement:
    """The first case on which two workers disagree, shrunk; ``answers`` are those to the shrunk one."""

    case: Case
    smallest: Case
    description: str
    answers: tuple[Json | None, Json | None]


@dataclass(frozen=True, slots=True)
class Comparison:
    """How many cases were compared, of these how many both accepted; and what was found."""

    compared: int
    accepted: int
    found: Disagreement | None = None
    fault: str = ""


def compare(
    commands: Sequence[Sequence[str]],
    cases: Iterable[Case],
    count: int,
    *,
    timeout: float,
    members: Mapping[str, frozenset[str]] = _NOTHING,
    progress: Callable[[int], None] | None = None,
) -> Comparison:
    """Send ``count`` cases to two commands, at most until they disagree.

    Raises:
        OSError: a command cannot be started.
    """
    with Worker(commands[0], timeout) as one, Worker(commands[1], timeout) as other:
        pair = _Pair((one, other), members)
        for worker in pair.workers:
            fault = greet(worker)
            if fault:
                return Comparison(0, 0, None, fault)
        compared = accepted = 0
        for case in cases:
            description = pair.ask(case)
            compared += 1
            accepted += pair.accepted
            if progress is not None:
                progress(compared)
            if description is not None:
                return Comparison(compared, accepted, pair.shrunk(case, description))
        extra = next(filter(None, [worker.finish() for worker in pair.workers]), "")
    if compared != count:
        extra = extra or f"{compared} of {count} cases were compared"
    if not extra and not accepted and count >= _ENOUGH:
        extra = "no case was accepted by both, so that only rejections were compared"
    return Comparison(compared, accepted, None, extra)


class _Pair:
    """Two workers, and their answers to the last case."""

    def __init__(self, workers: tuple[Worker, Worker], members: Mapping[str, frozenset[str]]) -> None:
        self.workers = workers
        self._members = members
        self._answers = (Answer(None), Answer(None))

    @property
    def accepted(self) -> bool:
        """Whether both accepted the last case."""
        return all("ok" in (answer.value or {}) for answer in self._answers)

    @property
    def kinds(self) -> tuple[str, ...]:
        """What each did with the last case: ``ok``, the code of a rejection, or how it failed to answer."""
        if any(answer.fault for answer in self._answers):
            # What the other does is of no interest then.
            return tuple(answer.fault or "" for answer in self._answers)
        return tuple(_kind(answer.value or {}) for answer in self._answers)

    def ask(self, case: Case) -> str | None:
        """Ask both at once; return how they disagree, or None."""
        request = request_of(case)
        for worker in self.workers:
            worker.begin(request)
        while any(worker.busy for worker in self.workers):
            wait(self.workers)
        one, other = (worker.take() or Answer(None) for worker in self.workers)
        self._answers = (one, other)
        description = disagreement(one.value, other.value, self._members.get(case.op, frozenset()))
        if description is None:
            return None
        faults = [
            f"{name}: {answer.fault} {answer.detail}"
            for name, answer in zip(("first", "second"), (one, other), strict=True)
            if answer.fault
        ]
        return " ".join([description, *faults])

    def shrunk(self, case: Case, description: str) -> Disagreement:
        """Make the last case small, unless each question costs the whole time that an answer may take.

        The disagreement stays the same one: a smaller case of another one would hide the first.
        """
        smallest = case
        answers, kinds = self._answers, self.kinds
        if "timeout" not in kinds:
            # A worker that crashes costs the start of a process each time.
            budget = BUDGET // 10 if any(answer.fault for answer in self._answers) else BUDGET
            smallest = shrink(
                case, lambda attempt: self.ask(attempt) is not None and self.kinds == kinds, budget
            )
            # Sent again: the two agreed on the last attempt.
            description = self.ask(smallest) or description
            answers = self._answers
        return Disagreement(case, smallest, description, (answers[0].value, answers[1].value))


def _kind(value: Json) -> str:
    if "error" in value:
        return str(value["error"]["code"])
    return "ok" if "ok" in value else "unsupported"


def as_vector(found: Disagreement, name: str) -> tuple[str, bytes]:
    """A disagreement as a vector file: its path, and its bytes.

    It expects the first answer that a vector can expect; if there is none, it
    expects that the input is accepted.
    """
    answers = [answer for answer in found.answers if answer is not None and "unsupported" not in answer]
    made = (vector_file(found.smallest, found.description, answer, name) for answer in (*answers, {}))
    return next((path, data) for path, data in made if _is_vector_file(data, path))


def _is_vector_file(data: bytes, path: str) -> bool:
    """Whether the runner reads it: a worker may answer a code that does not exist, or a fraction."""
    try:
        read_vectors(data, path)
    except VectorError:
        return False
    return True
