"""What ``pithbundle mirror check-finding`` does: no network, and no extra of the package."""

from __future__ import annotations

from collections.abc import Sequence

from pithbundle.cli.inputs import read_bytes, require_single_stdin
from pithbundle.digests.head import HEAD_BYTES, HEAD_TYPE, Head
from pithbundle.ed25519.strict import PublicKey
from pithbundle.errors import DigestError, FindingError, PithError
from pithbundle.mirror.audit.finding import FINDING_BYTES, read_finding
from pithbundle.mirror.audit.recheck import Rechecked, contradictions, recheck
from pithbundle.verifier import Verifier

#: A file, and what a check of it came to or why it was rejected.
Checked = tuple[str, "Rechecked | PithError"]


def check_findings(
    paths: Sequence[str], verifier: Verifier, keys: Sequence[tuple[str, PublicKey]]
) -> tuple[list[Checked], list[tuple[str, str, int]]]:
    """Check files of findings, and the heads of all of them against each other.

    A file may also be a head as it was received: two of them are evidence if they contradict each other.

    Returns:
        The result of each finding, and of each mirror that contradicts itself the base URL, the reason, and
        how many further heads of it are in a contradiction.

    Raises:
        InputRejected: a file cannot be read, or is too large.
        click.UsageError: standard input is named twice.
    """
    require_single_stdin(*paths)
    pins = dict(keys)
    checked: list[Checked] = []
    heads: list[bytes] = []
    for path in paths:
        data = read_bytes(path, FINDING_BYTES)
        if _is_head(data):
            heads.append(data)
            continue
        try:
            finding = read_finding(data)
            heads += finding.bodies("head")
            checked.append((path, recheck(finding, verifier, pins)))
        except PithError as error:
            checked.append((path, error.detached()))
    found = [(base, str(each.reason), further) for base, each, further in contradictions(heads, pins)]
    if heads and not checked and not found:
        message = "the heads do not contradict each other under a key that is pinned with --mirror-key"
        checked.append((paths[0], FindingError("finding", message, clause="AUDIT-13")))
    return checked, found


def _is_head(data: bytes) -> bool:
    if len(data) > HEAD_BYTES or HEAD_TYPE.encode("ascii") not in data:
        return False
    try:
        Head.from_bytes(data)
    except DigestError:
        return False
    return True
