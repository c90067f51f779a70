"""Evaluate wrong variants of the JavaScript implementation (tests/mutations/javascript/README.md).

``make broken`` applies each ``*.mutation`` file to a copy of ``js`` and sends the vectors to
that copy, until one fails. It prints for each variant whether a vector caught it, and which one.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from kit.data import REPO
from pithbundle.conformance.answers import compare_answer
from pithbundle.conformance.process import Worker
from pithbundle.conformance.protocol import EXTRA, STAGES, Request, Vector
from pithbundle.conformance.runner import load, reader
from pithbundle.conformance.vectorfiles import requests

JS: Final = REPO / "js"
FOLDER: Final = Path(__file__).resolve().parents[1] / "mutations" / "javascript"
#: The headers of a variant, in this order; the first three and ``vectors`` are required.
HEADERS: Final = ("title", "clause", "file", "stages", "vectors", "equivalent")
#: Seconds for one answer: the slowest vector takes less than two.
SECONDS: Final = 30.0
#: Answers that never come, after which a variant is given up.
MOST_CRASHES: Final = 3

_BEGIN: Final = re.compile(r"\n--- old(?: (\S+))?\n")
_CHANGE: Final = re.compile(_BEGIN.pattern + r"(.*?)\n\+\+\+ new\n(.*?)(?=\n--- old|\Z)", re.DOTALL)

Status = Literal["caught", "crash", "passed", "equivalent", "not applicable"]


class NotApplicable(Exception):
    """An old text of a variant does not occur exactly once."""


@dataclass(frozen=True)
class Change:
    """One old text of a file of ``js``, and the new one."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Variant:
    """One way to be wrong: each old text becomes the new one, and the vectors must fail."""

    name: str
    title: str
    clause: str
    stages: tuple[str, ...]
    vectors: tuple[str, ...]
    equivalent: str
    changes: tuple[Change, ...]

    @classmethod
    def read(cls, path: Path) -> Variant:
        """Read a ``.mutation`` file."""
        text = path.read_text(encoding="utf-8")
        head = _BEGIN.split(text, maxsplit=1)[0]
        fields: dict[str, str] = {}
        for line in head.strip().splitlines():
            name, _, value = line.partition(":")
            fields[name] = value.strip()
        unknown = fields.keys() - set(HEADERS)
        lacking = {"title", "clause", "file", "vectors"} - fields.keys()
        stages = tuple(fields.get("stages", "").split())
        changes = tuple(
            Change(file or fields.get("file", ""), old.strip("\n"), new.strip("\n"))
            for file, old, new in _CHANGE.findall(text)
        )
        if unknown or lacking or not changes or not set(stages) <= set(STAGES):
            raise ValueError(f"{path.name}: not in the format of tests/mutations/javascript/README.md")
        return cls(
            name=path.stem,
            title=fields["title"],
            clause=fields["clause"],
            stages=stages,
            vectors=tuple(fields["vectors"].split()),
            equivalent=fields.get("equivalent", ""),
            changes=changes,
        )

    def applied(self, folder: Path) -> dict[Path, str]:
        """Return the changed files of an implementation in ``folder``, with their new text.

        Raises:
            NotApplicable: an old text does not occur exactly once.
        """
        found: dict[Path, str] = {}
        for change in self.changes:
            path = folder / change.file
            source = found.get(path) or path.read_text(encoding="utf-8")
            if source.count(change.old) != 1:
                raise NotApplicable(
                    f"{self.name}: the old text occurs {source.count(change.old)} times in {change.file}, "
                    f"not once. Change the variant so that it still breaks {self.clause}.\n{change.old}"
                )
            found[path] = source.replace(change.old, change.new)
        return found


def number(path: Path) -> tuple[int, str]:
    """The number of a variant, which its file name begins with; 0 where it has none."""
    head = path.stem.partition("-")[0]
    return (int(head) if head.isdigit() else 0, path.stem)


def files(folder: Path) -> list[Path]:
    """The variants of a folder, by number."""
    return sorted(folder.glob("*.mutation"), key=number)


def build(variant: Variant | None, folder: Path) -> Path:
    """Copy the implementation into ``folder``, changed by the variant; return the worker's path.

    Raises:
        NotApplicable: the variant does not apply to the present source.
    """
    for path in (*JS.glob("*.js"), *JS.glob("src/**/*.js"), JS / "package.json"):
        target = folder / path.relative_to(JS)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    if variant is not None:
        for path, text in variant.applied(folder).items():
            path.write_text(text, encoding="utf-8")
    return folder / "worker.js"


@dataclass(frozen=True)
class Prepared:
    """One vector and its requests, expanded once for all variants."""

    vector: Vector
    requests: tuple[Request, ...]
    size: int


def prepare(vectors: Iterable[Vector], folder: Path) -> list[Prepared]:
    """Expand the requests of vectors; the small ones first."""
    read = reader(folder)
    found = []
    for vector in vectors:
        made = tuple(requests(vector, read))
        found.append(Prepared(vector, made, sum(len(each.line(1)) for each in made)))
    return sorted(found, key=lambda each: each.size)


def in_order(variant: Variant, prepared: Sequence[Prepared]) -> list[Prepared]:
    """The vectors in the order of hope: the named ones, those of its clause and stages, the rest.

    If the variant names stages, the vectors of other stages are left out, except named ones.
    """

    def rank(each: Prepared) -> int:
        if each.vector.id in variant.vectors:
            return 0
        return 1 if variant.clause in each.vector.clauses else 2

    used = [
        each
        for each in prepared
        if not variant.stages or each.vector.stage in variant.stages or rank(each) == 0
    ]
    return sorted(used, key=rank)


def failures(worker: Worker, prepared: Iterable[Prepared]) -> Iterator[tuple[str, str, str]]:
    """(vector, ``failed`` or ``crash``, why) of each vector that does not pass, as it is found."""
    unsupported: set[str] = set()
    for each in prepared:
        op = each.vector.op
        if op in unsupported:
            continue
        for request in each.requests:
            answer = worker.ask(request)
            if answer.value is None:
                kind, why = "failed" if answer.fault == "garbage" else "crash", answer.detail
            elif "unsupported" in answer.value and op in EXTRA:
                unsupported.add(op)
                break
            else:
                kind, why = "failed", str(compare_answer(request.expect, answer.value) or "")
            if why:
                yield each.vector.id, kind, why
                break


@dataclass(frozen=True)
class Outcome:
    """The results of the vectors for one variant; ``vectors`` are those run that caught it."""

    variant: Variant
    status: Status
    vectors: tuple[str, ...]
    detail: str
    seconds: float


def evaluate(variant: Variant, prepared: Sequence[Prepared], node: str, *, every: bool = False) -> Outcome:
    """Send the vectors to one variant, until one fails or, with ``every``, all of them."""
    started = time.monotonic()
    caught: list[str] = []
    detail, crashes = "", 0
    with tempfile.TemporaryDirectory(prefix="pithbundle-variant-") as name:
        try:
            path = build(variant, Path(name))
        except NotApplicable as error:
            return Outcome(variant, "not applicable", (), str(error), time.monotonic() - started)
        with Worker([node, str(path)], SECONDS) as worker:
            for vector, kind, why in failures(worker, in_order(variant, prepared)):
                if kind == "crash":
                    crashes += 1
                    detail = detail or f"{vector}: {why}"
                    if crashes >= MOST_CRASHES:
                        break
                    continue
                detail = detail if caught else f"{vector}: {why}"
                caught.append(vector)
                if not every:
                    break
    status: Status = "caught" if caught else "crash" if crashes else "passed"
    if status == "passed" and variant.equivalent:
        status, detail = "equivalent", variant.equivalent
    return Outcome(variant, status, tuple(caught), detail, time.monotonic() - started)


#: The vectors and the path of Node, for the processes that are forked from this one.
_shared: tuple[list[Prepared], str, bool] = ([], "", False)


def _evaluate_shared(variant: Variant) -> Outcome:
    prepared, node, every = _shared
    return evaluate(variant, prepared, node, every=every)


def evaluate_all(
    variants: Sequence[Variant], prepared: list[Prepared], node: str, *, jobs: int, every: bool = False
) -> Iterator[Outcome]:
    """Evaluate variants in several processes; the outcomes are in the order of the variants."""
    global _shared
    _shared = (prepared, node, every)
    # Forked, so that the expanded vectors are shared and not sent.
    with ProcessPoolExecutor(jobs, mp_context=multiprocessing.get_context("fork")) as pool:
        yield from pool.map(_evaluate_shared, variants)


def sound(prepared: Sequence[Prepared], node: str) -> list[Prepared]:
    """The vectors that the unchanged implementation passes; only these can catch a variant."""
    with tempfile.TemporaryDirectory(prefix="pithbundle-variant-") as name:
        path = build(None, Path(name))
        with Worker([node, str(path)], SECONDS) as worker:
            failed = {vector for vector, _, _ in failures(worker, prepared)}
    for vector in sorted(failed):
        print(f"warning: the unchanged implementation fails {vector}; it is left out", file=sys.stderr)
    return [each for each in prepared if each.vector.id not in failed]


def name_vectors(path: Path, vectors: Iterable[str]) -> None:
    """Write the vectors that catch a variant into its file."""
    text = path.read_text(encoding="utf-8")
    path.write_text(re.sub(r"(?m)^vectors:.*$", f"vectors: {' '.join(vectors)}", text, count=1), "utf-8")


def _selected(words: Sequence[str]) -> list[tuple[Path, Variant]]:
    found: list[Path] = []
    for argument in words or [str(FOLDER)]:
        path = Path(argument)
        here = files(path) if path.is_dir() else [path] if path.exists() else []
        here = here or sorted(FOLDER.glob(f"{argument}-*.mutation"))
        if not here:
            raise SystemExit(
                f"error: no variants: {argument} is neither a file, a folder nor the number of a variant"
            )
        found += here
    return [(path, Variant.read(path)) for path in found]


def main(arguments: Sequence[str] | None = None) -> int:
    """Evaluate the variants of the command line; 0 if each is caught or marked as equivalent."""
    parser = argparse.ArgumentParser(prog="python -m js.variants", description=__doc__)
    parser.add_argument(
        "variants", nargs="*", help="files, folders or numbers; all committed ones by default"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="variants at a time")
    parser.add_argument("--every", action="store_true", help="do not stop at the first vector that fails")
    parser.add_argument("--fill", action="store_true", help="write the first vector that fails into the file")
    parser.add_argument("--passed", action="store_true", help="print only what no vector caught")
    given = parser.parse_args(arguments)
    node = shutil.which("node")
    if node is None:
        raise SystemExit("error: node is not installed: the variants need Node 20 or later")
    chosen = _selected(given.variants)
    vectors = REPO / "vectors"
    prepared = sound(prepare(load(vectors), vectors), node)
    counts: Counter[str] = Counter()
    variants = [variant for _, variant in chosen]
    outcomes = evaluate_all(variants, prepared, node, jobs=given.jobs, every=given.every)
    for (path, variant), outcome in zip(chosen, outcomes, strict=True):
        counts[outcome.status] += 1
        if not given.passed or outcome.status != "caught":
            head = f"{outcome.status:<14} {variant.name}  {variant.clause}  {variant.title}"
            print(f"{head}\n{'':14} {outcome.seconds:.1f} s  {outcome.detail}", flush=True)
            if given.every and outcome.vectors:
                print(f"{'':14} {len(outcome.vectors)} vectors: {' '.join(outcome.vectors[:20])}")
        if given.fill and outcome.status == "caught" and not variant.vectors:
            name_vectors(path, outcome.vectors[:1])
    print(", ".join(f"{count} {status}" for status, count in sorted(counts.items())))
    return 0 if counts.keys() <= {"caught", "equivalent"} else 1


if __name__ == "__main__":
    raise SystemExit(main())
