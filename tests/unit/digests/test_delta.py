"""Deltas between generations, and how a reader follows them (MIRROR-5)."""

from __future__ import annotations

import pytest

from kit.trees import Files, changed, head, line, lines
from pithbundle.digests.delta import (
    DELTA_BYTES,
    MAX_DELTAS,
    Change,
    Delta,
    apply,
    combine,
    delta_of,
    follow,
    read_delta,
    require_head,
)
from pithbundle.digests.head import Head
from pithbundle.digests.lines import LeafLine
from pithbundle.errors import DigestError

A, B, C, D = lines(4)
X, Y = "0" * 64, "1" * 64


def test_a_delta_is_read_back() -> None:
    changes = (
        Change(A.suffix, None, A.digest),
        Change(B.suffix, B.digest, None),
        Change(C.suffix, C.digest, changed(C).digest),
    )
    delta = Delta(X, Y, "2" * 64, changes)
    data = delta.to_bytes()
    assert data.decode() == (
        f"pithbundle mirror delta v1\nfrom {X}\nto {Y}\nprevious {'2' * 64}\n"
        f"+ {A.suffix} {A.digest}\n- {B.suffix} {B.digest}\n~ {C.suffix} {C.digest} {changed(C).digest}\n"
    )
    files = Files()
    assert files.put(data) == delta.name and read_delta(delta.name, files.fetch) == delta


def test_a_large_delta_is_not_made() -> None:
    room = DELTA_BYTES - len(Delta(X, Y, None, ()).to_bytes())
    changes = [Change(one.suffix, None, one.digest) for one in lines(room // 62)]
    most = delta_of(X, Y, None, changes)
    assert most is not None and DELTA_BYTES - 62 < len(most.to_bytes()) <= DELTA_BYTES
    assert delta_of(X, Y, None, [*changes, Change("Z" * 26, None, "0" * 32)]) is None


def chain(length: int) -> tuple[Files, Head, list[list[LeafLine]]]:
    """So many generations, each of which adds, changes or removes one record; the last head."""
    files = Files()
    states = [lines(200)]
    delta: Delta | None = None
    for at in range(length):
        before = states[-1]
        one = before[at % len(before)]
        change, after = (
            (
                Change(one.suffix, one.digest, changed(one).digest),
                [changed(one) if x == one else x for x in before],
            ),
            (
                Change(line(1000 + at).suffix, None, line(1000 + at).digest),
                sorted([*before, line(1000 + at)]),
            ),
            (Change(one.suffix, one.digest, None), [x for x in before if x != one]),
        )[at % 3]
        roots = files.build(before).root, files.build(after).root
        delta = Delta(*roots, delta.name if delta else None, (change,))
        files.put(delta.to_bytes())
        states.append(after)
    tree = files.build(states[-1])
    return files, head(tree, length + 1, delta=delta and delta.name), states


@pytest.mark.parametrize("held", [0, 1, 40, 63, 64])
def test_the_deltas_lead_to_the_head(held: int) -> None:
    files, last, states = chain(MAX_DELTAS)
    files.requests = 0
    changes = follow(last, files.build(states[held]).root, files.fetch)
    assert changes is not None and files.requests == MAX_DELTAS - held
    after = list(apply(states[held], changes))
    assert after == states[-1]
    require_head(after, last)


def test_more_deltas_than_a_reader_follows() -> None:
    files, last, states = chain(MAX_DELTAS + 1)
    files.requests = 0
    assert follow(last, files.build(states[0]).root, files.fetch) is None
    assert files.requests == MAX_DELTAS
    assert follow(last, files.build(states[1]).root, files.fetch) is not None


def test_a_chain_that_ends_before_the_root() -> None:
    files, last, _ = chain(3)
    assert follow(last, "9" * 64, files.fetch) is None
    assert follow(head(files.build(lines(5)), 2), "9" * 64, files.fetch) is None


def test_a_delta_that_leads_elsewhere() -> None:
    files, last, _ = chain(3)
    other = head(files.build(lines(5)), 4, delta=last.delta)
    with pytest.raises(DigestError, match="but the next root is") as caught:
        follow(other, "9" * 64, files.fetch)
    assert caught.value.code == "digest_invalid"


def test_changes_of_several_deltas_become_one_for_each_record() -> None:
    new = changed(A)
    deltas = [
        Delta(X, Y, None, (Change(A.suffix, None, A.digest), Change(B.suffix, B.digest, None))),
        Delta(Y, X, None, (Change(A.suffix, A.digest, new.digest),)),
        Delta(X, Y, None, (Change(A.suffix, new.digest, None),)),
    ]
    assert combine(deltas) == (Change(A.suffix, None, None), Change(B.suffix, B.digest, None))
    assert list(apply([B], combine(deltas))) == []
    with pytest.raises(DigestError, match="another digest after the delta before"):
        combine([deltas[0], deltas[2]])


@pytest.mark.parametrize(
    "change",
    [
        Change(A.suffix, None, changed(A).digest),
        Change(B.suffix, changed(B).digest, None),
        Change(B.suffix, None, changed(B).digest),
        Change(C.suffix, C.digest, None),
        Change(D.suffix, D.digest, changed(D).digest),
    ],
)
def test_changes_of_other_lines(change: Change) -> None:
    with pytest.raises(DigestError, match="from another digest than the one that it has") as caught:
        list(apply([A, B], [change]))
    assert caught.value.clause == "MIRROR-5"


def test_lines_that_do_not_lead_to_the_head() -> None:
    given = lines(200)
    last = head(Files().build(given))
    require_head(given, last)
    with pytest.raises(DigestError, match="do not lead to the root"):
        require_head([changed(given[0]), *given[1:]], last)
    with pytest.raises(DigestError, match="199 records"):
        require_head(given[1:], last)
