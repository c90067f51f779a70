"""The public Ed25519 vectors, each with the verdict that the strict expectations state."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from kit import ed25519_reference as ed
from kit.data import corpora
from pithbundle.ed25519.strict import PublicKey, verify_strict
from pithbundle.errors import InvalidKeyError

Json = Any  # files of other projects
Vector = tuple[bytes, bytes, bytes]


def load(name: str) -> Json:
    return json.loads(corpora("ed25519/" + name).read_bytes())


def unhex(key: str, message: str, signature: str) -> Vector:
    return bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)


def wycheproof(data: Json) -> Iterator[Vector]:
    for group in data["testGroups"]:
        for test in group["tests"]:
            yield unhex(group["publicKey"]["pk"], test["msg"], test["sig"])


def cctv(data: Json) -> Iterator[Vector]:
    for test in data:
        yield bytes.fromhex(test["key"]), test["msg"].encode(), bytes.fromhex(test["sig"])


def speccheck(data: Json) -> Iterator[Vector]:
    for test in data:
        yield unhex(test["pub_key"], test["message"], test["signature"])


def noble(data: Json) -> Iterator[Vector]:
    for test in data:
        yield bytes.fromhex(test["vk_bytes"]), b"Zcash", bytes.fromhex(test["sig_bytes"])


READERS: dict[str, tuple[Callable[[Json], Iterator[Vector]], int]] = {
    "wycheproof-ed25519_test.json": (wycheproof, 151),
    "cctv-ed25519vectors.json": (cctv, 914),
    "speccheck-cases.json": (speccheck, 12),
    "noble-zip215.json": (noble, 196),
}


@pytest.mark.parametrize("name", READERS)
def test_verdicts_are_the_strict_expectations(name: str) -> None:
    expected = load("strict-expectations.json")["files"][name]
    read, count = READERS[name]
    verdicts = [int(verify_strict(*vector)) for vector in read(load(name))]
    assert len(verdicts) == count
    wrong = [at for at, (got, want) in enumerate(zip(verdicts, expected, strict=True)) if got != want]
    assert wrong == []


def test_no_expectation_is_excluded() -> None:
    assert set(load("strict-expectations.json")["files"]) == set(READERS)


@pytest.mark.parametrize("name", READERS)
def test_which_of_their_keys_may_be_pinned(name: str) -> None:
    """A key is acceptable iff the tests' own arithmetic finds it canonical and of order L."""
    read, _ = READERS[name]
    for key in {vector[0] for vector in read(load(name))}:
        number = int.from_bytes(key, "little")
        y = number & (1 << 255) - 1
        x = ed.recover_x(y % ed.P, number >> 255)
        fit = (
            len(key) == 32
            and x is not None
            and ed.encode((x, y % ed.P)) == key
            and (x, y) != ed.IDENTITY
            and ed.multiply(ed.L, (x, y)) == ed.IDENTITY
        )
        if fit:
            assert PublicKey.from_bytes(key).raw == key
        else:
            with pytest.raises(InvalidKeyError):
                PublicKey.from_bytes(key)


def test_the_original_signatures() -> None:
    lines = gzip.decompress(corpora("ed25519/djb-sign-input.txt.gz").read_bytes()).decode().splitlines()
    assert len(lines) == 1024
    for line in lines:
        _, key, message, signed = (bytes.fromhex(part) for part in line.split(":")[:4])
        assert signed[64:] == message
        assert PublicKey.from_bytes(key).verify(message, signed[:64])
        assert not verify_strict(key, message + b"\0", signed[:64])


def test_rfc_8032_and_the_reference_arithmetic() -> None:
    """The tests' own signer, from which the self-test vectors come, reproduces the RFC."""
    for test in load("rfc8032.json")["tests"]:
        seed, key, message, signature = (
            bytes.fromhex(test[name]) for name in ("seed", "public_key", "message", "signature")
        )
        secret = ed.Secret.from_seed(seed)
        assert ed.encode(secret.public) == key
        assert secret.sign(message) == signature
        assert PublicKey.from_bytes(key).verify(message, signature)


def test_every_mixed_order_point_is_rejected() -> None:
    """A + T for 64 keys and all seven T: 448 points, of which older libraries took 64."""
    torsion = ed.torsion_points()[1:]
    lines = gzip.decompress(corpora("ed25519/djb-sign-input.txt.gz").read_bytes()).decode().splitlines()
    for line in lines[:64]:
        key = bytes.fromhex(line.split(":")[1])
        number = int.from_bytes(key, "little")
        y = number & (1 << 255) - 1
        x = ed.recover_x(y, number >> 255)
        assert x is not None
        for point in torsion:
            with pytest.raises(InvalidKeyError):
                PublicKey.from_bytes(ed.encode(ed.add((x, y), point)))
