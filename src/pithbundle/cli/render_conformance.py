"""What ``pithbundle conformance`` prints: results, differences, and vectors with ``--show``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from pithbundle.cli.output import Exit, Output, Style
from pithbundle.conformance import reports
from pithbundle.conformance.paired import Comparison, Disagreement
from pithbundle.conformance.protocol import BAD, STATUSES, Json, Result, Run
from pithbundle.encoding.values import portable
from pithbundle.wording import plural

#: Failures that are printed one by one; a broken reader fails a thousand.
_MOST: Final = 100
#: Lines of a byte string, and characters of a line, that ``--show`` prints; ``--json`` has everything.
_MOST_LINES: Final = 60
_MOST_COLUMNS: Final = 400
_SHOWN: Final[dict[str, Style]] = {"failed": "bad", "crash": "bad", "timeout": "bad", "xpassed": "doubtful"}
_HEADS: Final[dict[str, tuple[str, Style]]] = {
    reports.CONFORMING: ("CONFORMING:", "good"),
    reports.AS_EXPECTED: ("AS EXPECTED:", "good"),
    reports.NOT_CONFORMING: ("NOT CONFORMING:", "bad"),
    reports.RUN_FAILED: ("RUN FAILED:", "bad"),
}


@dataclass(frozen=True, slots=True)
class Selection:
    """The subject of a run: the worker, the folder, the stages and patterns, and stages without vectors."""

    impl: str
    folder: str
    only: tuple[str, ...]
    absent: tuple[str, ...]


def _sizes(vectors: int, requests: int) -> str:
    return f"{plural(vectors, 'vector')}, {plural(requests, 'request')}"


def print_run(out: Output, run: Run, of: Selection) -> None:
    """Print the outcome, the faults of the run, counts by stage and clause, and each failure."""
    found = reports.summary(run)
    head, style = _HEADS[found.outcome]
    out.line(
        head,
        style,
        f" {_sizes(len(run.vectors), found.requests)}: {reports.counts_text(found.total)}",
    )
    for fault in found.faults:
        out.detail("because", out.show(fault))
    out.detail("worker", out.show(of.impl))
    out.detail("vectors", out.show(of.folder))
    if of.only:
        out.detail("only", out.show(" ".join(of.only)))
    if of.absent:
        out.detail("none of", " ".join(of.absent))
    used = [status for status in STATUSES if found.total[status]]
    out.table(
        ("stage", *used),
        [(name, *(str(counts[s] or "") for s in used)) for name, counts in found.stages.items()],
    )
    broken = [
        (name, reports.counts_text(counts))
        for name, counts in found.clauses.items()
        if any(counts[s] for s in BAD)
    ]
    out.line(
        f"  {plural(len(found.clauses), 'clause')} of spec.md covered; {len(broken)} of them not as expected"
    )
    if broken:
        out.table(("clause", "vectors"), broken)
    bad = reports.bad(run.results)
    for result in bad[:_MOST]:
        _print_failure(out, result)
    if len(bad) > _MOST:
        out.line(f"  and {len(bad) - _MOST} more")


def _print_failure(out: Output, result: Result) -> None:
    where = f" ({result.variant})" if result.variant else ""
    out.heading(result.status, out.show(result.vector.id + where), _SHOWN[result.status])
    out.detail("clauses", " ".join(result.vector.clauses))
    out.detail("shows", out.show(result.vector.about))
    out.detail("because", out.show(result.detail or result.reason))
    _print_block(out, "expected", result.expected)
    _print_block(out, "found", result.found)


def _print_block(out: Output, name: str, text: str) -> None:
    """Print a text of several lines below a name, each line behind a bar."""
    if not text:
        return
    out.detail(name, "")
    lines = text.split("\n")
    for line in lines[:_MOST_LINES]:
        out.line(f"    | {out.show(line, _MOST_COLUMNS)}".rstrip())
    if len(lines) > _MOST_LINES:
        out.line(f"    … {len(lines) - _MOST_LINES} more lines; --json has all")


def print_vectors(out: Output, shown: Sequence[Json]) -> None:
    """Print vectors, their requests and what is expected."""
    for number, vector in enumerate(shown):
        if number:
            out.line()
        out.line(out.show(vector["id"]))
        out.detail("shows", out.show(vector["about"]))
        out.detail("clauses", " ".join(vector["clauses"]))
        if vector["control"] is not None:
            out.detail("control", out.show(vector["control"]))
        for request in vector["requests"]:
            if request["variant"]:
                out.detail("variant", out.show(request["variant"]))
            else:
                out.detail("request", vector["op"])
            for name, value in _leaves(request["decoded"]["args"]):
                _print_value(out, name, value)
            for kind, members in request["decoded"]["expect"].items():
                if members or not request["variant"]:
                    out.detail("expected", kind)
                for name, value in _leaves(members):
                    _print_value(out, name, value)


def _leaves(value: Any, path: str = "") -> list[tuple[str, Any]]:
    """The byte strings and other values of an object, by their path in it."""
    if type(value) is dict and not _is_bytes(value):
        inner = list(value.items())
    elif type(value) is list and any(map(_has_bytes, value)):
        inner = list(enumerate(value))
    else:
        return [(path.removeprefix("/"), value)]
    if path and not any(_has_bytes(member) for _, member in inner):
        return [(path.removeprefix("/"), value)]
    return [leaf for name, member in inner for leaf in _leaves(member, f"{path}/{name}")]


def _is_bytes(value: Any) -> bool:
    return type(value) is dict and value.keys() in ({"bytes", "text"}, {"bytes", "hex"})


def _has_bytes(value: Any) -> bool:
    members = value.values() if type(value) is dict else value if type(value) is list else ()
    return _is_bytes(value) or any(map(_has_bytes, members))


def _print_value(out: Output, name: str, value: Any) -> None:
    if not _is_bytes(value):
        text = json.dumps(value, indent=1 if type(value) in (dict, list) and value else None)
        if "\n" in text:
            _print_block(out, f"  {out.show(name)}", text)
        else:
            out.detail(f"  {out.show(name)}", out.show(text))
        return
    text = value.get("text", "")
    # Raw bytes may happen to be UTF-8: a text has few control characters.
    if "text" in value and sum(char < " " and char not in "\t\n\r" for char in text) * 4 <= len(text):
        kind, text = _spelled(text)
    else:
        kind, text = "hex", value.get("hex", text.encode().hex())
    _print_block(out, f"  {out.show(name)}: {value['bytes']} bytes, {kind}", text or " ")


def _spelled(text: str) -> tuple[str, str]:
    """Return a text, or its JSON value over several lines if that loses nothing."""
    if len(text) > 80 and text[:1] in ("{", "["):
        try:
            value = json.loads(text)
            if json.dumps(value, ensure_ascii=False, separators=(",", ":")) == text:
                return "compact JSON, indented here", json.dumps(value, ensure_ascii=False, indent=1)
        except (ValueError, RecursionError):
            pass
    return "text", text


def print_failed_comparison(out: Output, impls: Sequence[str], seed: str, done: Comparison) -> int:
    """Print why two workers were not compared; return the exit status."""
    if out.as_json:
        return out.result(reports.RUN_FAILED, Exit.UNVERIFIED, _compared(impls, seed, done))
    out.line("RUN FAILED:", "bad", f" {plural(done.compared, 'case')} compared, seed {out.show(seed)}")
    out.detail("because", out.show(done.fault))
    for impl in impls:
        out.detail("worker", out.show(impl))
    return Exit.UNVERIFIED


def print_agreement(out: Output, impls: Sequence[str], seed: str, done: Comparison) -> int:
    """Print how many cases two workers agree on; return the exit status."""
    if out.as_json:
        return out.result("agree", Exit.VALID, _compared(impls, seed, done))
    counts_text = f"{done.accepted} accepted, {done.compared - done.accepted} rejected"
    out.line("AGREE:", "good", f" {plural(done.compared, 'case')}, seed {out.show(seed)}: {counts_text}")
    for impl in impls:
        out.detail("worker", out.show(impl))
    return Exit.VALID


def print_disagreement(
    out: Output,
    impls: Sequence[str],
    seed: str,
    count: int,
    done: Comparison,
    found: Disagreement,
    target: str,
) -> int:
    """Print the first case on which two workers disagree, and where its vector is; return the exit status."""
    if out.as_json:
        disagreement = {"case": done.compared, "description": found.description, "vector": portable(target)}
        members = {**_compared(impls, seed, done), "disagreement": disagreement}
        return out.result("disagree", Exit.INVALID, members)
    out.line("DISAGREE:", "bad", f" case {done.compared} of {count}, seed {out.show(seed)}")
    out.detail("because", out.show(found.description))
    out.detail("bytes", f"{found.case.size}, shrunk to {found.smallest.size}")
    out.detail("vector", out.show(target))
    return Exit.INVALID


def _compared(impls: Sequence[str], seed: str, done: Comparison) -> Json:
    return {
        "impls": [portable(impl) for impl in impls],
        "seed": portable(seed),
        "compared": done.compared,
        "accepted": done.accepted,
        "fault": done.fault or None,
        "disagreement": None,
    }
