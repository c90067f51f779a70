"""Numbers by keys: what a dict gives, in less memory (RECOMP-9)."""

from __future__ import annotations

import random
import sys

from pithbundle.recompute.number_table import NumberTable


def test_it_gives_what_a_dict_gives() -> None:
    """Also of keys that end alike, and of those whose number was removed; in a table that grows."""
    drawn = random.Random(1)
    table, model = NumberTable(), dict[int, int]()
    for number in range(20_000):
        key = drawn.choice([drawn.getrandbits(60), drawn.randrange(40) << 20, drawn.randrange(3_000)])
        assert table.get(key) == model.get(key)
        if key in model and drawn.random() < 0.5:
            table.remove(key)
            del model[key]
        else:
            table.put(key, number)
            model[key] = number
        assert len(table) == len(model)
    assert len(model) > 4_000 and all(table.get(key) == number for key, number in model.items())


def test_a_number_has_few_bytes() -> None:
    drawn = random.Random(2)
    table = NumberTable()
    for number in range(50_000):
        table.put(drawn.getrandbits(60), number)
        if number > 1_000 and number % 997 == 0:
            assert 12 <= (sys.getsizeof(table._keys) + sys.getsizeof(table._numbers)) / number <= 37
