"""Which files of earlier generations stay (MIRROR-9)."""

from __future__ import annotations

import random

import pytest

from pithbundle.digests.kept import GENERATIONS, Kept, next_kept
from pithbundle.errors import DigestError


def name(number: int) -> str:
    return f"{number:064x}"


def test_a_file_stays_for_64_generations() -> None:
    """Drawn histories: what is removed is exactly what no generation of the last 64 uses."""
    rng = random.Random(9)
    used: list[set[str]] = [set(map(name, range(5)))]
    kept = Kept({})
    present = set(used[0])
    for generation in range(2, 300):
        now = {name(rng.randrange(60)) for _ in range(4)}
        kept, expired = next_kept(kept, used[-1], now, generation)
        used.append(now)
        present = (present | now) - expired
        assert present == set().union(*used[-GENERATIONS:])
        assert kept.last_used.keys() == present - now
        assert Kept.from_bytes(kept.to_bytes()) == kept


def test_a_file_that_is_used_again_is_not_removed() -> None:
    kept, expired = next_kept(Kept({name(1): 5}), [name(2)], [name(1)], 69)
    assert kept.last_used == {name(2): 68} and expired == set()


def test_the_boundary() -> None:
    kept, expired = next_kept(Kept({name(1): 36, name(2): 37}), [], [], 100)
    assert expired == {name(1)} and kept.last_used == {name(2): 37}


@pytest.mark.parametrize(
    "data",
    [
        b"\n", b"x\n", f"{name(1)} 0\n".encode(), f"{name(1)} 1".encode(), f"{name(1)}  1\n".encode(),
        f"{name(2)} 1\n{name(1)} 1\n".encode(), f"{name(1)} 1\n{name(1)} 2\n".encode(),
        f"{name(1)} 1\r\n".encode(), f"../x{name(1)[4:]} 1\n".encode(),
    ],
    ids=range(9),
)  # fmt: skip
def test_a_file_that_is_not_in_its_form(data: bytes) -> None:
    with pytest.raises(DigestError, match="not in its form, or out of order") as caught:
        Kept.from_bytes(data)
    assert (caught.value.code, caught.value.clause) == ("digest_invalid", "MIRROR-9")
