"""Checking findings offline: which of the four classes their evidence is (spec AUDIT-13). Pure.

A finding is checked by the same functions that found it, of its bytes alone. What its writer states is
compared, never used.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from pithbundle.digests.contradiction import Contradiction, check_contradiction, contradictions_among
from pithbundle.digests.head import HEAD_BYTES, Head
from pithbundle.digests.tree import Fetch, TreeReader
from pithbundle.ed25519.strict import PublicKey
from pithbundle.errors import DigestError, FindingError, PithError
from pithbundle.mirror.audit.classify import classify
from pithbundle.mirror.audit.finding import Finding
from pithbundle.mirror.audit.sides import Reports, Side, read_side
from pithbundle.mirror.audit.words import WORDS, Evidence
from pithbundle.verifier import Verifier

#: The keys of mirrors that the reader pinned, by base URL.
Pins = Mapping[str, PublicKey]


@dataclass(frozen=True, slots=True)
class Rechecked:
    """What a check of a finding came to."""

    finding: Finding
    #: The class that holds; None if the finding does not show what it states.
    evidence: Evidence | None
    #: What was recomputed, or why it does not hold. May contain hostile text.
    message: str

    @property
    def exit_status(self) -> int:
        """0 if anybody can check it, 3 for an observation, 1 if it does not show what it states."""
        return {None: 1, "observed": 3}.get(self.evidence, 0)


def recheck(finding: Finding, verifier: Verifier, pins: Pins) -> Rechecked:
    """Check a finding offline (AUDIT-13).

    Args:
        finding: as it was read. Hostile.
        verifier: under the policy of the reader.
        pins: the keys of mirrors that the reader pinned.
    """
    check = _CHECKS.get(finding.word, _observed)
    try:
        evidence, message = check(finding, verifier, pins)
    except PithError as error:
        return Rechecked(finding, None, str(error))
    if evidence is None and finding.policy_sha256 != verifier.policy.sha256:
        message = f"{message}; it was found under another policy, {finding.policy_sha256}"
    return Rechecked(finding, evidence, message)


_Result = tuple[Evidence | None, str]
_Check = Callable[[Finding, Verifier, Pins], _Result]


def _observed(finding: Finding, verifier: Verifier, pins: Pins) -> _Result:
    return "observed", f"{WORDS[finding.word].meaning}: the word of whoever wrote the finding"


def _side_of(finding: Finding, verifier: Verifier) -> Side:
    parts = finding.bodies("bundle")
    if not parts or not finding.suffix:
        raise FindingError("finding", "a finding of this word has a suffix and a bundle", clause="AUDIT-13")
    return read_side(Reports(verifier), finding.mirror, finding.suffix, parts)


def _of_bundle(finding: Finding, verifier: Verifier, pins: Pins) -> _Result:
    """``forged``, ``altered`` and ``wrong_record``: found again in the body."""
    side = _side_of(finding, verifier)
    genuine = finding.bodies("genuine")
    store = read_side(Reports(verifier), "store", finding.suffix, genuine) if genuine else None
    return _again(finding, side, store)


def _of_state(finding: Finding, verifier: Verifier, pins: Pins) -> _Result:
    side = _side_of(finding, verifier)
    states = finding.bodies("state")
    if len(states) != 1:
        raise FindingError("finding", "a finding of this word has one state", clause="AUDIT-13")
    return _again(finding, Side(side.name, side.status, report=side.report, state=states[0]), None)


def _of_digest(finding: Finding, verifier: Verifier, pins: Pins) -> _Result:
    """``digest_differs``: the leaf line is below the root of the head, and not that of the body."""
    side = _side_of(finding, verifier)
    heads = [Head.from_bytes(data) for data in finding.bodies("head")]
    if len({head.sha256 for head in heads}) != 1:
        raise FindingError("finding", "a finding of this word has heads of one generation", clause="AUDIT-13")
    if (heads[0].policy_sha256, heads[0].rules) != (verifier.policy.sha256, verifier.rules.name):
        return None, "the head is of another policy or of other merge rules than yours"
    listed = listed_digest(heads[0], finding.bodies("digests"), finding.suffix)
    return _again(finding, Side(side.name, side.status, report=side.report, listed=listed), None)


def _again(finding: Finding, side: Side, store: Side | None) -> _Result:
    for found in classify(finding.suffix, [side], store).found:
        if found.word == finding.word:
            return "reproducible", found.message
    return None, f"the body does not show {finding.word}"


def listed_digest(head: Head, files: Iterable[bytes], suffix: str) -> str | None:
    """Return the leaf digest of a record by the files from the root of a head to its leaf (MIRROR-3).

    Raises:
        DigestError: ``digest_invalid``: one of the files is missing or not in its form.
    """
    by_name = {_sha256(data): data for data in files}

    def fetch(name: str, limit: int) -> bytes:
        if name not in by_name:
            raise DigestError("digest_invalid", f"{name}.txt is not there", clause="AUDIT-13")
        return by_name[name]

    reader = TreeReader(head.tree, fetch)
    prefix, name = "", head.root
    while len(prefix) < head.depth:
        children = dict(reader.children(prefix, name))
        prefix = suffix[: len(prefix) + 1]
        if prefix not in children:
            return None
        name = children[prefix]
    return next((line.digest for line in reader.leaf(prefix, name) if line.suffix == suffix), None)


def _sha256(data: bytes) -> str:
    return sha256(data).hexdigest()


def _of_files(finding: Finding, verifier: Verifier, pins: Pins) -> _Result:
    """``digest_invalid``: the head or a file that it leads to is not in its form."""
    heads, files = finding.bodies("head"), finding.bodies("digests")
    if len(heads) != 1:
        raise FindingError("finding", "a finding of this word has one head", clause="AUDIT-13")
    try:
        head = Head.from_bytes(heads[0][: HEAD_BYTES + 1])
    except DigestError as error:
        return "reproducible", error.fault.message
    if not files:
        return _of_signature(head, pins.get(finding.mirror))
    return _last_file(head, files)


def _of_signature(head: Head, key: PublicKey | None) -> _Result:
    if key is not None and head.signature_status(key) == "invalid":
        return "reproducible", "the head names the pinned key, and its signature is not one of it"
    return None, "the head is in its form, and no other file is there"


def _fetch(data: bytes) -> Fetch:
    return lambda _name, limit: data[: limit + 1]


def _last_file(head: Head, files: Sequence[bytes]) -> _Result:
    """Follow the files from the root: each is a node that names the next one, but for the last."""
    names = {head.root: ""}
    for number, data in enumerate(files):
        name = _sha256(data)
        is_last = number == len(files) - 1
        if name not in names:
            if is_last:
                return "reproducible", f"the content has another SHA-256 than its name, {min(names)}"
            return None, "a file is none that the one before names"
        reader = TreeReader(head.tree, _fetch(data))
        prefix = names[name]
        try:
            if len(prefix) == head.depth:
                reader.leaf(prefix, name)
                names = {}
            else:
                names = {child: at for at, child in reader.children(prefix, name)}
        except DigestError as error:
            return ("reproducible", error.fault.message) if is_last else (None, error.fault.message)
    return None, "every file is in its form"


def _conflict(finding: Finding, verifier: Verifier, pins: Pins) -> _Result:
    """``conflict``: a proof that verifies alone, or two contradicting heads under a pinned key."""
    for data in finding.bodies("proof"):
        proven = verifier.verify_proof(data)
        return "signer", f"{proven.group.signer} signed contradicting events of {proven.number}"
    for data in finding.bodies("contradiction"):
        key = pins.get(finding.mirror)
        if key is None:
            reason = f"no key is pinned for {finding.mirror}"
            return None, f"{reason}: without it anyone may have written the heads"
        check_contradiction(data, key)
        return "mirror", "two heads that the pinned key signed contradict each other"
    return None, "neither a proof nor a contradiction is in it"


_CHECKS: Final[Mapping[str, _Check]] = {
    "forged": _of_bundle,
    "altered": _of_bundle,
    "wrong_record": _of_bundle,
    "state_differs": _of_state,
    "digest_differs": _of_digest,
    "digest_invalid": _of_files,
    "conflict": _conflict,
}


def contradictions(heads: Iterable[bytes], pins: Pins) -> list[tuple[str, Contradiction, int]]:
    """Return a contradiction between heads of each mirror, also if two readers received them (MIRROR-7).

    Args:
        heads: files of heads, as of the findings of several readers. Hostile.
        pins: the keys that the reader pinned.

    Returns:
        The base URL of the mirror whose pinned key signed both, the two heads, and how many further ones of
        it are in a contradiction. Heads that are not in their form, or not signed by a pinned key, contradict
        nothing.
    """
    read: list[Head] = []
    for data in heads:
        with contextlib.suppress(DigestError):
            read.append(Head.from_bytes(data))
    found = ((base, contradictions_among(read, (), key)) for base, key in sorted(pins.items()))
    return [(base, *result) for base, result in found if result is not None]
