"""``pithbundle proof``: portable proofs of the conflicts in a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import click

from pithbundle.cli.guard import guard_inputs
from pithbundle.cli.inputs import PATH, InputRejected, deliver
from pithbundle.cli.load import (
    CELL,
    LoadedRecord,
    event_line,
    files_argument,
    load_record,
    record_options,
    require_absent,
    write_all,
)
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.render import MOST, short, where
from pithbundle.encoding.json_reader import parse_json, read_json
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.errors import InputError, MergeError
from pithbundle.files import STDIN
from pithbundle.merge.equivocation import Equivocation
from pithbundle.proof import proof_of
from pithbundle.wording import plural


@click.command(
    "proof",
    epilog="\b\nExamples:\n  pithbundle proof bundle.json --list\n"
    "  pithbundle proof bundle.json --out conflict.json\n"
    "  pithbundle proof bundle.json other.json --out-dir proofs\n"
    "  pithbundle verify conflict.json --policy mine.json\n\n"
    "Exit status: 0 there is a conflict, and its proofs are listed or written; 1 "
    "there is none, or a file is rejected; 2 usage error; 3 there is none, and not "
    "every event was verified.",
)
@files_argument
@click.option("--list", "listing", is_flag=True, help="List the conflicts and write nothing: the default.")
@click.option("--out", "path", type=PATH, metavar="FILE", help="Write the proof of the one conflict here.")
@click.option("--out-dir", type=PATH, metavar="DIR", help="Write a proof of each conflict into this folder.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
@record_options
@click.pass_obj
def command(
    out: Output,
    files: tuple[str, ...],
    listing: bool,
    path: str | None,
    out_dir: str | None,
    force: bool,
    policy_path: str | None,
    encoding: Encoding | None,
    limits: Limits,
) -> int:
    """Show or write proofs that a signer contradicted itself in the bundles FILE.

    A proof is two signed events that contradict each other. Anybody with a policy
    that has the signer's key can check it with pithbundle verify, without the bundle and
    without a network. It shows that there is a conflict, not how it came about.
    """
    ctx = click.get_current_context()
    if listing + (path is not None) + (out_dir is not None) > 1:
        raise click.UsageError("--list, --out and --out-dir exclude each other", ctx)
    if out.as_json and path == STDIN:
        raise click.UsageError("with --json the proof needs a file", ctx)
    inputs = [*files, policy_path]
    if path is not None:
        guard_inputs(inputs, [("--out", path)])
    require_absent([path], force)
    loaded = load_record(files, policy_path, limits, encoding)
    groups = loaded.state.equivocations
    written: list[str] = []
    if path is not None and len(groups) > 1:
        raise click.UsageError(
            f"{plural(len(groups), 'conflict')} do not fit into one file: use --out-dir DIR", ctx
        )
    if groups and (path is not None or out_dir is not None):
        proofs = (_proof(files[0], loaded, group) for group in groups)
        if out_dir is not None:
            names = [_name(loaded, group) for group in groups]
            written = write_all(out_dir, names, proofs, force, inputs)
        elif path is not None:
            deliver(out, next(proofs), path, force)
            written = [path]
    status = _status(loaded)
    if out.as_json:
        conflicts: list[Value] = [_value(group) for group in groups]
        files_written: list[Value] = [portable(name) for name in written]
        members: Object = {**loaded.value(), "conflicts": conflicts, "files": files_written}
        return out.result(_outcome(loaded), status, members)
    _print(out.on_stderr() if path == STDIN else out, loaded, groups, written)
    return status


def _outcome(loaded: LoadedRecord) -> str:
    """The outcome of this command, which looks for a conflict; that of the inputs is another."""
    if loaded.checked_files.rejected:
        return "rejected"
    if loaded.state.equivocations:
        return "conflict"
    return "unverified" if loaded.report.has_unverified_elements else "no_conflict"


def _status(loaded: LoadedRecord) -> Exit:
    return _STATUSES.get(_outcome(loaded), Exit.INVALID)


_STATUSES: Final = {"conflict": Exit.VALID, "unverified": Exit.UNVERIFIED}


def _proof(file: str, loaded: LoadedRecord, group: Equivocation) -> bytes:
    """Return a proof.

    Raises:
        InputRejected: it is larger than the limit on an input, so verify could not read it.
    """
    data = proof_of(loaded.ledger, group)
    try:
        read_json(data, DEFAULT_LIMITS, depth=DEFAULT_LIMITS.bundle_depth)
    except InputError as fault:
        error = MergeError(fault.code, f"the proof would be over a limit of verify: {fault.fault.detail}")
        hint = "keep the bundles: pithbundle proof --list shows the conflict in them"
        raise InputRejected(file, error, Exit.INVALID, hint) from fault
    return data


def _name(loaded: LoadedRecord, group: Equivocation) -> str:
    """Return the file name of a proof: made of the number's suffix and the ids, of no other data."""
    ledger = loaded.ledger
    ids = [short(event.event_id) for event in ledger.contradiction(group)]
    return "-".join(["conflict", ledger.record.number.suffix, *ids]) + ".json"


def _print(out: Output, loaded: LoadedRecord, groups: Sequence[Equivocation], written: list[str]) -> None:
    number = loaded.ledger.record.number
    if groups:
        out.line("CONFLICT:", "bad", f" {plural(len(groups), 'conflict')} in the events of {number}")
    elif loaded.report.has_unverified_elements:
        out.line("UNVERIFIED:", "doubtful", " no conflict was found, and not every event was verified")
    else:
        out.line("NO CONFLICT:", "good", f" no contradiction in these events of {number}")
    loaded.record(out)
    if not groups and loaded.report.has_unverified_elements:
        out.detail("hint", "pithbundle verify names the events that are not verified, and why")
    for index, group in enumerate(groups[:MOST]):
        _print_group(out, loaded, index, group)
    if len(groups) > MOST:
        out.line(f"  and {plural(len(groups) - MOST, 'more conflict')}")
    for path in written:
        where = "standard output" if path == STDIN else out.show(path)
        out.heading("proof", f"written to {where}")
    if written:
        out.detail("proves", "the signer's key signed both events, and they contradict each other")
        out.detail("check", "pithbundle verify PROOF --policy FILE, with a policy that contains the key")


def _print_group(out: Output, loaded: LoadedRecord, index: int, group: Equivocation) -> None:
    signer = out.show(group.signer, CELL)
    out.heading(
        "conflict",
        f"{group.event_type}: {signer} signed {len(group.event_ids)} events that contradict each other",
        "bad",
    )
    out.detail("entry", f"/current/equivocations/{index}")
    out.detail("slot", out.show(group.slot.decode(), 120))
    for name in group.event_ids[:MOST]:
        out.detail("event", event_line(out, loaded.ledger[name]))
        out.detail("", f"at {where(out, loaded.locations[name])}")
    if len(group.event_ids) > MOST:
        out.line(f"    and {plural(len(group.event_ids) - MOST, 'more event')}")


def _value(group: Equivocation) -> Object:
    return {
        "event_type": group.event_type,
        "signer": group.signer,
        "instant": group.instant,
        "slot": parse_json(group.slot),
        "event_ids": [*group.event_ids],
    }
