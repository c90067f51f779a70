"""Hostile bytes: whatever comes in, a value or a PithError comes out, soon and in little memory."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Iterator

import pytest

from kit.cbor import cbor
from kit.data import REPO, fuzz_count
from kit.processor import slowness
from kit.runs import spread
from pithbundle.codes import CODES
from pithbundle.encoding.canonical import canonical_bytes
from pithbundle.encoding.cbor import parse_cbor, read_cbor
from pithbundle.encoding.json_reader import parse_json, read_json
from pithbundle.encoding.parsed import Parsed
from pithbundle.errors import PithError

Reader = Callable[..., Parsed]
READERS: dict[str, Reader] = {"json": read_json, "cbor": read_cbor}
SEED = 20261120


# --- Random, truncated and bit-flipped inputs ------------------------------------------

#: Pieces that a grammar reacts to, so that random inputs get past the first byte.
PIECES = {
    "json": [
        *(bytes([byte]) for byte in b'{}[],:"0-1e. \n\\\x00\xff'),
        *(b'""', b'"a"', b'"a":', b'"events"', b"\\u", b"\\ud800", b"\\u0000", b"-0", b"1.0", b"9" * 20),
        *(b"true", b"null", b"NaN", b"Infinity"),
        *(b"\xef\xbb\xbf", b"\xed\xa0\x80", b"\xef\xbf\xbf", b"\xf0\x9f\x98\x80"),
    ],
    "cbor": [
        *(bytes([byte]) for byte in b"\x00\x18\x1b\x20\x3b\x40\x5f\x60\x7f\x80\x81\x82\x9b\x9f"),
        *(bytes([byte]) for byte in b"\xa0\xa1\xa2\xbf\xc0\xf4\xf6\xf7\xf8\xfa\xfb\xff"),
        *(b"\x61a", b"\x66events", b"\xd8\x1c", b"\xf9\x7c\x00", b"\xf9\x38\x00", b"\x61\x00"),
    ],
}


def valid_inputs(kind: str) -> list[bytes]:
    """A few inputs that are accepted, to be tampered."""
    event = {
        "event_type": "citation",
        "payload": {"n": [1, -2, 0.5, None, True], "t": "é\n\U0001f600\\"},
        "": {},
    }
    # One bit away from a duplicate key, an integer out of range, U+0000, an unportable float.
    edge: dict[str, object] = {"a": 9007199254740991, "c": ["\x01", 0.5], "e": "\x10"}
    documents = [
        {"events": [event, event], "x": [[[]], {}]},
        [[1], {"k" * 40: "v" * 300}],
        "text",
        *[edge, {"a": 1, "c": 2}, {"events": [{"a": 1, "c": 0.5}]}] * 3,
    ]
    if kind == "cbor":
        return [cbor(document) for document in documents]
    return [
        json.dumps(d, indent=i, ensure_ascii=a).encode()
        for d in documents
        for i, a in ((None, False), (2, True))
    ]


def inputs(kind: str, count: int, seed: int) -> Iterator[bytes]:
    draw = random.Random(f"{kind} {seed}")
    base = valid_inputs(kind)
    for _ in range(count):
        how = draw.randrange(5)
        if how == 0:
            yield draw.randbytes(draw.randrange(40))
        elif how == 1:
            yield b"".join(draw.choices(PIECES[kind], k=draw.randrange(1, 25)))
        elif how == 2:
            data = draw.choice(base)
            yield data[: draw.randrange(len(data))]
        elif how == 3:
            data, at = draw.choice(base), draw.randrange(60)
            yield data[:at] + draw.choice(PIECES[kind]) + data[at + draw.randrange(3) :]
        else:
            tampered = bytearray(draw.choice(base))
            for _ in range(draw.randrange(1, 4)):
                tampered[draw.randrange(len(tampered))] ^= 1 << draw.randrange(8)
            yield bytes(tampered)


def only_pith_errors(kind: str, count: int, seed: int) -> None:
    read = READERS[kind]
    codes = set()
    for data in inputs(kind, count, seed):
        started = time.process_time()
        try:
            document = read(data, confine="events")
            codes |= {"ok"} | {fault.code for fault in document.faults.values()}
        except PithError as error:
            assert error.code in CODES
            codes.add(error.code)
        except Exception as error:
            raise AssertionError(f"{data!r} let {type(error).__name__} out") from error
        seconds = time.process_time() - started
        assert seconds < 1 or seconds < slowness(), data
    # Inputs that never reach a rule would show nothing.
    expected = {
        "json": {
            "ok",
            "utf8",
            "syntax",
            "number_form",
            "number_range",
            "surrogate",
            "string",
            "duplicate_key",
        },
        "cbor": {
            "ok",
            "utf8",
            "trailing",
            "cbor_truncated",
            "cbor_type",
            "cbor_tag",
            "cbor_key_type",
            "duplicate_key",
        },
    }
    assert expected[kind] <= codes


@pytest.mark.fuzz
@pytest.mark.parametrize("kind", ["json", "cbor"])
def test_only_pith_errors_leave(kind: str) -> None:
    only_pith_errors(kind, fuzz_count(3_000), SEED)


@pytest.mark.long
@pytest.mark.parametrize("kind", ["json", "cbor"])
def test_only_pith_errors_leave_at_length(kind: str) -> None:
    only_pith_errors(kind, 100_000, SEED + 1)


# --- The worst inputs at the limits ----------------------------------------------------

SIZE = 4 * 1024 * 1024
DEEP = 32


def filled(unit: bytes, front: bytes = b"", back: bytes = b"") -> bytes:
    return front + unit * ((SIZE - len(front) - len(back)) // len(unit)) + back


def numbered(front: bytes, unit: str, back: bytes, count: int) -> bytes:
    return front + b",".join((unit % i).encode() for i in range(count)) + back


def cbor_head(major: int, count: int) -> bytes:
    return bytes([major << 5 | 26]) + count.to_bytes(4, "big")


def megabyte_texts() -> bytes:
    # One astral character makes Python keep four bytes for each of the others.
    text = '"\U0001f600'.encode() + b"a" * 1_000_000 + b'"'
    return b"[" + b",".join([text] * 4) + b"]"


#: Name (its first word is the reader): how to make the input, and the code it gets, or "ok".
WORST: dict[str, tuple[Callable[[], bytes], str]] = {
    "json openers": (lambda: filled(b"["), "depth"),
    "json object openers": (lambda: filled(b'{"a":'), "depth"),
    "json pairs": (lambda: filled(b"[]"), "syntax"),
    "json late depth": (lambda: filled(b"[]", back=b"[" * 40), "depth"),
    "json late depth behind texts": (lambda: filled('["é"]'.encode(), back=b"[" * 40), "depth"),
    "json closers": (lambda: filled(b"]"), "syntax"),
    "json array of pairs": (lambda: filled(b"[],", b"[", b"[]]"), "nodes"),
    "json commas": (lambda: filled(b","), "nodes"),
    "json ones": (lambda: filled(b"1,", b"[", b"1]"), "nodes"),
    "json long text": (lambda: filled(b"a", b'"', b'"'), "size"),
    "json long astral text": (lambda: filled(b"a", '"\U0001f600'.encode(), b'"'), "size"),
    "json astral texts": (megabyte_texts, "ok"),
    "json quotes": (lambda: filled(b'"'), "syntax"),
    "json empty texts": (lambda: filled(b'""'), "syntax"),
    "json backslashes": (lambda: filled(b"\\", b'"'), "syntax"),
    "json escapes": (lambda: filled(b"\\n", b'"', b'"'), "size"),
    "json unicode escapes": (lambda: filled(b"\\u0041", b'"', b'"'), "ok"),
    "json surrogate escapes": (lambda: filled(b"\\ud800", b'"', b'"'), "size"),
    "json unterminated": (lambda: filled(b"a", b'"'), "syntax"),
    "json digits": (lambda: filled(b"9"), "number_range"),
    "json zeros": (lambda: filled(b"0", b"0."), "number_form"),
    "json exponent": (lambda: filled(b"9", b"1e-"), "number_form"),
    "json spaces": (lambda: filled(b" "), "syntax"),
    "json not utf-8 at the end": (lambda: filled(b" ", back=b"\xff"), "utf8"),
    "json many keys": (lambda: numbered(b"{", '"%d":1', b"}", 199_000), "ok"),
    "json one key often": (lambda: filled(b'"a":1,', b"{", b'"a":1}'), "nodes"),
    "json one key 199,000 times": (lambda: numbered(b"{", '"a":%d', b"}", 199_000), "duplicate_key"),
    "json 199,000 empty objects": (lambda: b"[" + b",".join([b"{ }"] * 199_000) + b"]", "ok"),
    "json 199,000 short texts": (lambda: numbered(b"[", '"\\u00e9%09d"', b"]", 199_000), "ok"),
    "json 199,000 faulty events": (lambda: numbered(b'{"events":[', '"\\u0000%d"', b"]}", 199_000), "ok"),
    "cbor openers": (lambda: filled(b"\x81"), "depth"),
    "cbor map openers": (lambda: filled(b"\xa1\x61a"), "depth"),
    "cbor empty arrays": (lambda: filled(b"\x80", cbor_head(4, SIZE - 5)), "nodes"),
    "cbor zeros": (lambda: filled(b"\x00", cbor_head(4, SIZE - 5)), "nodes"),
    "cbor 199,000 empty maps": (lambda: cbor_head(4, 199_000) + b"\xa0" * 199_000, "ok"),
    "cbor 199,000 faulty events": (
        lambda: b"\xa1\x66events" + cbor_head(4, 199_000) + b"\xf9\x7c\x00" * 199_000,
        "ok",
    ),
    "cbor many keys": (
        lambda: cbor_head(5, 199_000) + b"".join(b"\x66%06d\x00" % i for i in range(199_000)),
        "ok",
    ),
    "cbor long text": (lambda: filled(b"a", cbor_head(3, SIZE - 5)), "size"),
    "cbor huge text": (lambda: b"\x7b" + b"\x3f" * 8, "cbor_truncated"),
    "cbor huge arrays": (lambda: filled(b"\x9b\x3f" + b"\xff" * 7), "cbor_truncated"),
    "cbor huge map": (lambda: filled(b"\x00", b"\xbb\x7f" + b"\xff" * 7), "cbor_truncated"),
    "cbor 2^27 declared": (lambda: filled(b"\x00", cbor_head(4, 1 << 27)), "cbor_truncated"),
    "cbor tags": (lambda: filled(b"\xc1"), "cbor_tag"),
    "cbor indefinite": (lambda: filled(b"\x9f"), "cbor_indefinite"),
    "cbor bytes": (lambda: filled(b"\x00", cbor_head(2, SIZE - 5)), "cbor_type"),
    "cbor trailing": (lambda: filled(b"\x00"), "trailing"),
}

# Peak memory is that of a whole process, so each input has one of its own. Seconds are of the
# processor: a busy machine proves nothing about a reader.
MEASURE = """
import sys, time
from hostile.test_reader_fuzz import READERS, WORST
from kit.memory import peak_kib
from pithbundle.errors import PithError
read = READERS[sys.argv[1].split()[0]]
data = WORST[sys.argv[1]][0]()
started = time.process_time()
try:
    outside = read(data, confine="events").faults.get(None)
    code = "ok" if outside is None else outside.code
except PithError as error:
    code = error.code
seconds = time.process_time() - started
print(code, len(data), seconds, peak_kib())
"""


def measured(name: str) -> tuple[str, float, int]:
    """Return (code, seconds, peak bytes of the process) of one of the worst inputs."""
    ran = subprocess.run(
        [sys.executable, "-c", MEASURE, name], env=environment(), capture_output=True, text=True, check=True
    )
    code, size, seconds, peak = ran.stdout.split()
    assert int(size) <= SIZE
    return code, float(seconds), int(peak) * 1024


def environment(**more: str) -> dict[str, str]:
    path = os.pathsep.join([str(REPO / "src"), str(REPO / "tests"), *sys.path])
    return {"PYTHONPATH": path, "PATH": os.environ.get("PATH", ""), **more}


@pytest.mark.parametrize("name", spread(WORST, slow=[*WORST][::3]))
def test_worst_inputs_stay_within_their_time_and_256_mb(name: str) -> None:
    code, seconds, peak = measured(name)
    assert code == WORST[name][1]
    assert peak < 256 * 1024 * 1024
    # What is accepted may name a fault in each of 199,000 elements. It took half of this where nothing else
    # ran; what is quadratic takes minutes.
    assert seconds < (4 if code == "ok" else 2) * slowness()


# --- Verdicts depend on the bytes alone -------------------------------------------------

CASES = [
    ("json", b"[" * DEEP + b"]" * DEEP),
    ("json", b"[ " * DEEP + b"]" * DEEP),
    ("json", b"[" * (DEEP + 1) + b"]" * (DEEP + 1)),
    ("json", b"[" * 100_000),
    ("json", b"1" * 5_000),
    ("json", b"1" * 700),
    ("json", b'{"n":1e400,"events":[]}'),
    ("json", b'{"b":1,"a":2,"c":{"z":0.5,"y":"\\ud83d\\ude00"}}'),
    ("json", b'{"a":1,"a":2}'),
    ("json", b"NaN"),
    ("json", b'"\\ud800"'),
    ("json", b"\xff"),
    ("cbor", b"\x81" * (DEEP - 1) + b"\x80"),
    ("cbor", b"\x81" * DEEP + b"\x80"),
    ("cbor", b"\x81" * 100_000),
    ("cbor", b"\xa2\x61a\x01\x61b\xf9\x38\x00"),
    ("cbor", b"\xc2\x41\x01"),
    ("cbor", b"\x61\xff"),
    ("cbor", b"\x01\x02"),
]


def verdicts() -> list[str]:
    """What the readers return for every case, as text."""
    results = []
    for kind, data in CASES:
        try:
            document = READERS[kind](data, confine="events")
            results.append(
                f"{canonical_bytes(document.value)!r} {document.faults} {document.depth} {document.nodes}"
            )
        except PithError as error:
            results.append(repr(error.fault))
    return results


def test_verdicts_do_not_depend_on_the_stack() -> None:
    used = sum(1 for _ in traceback.walk_stack(None))

    def deep(frames: int) -> list[str]:
        return verdicts() if frames <= 0 else deep(frames - 1)

    # The readers' own calls need a few frames; nesting in the input must need none.
    assert deep(sys.getrecursionlimit() - used - 40) == verdicts()


@pytest.mark.parametrize(
    ("options", "variables"),
    [
        ([], {"PYTHONHASHSEED": "0"}),
        ([], {"PYTHONHASHSEED": "4242"}),
        (["-O"], {}),
        (["-OO"], {"PYTHONINTMAXSTRDIGITS": "640"}),
        ([], {"PYTHONINTMAXSTRDIGITS": "0"}),
        ([], {"LC_ALL": "C", "TZ": "Asia/Kathmandu", "PYTHONUTF8": "0"}),
    ],
)
def test_verdicts_do_not_depend_on_the_environment(options: list[str], variables: dict[str, str]) -> None:
    script = "import json; from hostile.test_reader_fuzz import verdicts; print(json.dumps(verdicts()))"
    ran = subprocess.run(
        [sys.executable, *options, "-c", script],
        env=environment(**variables),
        capture_output=True,
        check=True,
    )
    assert json.loads(ran.stdout) == verdicts()


def test_parse_is_read_without_confining() -> None:
    assert parse_json(b"[1]") == [1] == parse_cbor(b"\x81\x01")
