"""How a timestamp proof is printed: its attestations, then its tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from pithbundle.cli.output import Output
from pithbundle.encoding.values import Object
from pithbundle.evidence.ots import Attestation, Operation, Proof, Step
from pithbundle.wording import plural

#: The most attestations, and the most lines of a tree, that are printed.
MOST: Final = 20
_LINES: Final = 200
#: The most levels of branches that are indented: a hostile tree has 255.
_LEVELS: Final = 12
#: The longest message or argument, in bytes, that is printed or given as JSON whole.
_BYTES: Final = 64


def print_proof(out: Output, path: str, proof: Proof) -> None:
    """Print a proof; nothing of it was checked."""
    attestations = proof.attestations
    operations = len(proof.steps) - len(attestations)
    out.heading("proof", out.file_name(path))
    out.detail("digest", f"{proof.hash_name} {proof.digest.hex()}")
    out.detail("contains", f"{plural(operations, 'operation')}, {plural(len(attestations), 'attestation')}")
    out.detail("checked", "nothing: these are the words of the file")
    for each in attestations[:MOST]:
        out.heading("attestation", attestation_text(out, each))
        out.detail("message", _message(each))
    if len(attestations) > MOST:
        out.line(f"  and {plural(len(attestations) - MOST, 'more attestation')}")
    out.heading("tree", "each operation is of the message before it, each - a branch of one message")
    for number, (level, text) in enumerate(_tree(out, proof)):
        if number == _LINES:
            out.line(f"  and {plural(len(proof.steps) - _LINES, 'more line')}: --json has all")
            break
        out.line("  " + "  " * min(level, _LEVELS) + text)


def attestation_text(out: Output, attestation: Attestation) -> str:
    """An attestation in words."""
    if attestation.kind == "pending":
        return f"pending, by {out.show(attestation.uri)}"
    if attestation.kind == "unknown":
        return f"unknown kind 0x{attestation.tag.hex()}, {plural(len(attestation.payload), 'byte')}"
    return f"{attestation.kind.capitalize()} block {attestation.height}"


def _message(attestation: Attestation) -> str:
    message = attestation.message
    if message is None:
        return "behind an operation that is not computed"
    return _hex(message)


def _hex(data: bytes) -> str:
    return data.hex() if len(data) <= _BYTES else f"{data[:_BYTES].hex()}... ({len(data)} bytes)"


def _tree(out: Output, proof: Proof) -> Iterator[tuple[int, str]]:
    """The level and the text of each line; a level is a message with several branches on the way."""
    branches = _branches(proof)
    #: By depth, the level at which the branches of the message are.
    levels = [0]
    for step, several in zip(proof.steps, branches, strict=True):
        del levels[step.depth + 1 :]
        level = levels[step.depth]
        yield level, ("- " if several else "") + _step_text(out, step)
        levels.append(level + several)


def _branches(proof: Proof) -> list[bool]:
    """For each step, whether its message has other branches."""
    #: By depth, the steps of the message that is read there.
    open_messages: list[list[int]] = []
    several = [False] * len(proof.steps)
    for index, step in enumerate(proof.steps):
        del open_messages[step.depth + 1 :]
        if step.depth == len(open_messages):
            open_messages.append([])
        else:
            for other in (index, open_messages[step.depth][0]):
                several[other] = True
        open_messages[step.depth].append(index)
    return several


def _step_text(out: Output, step: Step) -> str:
    branch = step.branch
    if isinstance(branch, Operation):
        return f"{branch.name} {_hex(branch.argument)}" if branch.argument else branch.name
    return f"attestation: {attestation_text(out, branch)}"


def proof_value(proof: Proof) -> Object:
    """The digest and the attestations of a proof as JSON."""
    return {
        "hash_name": proof.hash_name,
        "digest": proof.digest.hex(),
        "attestations": [attestation_value(each) for each in proof.attestations],
    }


def attestation_value(attestation: Attestation) -> Object:
    """An attestation as JSON; a message that no block and no calendar can have is left out."""
    message = attestation.message
    return {
        "kind": attestation.kind,
        "tag": attestation.tag.hex(),
        "message": None if message is None or len(message) > _BYTES else message.hex(),
        "height": attestation.height,
        "calendar": attestation.uri,
    }


def step_value(step: Step) -> Object:
    """A step of a tree as JSON."""
    branch = step.branch
    if isinstance(branch, Operation):
        return {"depth": step.depth, "operation": branch.name, "argument": branch.argument.hex()}
    return {
        "depth": step.depth,
        "operation": None,
        "tag": branch.tag.hex(),
        "payload": branch.payload.hex(),
    }
