"""How the results of ``pithbundle headers`` are printed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pithbundle.cli.output import Exit, Output, worst
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.errors import EvidenceError
from pithbundle.evidence.header_runs import HEADER_BYTES
from pithbundle.evidence.header_words import REASONS
from pithbundle.evidence.headers import HeaderFile, Headers
from pithbundle.wording import plural

if TYPE_CHECKING:
    from pithbundle.cli.headers_run import Fetched

_CONTRADICTING: Final = frozenset({"invalid", "follows_invalid", "not_in_chain"})
#: The outcome and the exit status of a fetch that had no error.
_ENDS: Final = {
    "current": Exit.VALID,
    "downloading": Exit.UNVERIFIED,
    "behind": Exit.UNVERIFIED,
}


def print_fetched(out: Output, base: str, path: str, done: Fetched) -> int:
    """Print what a fetch did; return the exit status (NODE-4)."""
    fetch, error = done.fetch, done.error
    count = len(fetch.data) // HEADER_BYTES
    outcome = str(fetch.outcome) if error is None else "stopped"
    status = _ENDS[fetch.outcome]
    if error is not None:
        status = Exit.INVALID if isinstance(error, EvidenceError) else Exit.UNVERIFIED
    last = fetch.first + count - 1 if count else None
    if out.as_json:
        info = fetch.info
        members: Object = {
            "node": base,
            "file": portable(path) if count else None,
            "first": fetch.first if count else None,
            "last": last,
            "added": fetch.added,
            "removed": fetch.removed,
            "requests": done.requests,
            "chain": None if info is None else portable(info.chain),
            "blocks": None if info is None else info.blocks,
            "stopped": None if error is None else {**error.fault.to_value(), "hint": error.hint},
        }
        return out.result(outcome, status, members)
    if error is not None:
        out.error(f"{out.show(base)}: {error}")
        if error.hint:
            out.hint(error.hint)
    out.heading(outcome, out.show(base), "good" if status == Exit.VALID else "doubtful")
    out.detail("file", f"{out.show(path)}, {_range(fetch.first, last)}")
    if count:
        out.detail("added", _changed(fetch.added, fetch.removed))
    if outcome == "downloading" and fetch.info is not None:
        out.detail("node", f"it is still downloading, and has blocks up to {fetch.info.blocks}")
    if outcome == "behind":
        out.detail("node", "its chain has less work than the file, which stays as it is")
    out.detail("requests", str(done.requests))
    out.detail(
        "next", f"pithbundle headers check {out.show(path)}" if count else "run the same command again"
    )
    return int(status)


def _changed(added: int, removed: int) -> str:
    gone = f"; {removed} that the chain gave up were removed" if removed else ""
    return f"{plural(added, 'header')}{gone}"


def _range(first: int | None, last: int | None) -> str:
    if last is None:
        return "no headers"
    return "heights are not known" if first is None else f"blocks {first} to {last}"


def print_checked(out: Output, found: Headers) -> int:
    """Print what the headers of files show; return the exit status."""
    status = worst([_status(each) for each in found.files])
    if out.as_json:
        files: list[Value] = [_file_value(each) for each in found.files]
        missing: list[Value] = [str(each) for each in found.missing]
        outcome = {Exit.INVALID: "invalid", Exit.UNVERIFIED: "unknown"}.get(Exit(status), "known")
        members: Object = {"files": files, "missing": missing, "checkpoints_sha256": found.checkpoints_sha256}
        return out.result(outcome, status, members)
    for each in found.files:
        _print_file(out, each)
    for block in found.missing:
        out.heading("missing", f"no file has the block {block}", "doubtful")
    out.heading("checkpoints", f"the table with the SHA-256 {found.checkpoints_sha256}")
    return int(status)


def _status(file: HeaderFile) -> Exit:
    if file.reason is None:
        return Exit.VALID
    return Exit.INVALID if file.reason in _CONTRADICTING else Exit.UNVERIFIED


def _print_file(out: Output, file: HeaderFile) -> None:
    style = {Exit.VALID: "good", Exit.INVALID: "bad"}.get(_status(file), "doubtful")
    out.heading(file.strength or "unknown", out.file_name(file.name), style)  # type: ignore[arg-type]
    last = None if file.first is None else file.first + file.count - 1
    if file.count:
        out.detail("headers", f"{file.count}, {_range(file.first, last if file.first is not None else 0)}")
        out.detail("work", f"{file.work:#x}")
    if file.strength is not None and file.last != last:
        out.detail("known", f"up to block {file.last}")
    if file.reason is not None:
        out.detail("why", REASONS[file.reason])
    if file.fault is not None:
        fault = file.fault
        out.detail("fault", f"{fault.message} [{fault.code}, {fault.clause}]")


def _file_value(file: HeaderFile) -> Object:
    return {
        "file": portable(file.name),
        "count": file.count,
        "first": file.first,
        "last": file.last,
        "strength": file.strength,
        "work": f"{file.work:x}",
        "reason": file.reason,
        "fault": None if file.fault is None else file.fault.to_value(),
    }
