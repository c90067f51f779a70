"""Probing from bytes to a result, in this process and without a clock (spec PROBE-1)."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pithbundle.encoding.limits import DEFAULT_LIMITS, Limits
from pithbundle.encoding.values import BytesLike, as_bytes, require_type
from pithbundle.verify.policy import Policy
from pithbundle.verify.probing.elements import elements_of
from pithbundle.verify.probing.lenient import read_lenient
from pithbundle.verify.probing.results import ProbeResult
from pithbundle.verify.probing.search import Search
from pithbundle.verify.probing.summary import result_of


def probe(
    documents: Iterable[BytesLike],
    policy: Policy,
    *,
    states: Iterable[BytesLike] = (),
    most: int = 100_000,
    limits: Limits = DEFAULT_LIMITS,
    accepted: Collection[str] = (),
) -> ProbeResult:
    """Find how the ids and signatures of events are made, under the keys of a policy (PROBE-1).

    Args:
        documents: bundles or integrity documents, JSON or CBOR, of any records.
        policy: whose keys are tried; what they list as ``event_formats`` does not matter.
        states: published states, of whose entries the ids are known.
        most: how many preimages are tried at most, about.
        limits: limits of each input.
        accepted: names of formats that are taken in spite of their cautions (PROBE-10).

    Raises:
        InputError: a document cannot be read at all.
        TypeError: an argument is of another type.
    """
    require_type("policy", policy, Policy)
    if isinstance(documents, str | bytes | bytearray | memoryview):
        raise TypeError("documents must be several bytes, not one: write [data]")
    elements, count = [], 0
    for is_state, group in ((False, documents), (True, states)):
        for data in group:
            node = read_lenient(as_bytes(data), limits)
            elements += elements_of(count, node, state=is_state)
            count += 1
    search = Search(elements, policy)
    search.run(most)
    return result_of(search, policy, count, accepted)
