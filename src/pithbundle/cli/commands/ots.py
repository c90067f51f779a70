"""``pithbundle ots``: what to stamp, what is in a timestamp proof, and how to add a calendar's answer."""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator
from typing import Final

import click

from pithbundle.bundle.number import suffix_of
from pithbundle.bundle.record import Record
from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.guard import guard_inputs
from pithbundle.cli.inputs import (
    PATH,
    InputRejected,
    deliver,
    encoding_option,
    json_option,
    limit_option,
    read_bytes,
    rejecting,
    require_single_stdin,
    write_files,
)
from pithbundle.cli.number_files import Found, Reading, numbers
from pithbundle.cli.ots_print import (
    MOST,
    attestation_text,
    attestation_value,
    print_proof,
    proof_value,
    step_value,
)
from pithbundle.cli.output import Exit, Output
from pithbundle.encoding.limits import Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.errors import EvidenceError, NumberError, RecordError
from pithbundle.evidence.ots import PROOF_BYTES, Proof
from pithbundle.evidence.ots_writing import proof_bytes, upgrade
from pithbundle.files import STDIN
from pithbundle.wording import plural

#: A message of a proof, in hex: of a digest and what was added to it.
_COMMITMENT: Final = re.compile("(?:[0-9a-f]{2}){1,4096}").fullmatch
#: What to do where a proof does not wait for one message, and where an answer cannot be read.
_WHICH: Final = "pithbundle ots show lists the messages; --commitment HEX names one"
_ANSWER: Final = "the answer is the body of /timestamp/HEX, as bytes; a calendar sends text until it has one"


@click.group("ots", epilog="\b\nExample:\n  pithbundle ots show record.ots")
def command() -> None:
    """Prepare, show and upgrade timestamp proofs in the format of OpenTimestamps.

    No command of this group makes a request: a calendar is asked with a client of
    OpenTimestamps, or with any program that sends a file.
    """


@command.command(
    "stamp-request",
    epilog="\b\nExamples:\n  pithbundle ots stamp-request bundle.json\n"
    "  pithbundle ots stamp-request bundle.json --record record.json\n"
    "  pithbundle ots stamp-request bundle.json -o digest.bin\n\n"
    "Exit status: 0 the digests are printed; 1 a file is rejected, or claims another "
    "number or hash than its record has; 2 usage error, or an unusable file.",
)
@click.argument("files", metavar="FILE...", nargs=-1, required=True, type=PATH)
@click.option("-o", "--output", type=PATH, metavar="DIGEST", help="Write the 32 bytes of the digest here.")
@click.option(
    "--record",
    "path",
    type=PATH,
    metavar="RECORD",
    help="Write the canonical bytes of the record here: the file of which the digest is the SHA-256.",
)
@click.option("--force", is_flag=True, help="Replace an existing file.")
@encoding_option
@limit_option
@json_option
@click.pass_obj
def stamp_request(
    out: Output,
    files: tuple[str, ...],
    output: str | None,
    path: str | None,
    force: bool,
    encoding: Encoding | None,
    limits: Limits,
) -> int:
    """Print the digest that a timestamp of each record in FILE is of: its canonical hash.

    A FILE is a bundle, a canonical record, or another document with one. A client of
    OpenTimestamps stamps files: give it the file that --record writes. A calendar takes
    the 32 bytes that -o writes. Nobody learns of the request: nothing is sent.
    """
    context = click.get_current_context()
    for file in files:
        with contextlib.suppress(NumberError):
            suffix_of(file)
            if not os.path.lexists(file):
                known = f"{file} has 130 of the 256 bits of the digest"
                raise click.UsageError(f"{known}. Give its bundle or record", context)
    if out.as_json and STDIN in (output, path):
        raise click.UsageError("with --json the bytes need a file", context)
    require_single_stdin(*files)
    guard_inputs(files, [(name, each) for name, each in (("-o", output), ("--record", path)) if each])
    reading = Reading(limits, encoding, truncated=False, abstract=None)
    found = [(file, item, record) for file in files for item, record in _records(file, reading)]
    if (output or path) and len(found) != 1:
        raise click.UsageError(f"-o and --record take one record, and there are {len(found)}", context)
    record = found[0][2]
    wanted = {name: data for name, data in ((output, record.sha256), (path, record.canonical)) if name}
    for name in wanted.keys() & {STDIN}:
        deliver(out, wanted.pop(name), name)
    write_files(wanted, force)
    if out.as_json:
        results: list[Value] = [_request_value(*each) for each in found]
        written: list[Value] = [portable(name) for name in wanted]
        return out.result(SUCCESS, Exit.VALID, {"results": results, "files": written})
    shown = out.on_stderr() if STDIN in (output, path) else out
    for file, item, record in found:
        shown.heading("digest", record.hex)
        shown.detail("record", str(record.number))
        shown.detail("file", out.file_name(file) + (f" at {out.show(item.pointer)}" if item.pointer else ""))
    for name in wanted:
        shown.detail("written", out.show(name))
    return Exit.VALID


def _records(file: str, reading: Reading) -> Iterator[tuple[Found, Record]]:
    """The records of a file.

    Raises:
        InputRejected: one of them is rejected, or a number or hash that is claimed for it differs.
    """
    for item in numbers(file, reading):
        if item.record is None or item.faults:
            error = RecordError.of(item.faults[0])
            raise InputRejected(file, error, Exit.INVALID, item.hint or error.hint)
        yield item, item.record


def _request_value(file: str, item: Found, record: Record) -> Object:
    return {
        "file": portable(file),
        "pointer": item.pointer,
        "pith_number": str(record.number),
        "digest": record.hex,
    }


@command.command(
    "show",
    epilog="\b\nExamples:\n  pithbundle ots show record.ots\n"
    "  pithbundle ots show --json record.ots | jq .attestations\n\n"
    "Exit status: 0 the proof is shown; 1 it is no proof that can be read; 2 usage error, or an "
    "unusable file.",
)
@click.argument("proof_path", metavar="PROOF", type=PATH)
@json_option
@click.pass_obj
def show(out: Output, proof_path: str) -> int:
    """Show the operations and attestations of the timestamp proof PROOF.

    Nothing is checked against the block headers, so that an attestation is the word of
    whoever wrote the file. At most 200 lines of the tree are printed; --json has all of it.
    """
    proof = _read_proof(proof_path)
    if out.as_json:
        steps: list[Value] = [step_value(step) for step in proof.steps]
        return out.result(
            SUCCESS, Exit.VALID, {"file": portable(proof_path), **proof_value(proof), "steps": steps}
        )
    print_proof(out, proof_path, proof)
    return Exit.VALID


def _read_proof(file: str) -> Proof:
    """Read a proof.

    Raises:
        InputRejected: it cannot be read, or is no proof.
    """
    data = read_bytes(file, PROOF_BYTES)
    with rejecting(file, data=data):
        return Proof.from_bytes(data)


@command.command(
    "upgrade",
    epilog="\b\nExamples:\n  pithbundle ots upgrade record.ots answer.bin -o upgraded.ots\n"
    "  pithbundle ots upgrade record.ots answer.bin -o upgraded.ots \\\n    --commitment HEX\n\n"
    "Exit status: 0 the proof is written; 1 a file is rejected, or no or more than one message "
    "is meant; 2 usage error, or an unusable file; 3 the answer adds no attestation, and nothing is "
    "written.",
)
@click.argument("proof_path", metavar="PROOF", type=PATH)
@click.argument("answer_path", metavar="ANSWER", type=PATH)
@click.option("-o", "--output", required=True, type=PATH, metavar="FILE", help="Write the proof here.")
@click.option("--force", is_flag=True, help="Replace an existing file.")
@click.option(
    "--commitment",
    metavar="HEX",
    help="The message that the calendar has; needed where the proof waits for several.",
)
@json_option
@click.pass_obj
def upgrade_command(
    out: Output, proof_path: str, answer_path: str, output: str, force: bool, commitment: str | None
) -> int:
    """Add the ANSWER of a calendar to the pending proof PROOF, and write both as one proof.

    ANSWER is what the calendar returns for /timestamp/HEX, where HEX is the message of its
    attestation, as pithbundle ots show prints it. Everything that PROOF contains stays. An
    answer does not state of which message it is: keep PROOF until the new proof is checked.
    """
    context = click.get_current_context()
    if commitment is not None and _COMMITMENT(commitment) is None:
        raise click.UsageError("--commitment takes lower-case hex digits, two for each byte", context)
    if out.as_json and output == STDIN:
        raise click.UsageError("with --json the proof needs a file", context)
    require_single_stdin(proof_path, answer_path)
    guard_inputs([proof_path, answer_path], [("-o", output)])
    proof = _read_proof(proof_path)
    answer = read_bytes(answer_path, PROOF_BYTES)
    meant = None if commitment is None else bytes.fromhex(commitment)
    try:
        done = upgrade(proof, answer, meant)
    except EvidenceError as error:
        if error.clause == "OTS-4":
            raise InputRejected(proof_path, error, Exit.INVALID, _WHICH) from error
        raise InputRejected(answer_path, error, Exit.INVALID, _ANSWER) from error
    status = Exit.VALID if done.added else Exit.UNVERIFIED
    if done.added:
        deliver(out, proof_bytes(done.proof), output, force)
    if out.as_json:
        members: Object = {
            "file": portable(output) if done.added else None,
            "commitment": done.commitment.hex(),
            "added": [attestation_value(each) for each in done.added],
            "kept": len(proof.attestations),
        }
        return out.result("upgraded" if done.added else "unchanged", status, members)
    shown = out.on_stderr() if output == STDIN and done.added else out
    if done.added:
        shown.heading("upgraded", out.file_name(output) if output != STDIN else "standard output", "good")
    else:
        shown.heading("unchanged", "the answer has no attestation that the proof lacks", "doubtful")
    shown.detail("commitment", out.show(done.commitment.hex(), 128))
    for each in done.added[:MOST]:
        shown.detail("added", attestation_text(out, each))
    if len(done.added) > MOST:
        shown.detail("", f"and {plural(len(done.added) - MOST, 'more attestation')}")
    shown.detail("kept", plural(len(proof.attestations), "attestation"))
    return status
