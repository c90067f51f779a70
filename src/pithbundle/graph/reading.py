"""From the bytes of the bundles of one record to their claims (spec GRAPH-2)."""

from __future__ import annotations

from collections.abc import Sequence

from pithbundle.bundle.reader import read_bundle
from pithbundle.errors import MergeError
from pithbundle.graph.claims import RecordClaims, claims_of
from pithbundle.joined import input_of
from pithbundle.report import reports_of
from pithbundle.verifier import Verifier


def claims_of_bundles(verifier: Verifier, parts: Sequence[bytes]) -> RecordClaims:
    """Verify and merge the bundles of one record, and read their claims.

    Args:
        verifier: with the policy, the rules and the limits.
        parts: every bundle of the record, JSON or CBOR, at least one.

    Raises:
        PithError: a bundle is rejected as a whole, as by :func:`pithbundle.read_bundle`; or MergeError,
            ``collision``: they are of two records.
    """
    bundles = [read_bundle(part, limits=verifier.limits) for part in parts]
    verified = [verifier._verify(bundle) for bundle in bundles]
    report, *others = reports_of(
        (input_of(str(index), each), each.ledger) for index, each in enumerate(verified)
    )
    if report.rejected:
        raise report.rejected[0].error
    if others:
        raise MergeError("subject", "the bundles are of different records")
    return claims_of(report, bundles)
