"""``pithbundle probe``: how a registry makes ids and signatures (spec PROBE-1 to PROBE-11)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any

import click

from pithbundle.bundle.event_format import EventFormat
from pithbundle.cli.guard import guard_inputs
from pithbundle.cli.inputs import (
    PATH,
    encoding_option,
    json_option,
    limit_option,
    output_options,
    policy_option,
    read_bytes,
    read_policy,
    readable_json,
    rejecting,
    require_single_stdin,
    write_files,
)
from pithbundle.cli.json_values import policy_value
from pithbundle.cli.load import require_absent
from pithbundle.cli.numeric import decimal, whole
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.probe_run import inputs_sha256, progress_document, read_progress, run_search
from pithbundle.cli.render_probe import ProbeInputs, ProbePrinter, found_policy
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.files import STDIN, read_input
from pithbundle.spawning import default_jobs
from pithbundle.verify.policy import Policy
from pithbundle.verify.probing.elements import Element, elements_of, shown_of_state
from pithbundle.verify.probing.lenient import read_lenient
from pithbundle.verify.probing.results import ElementLocation, Found, ProbeResult
from pithbundle.verify.probing.search import Search
from pithbundle.verify.probing.summary import result_of


@dataclass(frozen=True, slots=True)
class _Options:
    """The options of the command, by their names."""

    files: tuple[str, ...]
    states: tuple[str, ...]
    integrity: tuple[str, ...]
    output: str | None
    force: bool
    policy_output: str | None
    seconds: float
    jobs: int | None
    resume_path: str | None
    thorough: bool
    accepted: tuple[str, ...]
    policy_path: str | None
    encoding: Encoding | None
    limits: Limits

    @property
    def inputs(self) -> tuple[str, ...]:
        """All inputs in the order in which results number them: states last."""
        return (*self.files, *self.integrity, *self.states)

    def named(self) -> ProbeInputs:
        """What the next command names."""
        return ProbeInputs(
            files=self.files,
            integrity=self.integrity,
            states=self.states,
            policy_path=self.policy_path,
            output=self.output,
            policy_output=self.policy_output,
            resume_path=self.resume_path,
            seconds=self.seconds,
            thorough=self.thorough,
            encoding=self.encoding,
        )

    def check(self) -> None:
        """Check that the options can be combined.

        Raises:
            click.UsageError: they cannot, or an output is also an input.
        """
        ctx = click.get_current_context()
        if not self.inputs:
            raise click.UsageError("give a BUNDLE, or --state or --integrity", ctx)
        for option, path in (("-o", self.output), ("--policy-output", self.policy_output)):
            if path == STDIN:
                raise click.UsageError(f"{option} needs a file", ctx)
        if self.resume_path == STDIN:
            raise click.UsageError("--resume needs a file", ctx)
        require_single_stdin(self.policy_path, *self.inputs)
        guard_inputs(
            [*self.inputs, self.policy_path],
            [
                (option, path)
                for option, path in (
                    ("-o", self.output),
                    ("--policy-output", self.policy_output),
                    ("--resume", self.resume_path),
                )
                if path is not None
            ],
        )
        require_absent((self.output, self.policy_output), self.force)


@click.command(
    "probe",
    epilog="\b\nExamples:\n  pithbundle probe bundle.json\n"
    "  pithbundle probe a.json b.json --time 600 -o format.json\n"
    "  pithbundle probe bundle.json --policy-output mine.json\n"
    "  pithbundle verify bundle.json --policy mine.json\n\n"
    "Exit status: 0 settled; 1 a file is rejected; 2 usage error; 3 not settled, "
    "settled in part, or found in words alone.",
)
@click.argument("files", metavar="[BUNDLE]...", nargs=-1, type=PATH)
@click.option(
    "--state",
    "states",
    multiple=True,
    type=PATH,
    metavar="STATE",
    help="A published state.json: its entries have ids.",
)
@click.option(
    "--integrity",
    multiple=True,
    type=PATH,
    metavar="FILE",
    help="An integrity.json: its events have digests and signatures.",
)
@output_options
@click.option(
    "--policy-output", type=PATH, metavar="FILE", help="Write your policy with the found format to this file."
)
@click.option(
    "--time",
    "seconds",
    default="60",
    callback=decimal(0.1, 1_000_000),
    metavar="SECONDS",
    help="How long to search; by default 60.",
)
@click.option("--jobs", callback=whole(1, 256), metavar="N", help="Processes; by default one for each core.")
@click.option(
    "--resume",
    "resume_path",
    type=PATH,
    metavar="FILE",
    help="Continue where a search that wrote FILE ended; write FILE when the time is over.",
)
@click.option("--thorough", is_flag=True, help="Go on until all is explained or everything is tried.")
@click.option(
    "--accept",
    "accepted",
    multiple=True,
    metavar="NAME",
    help="Take the found format of this name in spite of its cautions: you know that no third party writes "
    "what it reads.",
)
@policy_option
@encoding_option
@limit_option
@json_option
@click.pass_obj
def command(out: Output, /, **options: Any) -> int:
    """Find how a registry makes event ids and signatures, on its own BUNDLEs.

    It is not public which bytes of an event the registry hashes and signs. Candidates for
    ids, signatures, times and keys are found by their shape, and bytes that they may cover are
    tried: every subset of members, wrappers, spellings, hashes. What explains the events
    is written as an event format for your policy, or in words where no format can state it. What
    is not explained is reported by shapes and lengths, without content, so that you can publish
    the report. The event formats that your policy lists now do not matter here.
    """  # fmt: skip
    return _probe(out, _Options(**options))


def _probe(out: Output, given: _Options) -> int:
    given.check()
    policy = read_policy(given.policy_path)
    data = [read_bytes(path, given.limits.size) for path in given.inputs]
    elements: list[Element] = []
    shown: dict[int, tuple[int, int | None]] = {}
    for number, (path, content) in enumerate(zip(given.inputs, data, strict=True)):
        with rejecting(path, data=content):
            node = read_lenient(content, given.limits, given.encoding)
        is_state = number >= len(given.files) + len(given.integrity)
        if is_state:
            shown[number] = shown_of_state(node)
        elements += elements_of(number, node, state=is_state)
    search = Search(elements, policy, thorough=given.thorough)
    about = inputs_sha256(data, policy.sha256)
    before = None
    if given.resume_path is not None and os.path.exists(given.resume_path):
        with rejecting(given.resume_path, Exit.USAGE):
            before = read_progress(search, read_input(given.resume_path, DEFAULT_LIMITS.size), about)
    ended = False
    try:
        ended = run_search(search, given.seconds, given.jobs or default_jobs(), before)
    finally:
        # An interrupted search can be resumed too.
        if given.resume_path is not None and not ended:
            write_files({given.resume_path: progress_document(search, about)}, True)
    result = result_of(search, policy, len(given.inputs), given.accepted)
    _require_found(given.accepted, result)
    _deliver(result, policy, given)
    status = Exit.VALID if result.status == "settled" else Exit.UNVERIFIED
    if out.as_json:
        return out.result(result.status, status, _members(result, policy, given))
    ProbePrinter(out, given.named(), policy, result, ended, shown).print()
    return status


def _require_found(accepted: tuple[str, ...], result: ProbeResult) -> None:
    """Check that each accepted format was found.

    Raises:
        click.UsageError: one was not: the search ended before, or the name is of other inputs.
    """
    names = {found.event_format.name for found in result.found if found.event_format is not None}
    for name in accepted:
        if name not in names:
            words = "no format of this name was found; probe without --accept prints the names"
            raise click.UsageError(f"--accept {name}: {words}", click.get_current_context())


def _deliver(result: ProbeResult, policy: Policy, given: _Options) -> None:
    """Write the format and the policy, if there are any and files for them."""
    best = result.best
    written: dict[str, bytes] = {}
    if given.output is not None and best is not None and best.event_format is not None:
        written[given.output] = readable_json(best.event_format.to_value(), EventFormat.from_bytes)
    found = found_policy(result, policy)
    if given.policy_output is not None and found is not None:
        with rejecting(given.policy_output):
            written[given.policy_output] = readable_json(found, Policy.from_bytes)
    if written:
        write_files(written, given.force)


# -- JSON -------------------------------------------------------------------------------------------


def _members(result: ProbeResult, policy: Policy, given: _Options) -> Object:
    best = result.best
    return {
        "policy": policy_value(policy, given.policy_path),
        "inputs": [
            {"file": portable(path), "status": status}
            for path, status in zip(given.inputs, result.inputs, strict=True)
        ],
        "elements": result.elements,
        "signatures": result.signatures,
        "preimages": result.preimages,
        "signature_checks": result.checks,
        "exhausted": result.exhausted,
        "found": [_found_value(found) for found in result.found],
        "receipts": _location_values(result.receipts),
        "signed_digests": [
            {**_location_value(location), "pointer": pointer} for location, pointer in result.signed_digests
        ],
        "reproduced": [
            {**_location_value(location), "pointer": pointer, "recipe": portable(recipe)}
            for location, pointer, recipe in result.reproduced
        ],
        "unexplained": _location_values(result.unexplained),
        "shapes": list(result.shapes),
        "event_format": None if best is None else best.listed,
        "policy_document": found_policy(result, policy),
    }


def _found_value(found: Found) -> Object:
    return {
        "event_format": found.listed,
        "alternatives": [each.to_value() for each in found.alternatives],
        "recipe": portable(found.recipe),
        "obstacles": [portable(each) for each in found.obstacles],
        "missing_roles": list(found.missing),
        "cautions": [portable(each) for each in found.cautions],
        "elements": _location_values(found.elements),
        "ids": _location_values(found.ids),
        "not_verified": _location_values(found.not_verified),
        "keys": [
            {"signer_id": key.signer_id, "key_id": key.key_id, "public_key_fingerprint": key.fingerprint}
            for key in found.keys
        ],
    }


def _location_value(location: ElementLocation) -> Object:
    return {"input": location.input, "index": location.element}


def _location_values(locations: tuple[ElementLocation, ...]) -> list[Value]:
    return [_location_value(location) for location in locations]
