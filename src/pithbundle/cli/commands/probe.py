"""``pithbundle probe``: how a registry makes ids and signatures (spec PROBE-1 to PROBE-8)."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import Any, Final

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
from pithbundle.cli.output import Exit, Output, Style
from pithbundle.cli.probe_run import default_jobs, inputs_sha256, progress_document, resume, run_search
from pithbundle.cli.render import plural
from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.parsed import Encoding
from pithbundle.encoding.values import Object, Value, portable
from pithbundle.files import STDIN, read_input
from pithbundle.verify.policy import Policy
from pithbundle.verify.probing.elements import Element, elements_of
from pithbundle.verify.probing.lenient import read_lenient
from pithbundle.verify.probing.results import ElementLocation, Found, ProbeResult, ProbeStatus
from pithbundle.verify.probing.search import Search
from pithbundle.verify.probing.summary import result_of

_HEADLINES: Final[dict[ProbeStatus, tuple[str, Style, str]]] = {
    "settled": ("SETTLED:", "good", "one event format explains the events"),
    "in_words": ("FOUND, BUT NO FORMAT:", "doubtful", "the rule is known, and no event format can state it"),
    "partial": ("PARTLY SETTLED:", "doubtful", "something is explained, not enough for one format"),
    "not_settled": ("NOT SETTLED:", "doubtful", "no preimage that was tried explains an id or a signature"),
}
#: How many locations are printed.
_MAX_SHOWN: Final = 12


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
    policy_path: str | None
    encoding: Encoding | None
    limits: Limits

    @property
    def inputs(self) -> tuple[str, ...]:
        """All inputs in the order in which results number them: states last."""
        return (*self.files, *self.integrity, *self.states)

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
        paths = [os.path.abspath(path) for path in (self.output, self.policy_output) if path is not None]
        if len(paths) > len(set(paths)):
            raise click.UsageError("-o and --policy-output name the same file", ctx)
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
    "\b\nExit status: 0 settled; 1 a file is rejected; 2 usage error; 3 not settled,\n"
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
    for number, (path, content) in enumerate(zip(given.inputs, data, strict=True)):
        with rejecting(path, data=content):
            node = read_lenient(content, given.limits, given.encoding)
        is_state = number >= len(given.files) + len(given.integrity)
        elements += elements_of(number, node, state=is_state)
    search = Search(elements, policy, thorough=given.thorough)
    about = inputs_sha256(data, policy.sha256)
    if given.resume_path is not None and os.path.exists(given.resume_path):
        with rejecting(given.resume_path, Exit.USAGE):
            resume(search, read_input(given.resume_path, DEFAULT_LIMITS.size), about)
    ended = False
    try:
        ended = run_search(search, given.seconds, given.jobs or default_jobs())
    finally:
        # An interrupted search can be resumed too.
        if given.resume_path is not None and not ended:
            write_files({given.resume_path: progress_document(search, about)}, True)
    result = result_of(search, policy, len(given.inputs))
    _deliver(result, policy, given)
    status = Exit.VALID if result.status == "settled" else Exit.UNVERIFIED
    if out.as_json:
        return out.result(result.status, status, _members(result, policy, given))
    _Printer(out, given, result, ended).print(policy)
    return status


def _deliver(result: ProbeResult, policy: Policy, given: _Options) -> None:
    """Write the format and the policy, if there are any and files for them."""
    best, found = result.best, result.policy(policy)
    written: dict[str, bytes] = {}
    if given.output is not None and best is not None and best.event_format is not None:
        written[given.output] = readable_json(best.event_format.to_value(), EventFormat.from_bytes)
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
        "policy_document": result.policy(policy),
    }


def _found_value(found: Found) -> Object:
    return {
        "event_format": found.listed,
        "alternatives": [each.to_value() for each in found.alternatives],
        "recipe": portable(found.recipe),
        "obstacles": [portable(each) for each in found.obstacles],
        "missing_roles": list(found.missing),
        "elements": _location_values(found.elements),
        "ids": _location_values(found.ids),
        "keys": [
            {"signer_id": key.signer_id, "key_id": key.key_id, "public_key_fingerprint": key.fingerprint}
            for key in found.keys
        ],
    }


def _location_value(location: ElementLocation) -> Object:
    return {"input": location.input, "index": location.element}


def _location_values(locations: tuple[ElementLocation, ...]) -> list[Value]:
    return [_location_value(location) for location in locations]


# -- text -----------------------------------------------------------------------------------------------


class _Printer:
    """Prints a result as text."""

    def __init__(self, out: Output, given: _Options, result: ProbeResult, ended: bool) -> None:
        self.out = out
        self.given = given
        self.result = result
        #: Whether the search ended by itself, before the time did.
        self.ended = ended

    def print(self, policy: Policy) -> None:
        """Print the whole result: what was found, then what was not."""
        out, result = self.out, self.result
        label, style, words = _HEADLINES[result.status]
        out.line(label, style, f" {words}")
        for path, status in zip(self.given.inputs, result.inputs, strict=True):
            note = "" if len(result.inputs) == 1 else f": {status.replace('_', ' ')}"
            out.detail("file", out.file_name(path) + note)
        out.detail("elements", f"{result.elements}, {result.signatures} of them with a possible signature")
        end = "the time ended before everything was tried"
        if self.ended:
            end = "everything was tried" if result.exhausted else "enough was tried; --thorough goes on"
        tried = f"{plural(result.preimages, 'preimage')}, {plural(result.checks, 'signature check')}"
        out.detail("tried", tried if result.status == "settled" else f"{tried}; {end}")
        self._claimed()
        for found in result.found:
            self._found(found)
        if result.unexplained:
            self._unexplained()
        self._next(policy)

    def _claimed(self) -> None:
        """What needs no preimage, and digests that nothing signs."""
        out, result = self.out, self.result
        if result.receipts:
            out.detail(
                "receipts",
                f"signatures over the hash of the record: {self._indices(result.receipts)}",
            )
        unexplained = {*result.unexplained}
        signed = [each for each in result.signed_digests if each[0] in unexplained]
        if signed:
            pointers = ", ".join(sorted({out.show(pointer, 60) for _, pointer in signed}))
            where = self._indices(tuple(dict.fromkeys(location for location, _ in signed)))
            out.detail("signed", f"signatures over the claimed digest at {pointers}: {where}")
        for pointer, recipe in sorted({(pointer, recipe) for _, pointer, recipe in result.reproduced}):
            out.detail(
                "digest", f"at {out.show(pointer, 60)} is reproduced and not signed: {out.show(recipe)}"
            )

    def _found(self, found: Found) -> None:
        out = self.out
        out.line()
        count = f"{plural(len(found.elements), 'element')}: {self._indices(found.elements)}"
        name = "a rule" if found.event_format is None else f"event format {found.event_format.name}"
        out.heading("explained", f"{name} explains {count}", "good" if found.is_settled else "doubtful")
        if found.ids:
            out.detail("ids", f"{len(found.ids)} of them state the id that it makes")
        for key in found.keys:
            out.detail("key", f"{out.show(key.signer_id, 40)} {out.show(key.key_id, 40)} {key.fingerprint}")
        out.detail("recipe", out.show(found.recipe, 2_000))
        for why in found.obstacles:
            out.detail("no format", out.show(why, 400))
        if found.missing and found.event_format is not None:
            out.detail("not covered", f"{', '.join(found.missing)}: events are unbound at best")
        if found.alternatives:
            out.detail("also", f"{plural(len(found.alternatives), 'other format')} that explain the same")

    def _unexplained(self) -> None:
        out, result = self.out, self.result
        out.line()
        count = plural(len(result.unexplained), "element")
        out.heading("unexplained", f"{count}: {self._indices(result.unexplained)}", "doubtful")
        if result.status == "settled":
            return
        out.detail(
            "report", "shapes and lengths only, no content: you can publish this with the counts above"
        )
        for shape in result.shapes:
            members = shape["members"]
            out.line(f"  {shape['count']} of this shape:")
            for pointer, kind in members.items() if isinstance(members, dict) else ():
                out.line(f"    {out.show(pointer, 80)}: {out.show(kind, 120)}")

    def _next(self, policy: Policy) -> None:
        """The next command, and the policy for it."""
        out, given, best = self.out, self.given, self.result.best
        out.line()
        if best is None:
            if not self.ended:
                out.detail("next", "search longer with --time, and go on with --resume FILE")
            return
        if given.output is not None:
            out.detail("format", f"written to {out.show(given.output)}")
        path = given.policy_output
        if path is not None:
            out.detail("policy", f"written to {out.show(path)}")
        bundle = out.file_name(next(iter(given.files), "BUNDLE"))
        out.detail("next", f"pithbundle verify {bundle} --policy {out.show(path or 'policy.json')}")
        if path is None:
            out.detail("policy", "save this as policy.json, or write it with --policy-output")
            out.json(self.result.policy(policy))

    def _indices(self, locations: tuple[ElementLocation, ...]) -> str:
        """Locations as people read them: the index of the element, and the file where there are several."""
        many = len(self.result.inputs) > 1
        shown = [
            f"{index} of file {source + 1}" if many else str(index)
            for source, index in locations[:_MAX_SHOWN]
        ]
        more = [f"and {len(locations) - _MAX_SHOWN} more"] if len(locations) > _MAX_SHOWN else []
        return ", ".join([*shown, *more])
