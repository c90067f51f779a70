"""What ``pithbundle mirror sync`` prints; loaded only where zstd and the network client are installed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.mirror_print import head_value
from pithbundle.cli.mirror_sync_run import Done
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.render import MOST
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.errors import PithError
from pithbundle.mirror.sync.results import Fault, Listed, MirrorResult, Stale, exit_status
from pithbundle.wording import plural

_QUARANTINE: Final = "some_quarantined"
_INCOMPLETE: Final = "incomplete"
_HOW: Final = {
    "nothing": "nothing changed",
    "deltas": "by the changes since the last time",
    "digests": "by digests",
    "numbers": "by numbers",
}
_Item = TypeVar("_Item")


def print_done(out: Output, store: str, done: Done) -> int:
    """Print what became of each mirror; return the exit status."""
    status = Exit(exit_status(done.results))
    if status == Exit.VALID and done.rejected:
        status = Exit.UNVERIFIED
    if out.as_json:
        outcome = {Exit.VALID: SUCCESS, Exit.INVALID: _QUARANTINE}.get(status, _INCOMPLETE)
        rejected: list[Value] = [
            {"manifest": portable(path), "error": _error(error)} for path, error in done.rejected
        ]
        members: Object = {
            "store": portable(store),
            "mirrors": [_mirror(result) for result in done.results],
            "rejected": rejected,
            "requests": done.requests,
        }
        return out.result(outcome, status, members)
    for path, error in done.rejected[:MOST]:
        out.error(f"{out.show(path)}: {error}")
    for result in done.results:
        _print_mirror(out, store, result)
    return status


# -- text -----------------------------------------------------------------------------------


def _print_mirror(out: Output, store: str, result: MirrorResult) -> None:
    _print_faults(out, result)
    is_good = result.is_clean
    word = "current" if is_good else "contradicted" if result.contradicts else "incomplete"
    how = _HOW[result.how] if result.how is not None else "not read"
    out.heading(word, f"{out.show(result.base)}, {how}", "good" if is_good else "bad")
    if result.head is not None:
        head = result.head
        out.detail("head", f"{out.show(head.origin)}, generation {head.generation}, {head.generated_at}")
    if result.from_packs:
        out.detail("packs", f"{plural(result.from_packs, 'bundle')} added")
    out.detail("records", _counts(result))
    for count, what in (
        (result.quarantined.count, "in quarantine"),
        (result.invalid.count, "with invalid elements"),
        (result.stale.count, "less than before: the store keeps what it has"),
        (result.differing.count, "with another digest than the mirror states"),
        (result.ahead.count, "of the generation that the mirror is publishing"),
        (result.failed.count, "not received"),
        (result.absent.count, "not there"),
        (result.removed.count, "not listed any more: the store keeps them"),
    ):
        if count:
            out.detail("records", f"{count} {what}")
    if result.not_comparable:
        out.detail("compared", f"only with its own earlier digests: {out.show(result.not_comparable)}")
    out.detail("requests", f"{result.requests}, {plural(result.received_bytes, 'byte')} received")
    for line in _next(out, store, result):
        out.detail("next", line)


def _counts(result: MirrorResult) -> str:
    parts = [f"{result.added} added", f"{result.unchanged} unchanged"]
    if result.same:
        parts.append(f"{result.same} confirmed by digest")
    return ", ".join(parts)


def _print_faults(out: Output, result: MirrorResult) -> None:
    """Every error of a mirror, with what it is about. The text of an error is escaped."""
    base = out.show(result.base)
    if result.error is not None:
        out.error(f"{base}: given up: {result.error}")
    _each(out, result.problems, str, "more faults of its digests or packs")
    _each(out, result.failed, lambda fault: _fault(out, fault, "not received"), "more records not received")
    _each(out, result.quarantined, lambda fault: _fault(out, fault, "in quarantine"), "more in quarantine")
    _each(out, result.stale, lambda stale: _stale(base, stale), "more records with less than before")


def _each(out: Output, listed: Listed[_Item], text: Callable[[_Item], str], more: str) -> None:
    for item in listed.first[:MOST]:
        out.error(text(item))
    if listed.count > MOST:
        out.error(f"{listed.count - MOST} {more}")


def _fault(out: Output, fault: Fault, what: str) -> str:
    return f"{fault.suffix}: {what}: {out.show(fault.reason)} [{fault.code}]"


def _stale(base: str, stale: Stale) -> str:
    missing = [plural(len(stale.event_ids), "valid event")] if stale.event_ids else []
    missing += [plural(stale.unverified, "unverified element")] if stale.unverified else []
    return f"{stale.suffix}: {base} served more before: {', '.join(missing) or 'the same elements'}"


def _next(out: Output, store: str, result: MirrorResult) -> list[str]:
    """What a person can do."""
    found = []
    shown = out.show(store)
    if result.error is not None and result.error.code == "requests":
        found.append("run the same command again: it continues where this ended")
    elif result.error is not None:
        found.append(result.error.hint)
    elif result.failed.count or result.differing.count:
        found.append("run the same command again later: only what is missing is requested")
    if result.how == "numbers" and not result.requested and result.error is None:
        found.append("the mirror has no digests and the store no records: give --numbers FILE")
    if result.quarantined.count:
        found.append(f"pithbundle store list {shown} --quarantine lists what is there, and why")
    return found


# -- JSON -----------------------------------------------------------------------------------


def _error(error: PithError) -> Value:
    return {"code": error.code, "clause": error.clause, "message": portable(error.fault.message)}


def _fault_value(fault: Fault) -> Value:
    return {"suffix": fault.suffix, "code": fault.code, "reason": portable(fault.reason)}


def _stale_value(stale: Stale) -> Value:
    return {"suffix": stale.suffix, "event_ids": [*stale.event_ids], "unverified": stale.unverified}


def _listed(listed: Listed[_Item], value: Callable[[_Item], Value]) -> Value:
    return {"count": listed.count, "first": [value(item) for item in listed.first]}


def _suffix(suffix: str) -> Value:
    return suffix


def _mirror(result: MirrorResult) -> Value:
    return {
        "mirror": portable(result.base),
        "is_current": result.is_clean,
        "how": result.how,
        "head": None if result.head is None else head_value(result.head),
        "not_comparable": portable(result.not_comparable) or None,
        "error": None if result.error is None else _error(result.error),
        "from_packs": result.from_packs,
        "requested": result.requested,
        "added": result.added,
        "unchanged": result.unchanged,
        "confirmed": result.same,
        "quarantined": _listed(result.quarantined, _fault_value),
        "invalid": _listed(result.invalid, _suffix),
        "stale": _listed(result.stale, _stale_value),
        "differing": _listed(result.differing, _suffix),
        "ahead": _listed(result.ahead, _suffix),
        "failed": _listed(result.failed, _fault_value),
        "absent": _listed(result.absent, _suffix),
        "removed": _listed(result.removed, _suffix),
        "problems": _listed(result.problems, _error),
        "requests": result.requests,
        "received_bytes": result.received_bytes,
    }
