"""Our own worker: one JSON line in, one JSON line out (vectors/README.md sections 1 and 2).

It answers with the package's public functions and decides nothing itself, so that a vector
which passes here passes for every caller of the library.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from types import MappingProxyType
from typing import Any, BinaryIO, Final

from pithbundle.bundle.event_format import EventFormat
from pithbundle.bundle.number import PithNumber
from pithbundle.bundle.reader import read_bundle
from pithbundle.bundle.record import Record
from pithbundle.bundle.titles import title_sha256
from pithbundle.comparison.published import compare_states, read_state
from pithbundle.conformance.accumulated import accumulate
from pithbundle.conformance.digest_operations import DIGEST_OPERATIONS
from pithbundle.conformance.protocol import PROTOCOL, Json
from pithbundle.conformance.requests import Args, RequestError, decoded, request_of
from pithbundle.digests.lines import leaf_digest
from pithbundle.ed25519.strict import PublicKey, verify_strict
from pithbundle.encoding.canonical import canonical_bytes, encode, sha256_hex
from pithbundle.encoding.cbor import cbor_bytes, parse_cbor
from pithbundle.encoding.json_reader import parse_json
from pithbundle.encoding.spellings import base64_bytes, event_id_digest, hex_bytes
from pithbundle.encoding.timestamps import instant
from pithbundle.errors import InputError, MergeError, PithError
from pithbundle.merge.ledger import Ledger
from pithbundle.proof import proof_of
from pithbundle.report import Report, one_record
from pithbundle.verifier import Verifier
from pithbundle.verify.policy import Policy
from pithbundle.verify.verdicts import Verdict

# Signature checks are pure, and the variants of a vector repeat theirs.
_CACHE_SIZE: Final = 10_000
_VERIFIERS: Final = 16


def answer(request: Json) -> Json:
    """Return the answer to one request: ``ok``, ``error`` or ``unsupported``.

    Raises:
        RequestError: an argument is missing or is not base64.
    """
    operation = OPERATIONS.get(request["op"])
    if operation is None:
        return {"id": request["id"], "unsupported": True}
    try:
        return {"id": request["id"], "ok": operation(Args(request["args"]))}
    except PithError as error:
        answered = {"code": error.code, "pointer": error.pointer, "offset": error.offset}
        return {"id": request["id"], "error": answered}


def serve(requests: BinaryIO, answers: BinaryIO) -> None:
    """Answer line after line until the input ends.

    Raises:
        RequestError: a line is no request; the message names the line.
    """
    for number, line in enumerate(requests, 1):
        try:
            answered = answer(request_of(line))
        except RequestError as error:
            raise RequestError(f"line {number}: {error}") from None
        answers.write(json.dumps(answered).encode() + b"\n")
        answers.flush()


def _b64(data: bytes) -> str:
    return b64encode(data).decode("ascii")


def _bytes(args: Json, name: str) -> bytes:
    return decoded(args[name], name)


def _inputs(args: Json) -> list[bytes]:
    return [decoded(each, "inputs") for each in args["inputs"]]


def _policy(args: Json, name: str = "policy") -> Policy:
    return Policy.registry() if args.get(name) is None else Policy.from_bytes(_bytes(args, name))


def _hello(args: Json) -> Json:
    from pithbundle import __version__

    return {"name": "pithbundle", "version": __version__, "protocol": PROTOCOL}


def _canonical(value: Any) -> Json:
    canonical = encode(value)
    return {"canonical": _b64(canonical), "sha256": sha256_hex(canonical)}


def _parse_json(args: Json) -> Json:
    return _canonical(parse_json(_bytes(args, "data")))


def _parse_cbor(args: Json) -> Json:
    return _canonical(parse_cbor(_bytes(args, "data")))


def _cbor(args: Json) -> Json:
    return {"cbor": _b64(cbor_bytes(parse_json(_bytes(args, "data"))))}


def _time(args: Json) -> Json:
    found = instant(args["text"])
    if found is None:
        raise InputError("time")
    return {"instant": found}


def _spelling(args: Json) -> Json:
    text: str = args["text"]
    length: int = args.get("length") or 0
    match args["form"]:
        case "hex":
            raw = hex_bytes(text, length)
        case "base64":
            raw = base64_bytes(text, length)
        case _:
            raw = event_id_digest(text)
    if raw is None:
        raise InputError("encoding")
    return {"bytes": _b64(raw)}


def _number(args: Json) -> Json:
    text = args["text"]
    try:
        number = PithNumber.parse(text)
    except PithError:
        return {"form": "short", "suffix": PithNumber.parse_short(text), "year": None}
    return {"form": "full", "suffix": number.suffix, "year": number.year}


def _record(args: Json) -> Json:
    record = Record.from_read(parse_json(_bytes(args, "data")))
    return {
        "canonical": _b64(record.canonical),
        "canonical_sha256": record.hex,
        "pith_number": str(record.number),
        "years": [*record.years],
        "aliases": [[kind, value] for kind, value in record.aliases],
    }


def _title(args: Json) -> Json:
    return {"sha256": title_sha256(args["text"])}


def _verify_signature(args: Json) -> Json:
    key, message, signature = (_bytes(args, name) for name in ("key", "message", "signature"))
    return {"valid": verify_strict(key, message, signature)}


def _public_key(args: Json) -> Json:
    key = PublicKey.from_bytes(_bytes(args, "key"))
    return {"fingerprint_hex": key.fingerprint_hex, "fingerprint_base32": key.fingerprint_base32}


def _read_policy(args: Json) -> Json:
    policy = _policy(args, "data")
    return {"effective": _b64(encode(policy.effective())), "policy_sha256": policy.sha256}


def _format(args: Json) -> Json:
    found = EventFormat.from_bytes(_bytes(args, "data"))
    return {
        "name": found.name,
        "effective": _b64(encode(found.effective())),
        "format_sha256": found.sha256,
        "is_binding": found.is_binding,
    }


def _verdict(event_id: str | None, verdict: Verdict) -> Json:
    return {"event_id": event_id, "verdict": verdict.status, "code": verdict.code}


@lru_cache(maxsize=_VERIFIERS)
def _verifier_of(policy: bytes | None) -> Verifier:
    return Verifier(
        Policy.registry() if policy is None else Policy.from_bytes(policy), cache_size=_CACHE_SIZE
    )


def _verifier(args: Json) -> Verifier:
    return _verifier_of(None if args.get("policy") is None else _bytes(args, "policy"))


def _check(args: Json) -> Json:
    bundle = _verifier(args).verify(_bytes(args, "data"), encoding=args.get("format"))
    return {
        "pith_number": str(bundle.record.number),
        "canonical_sha256": bundle.record.hex,
        "policy_sha256": bundle.policy_sha256,
        "elements": [
            {
                "pointer": element.pointer,
                **_verdict(element.event_id, element.verdict),
                "unsigned": sorted(element.unsigned),
            }
            for element in bundle.events
        ],
        "events": [
            {**_verdict(listed.element.event_id, listed.element.verdict), "unsigned": [*listed.unsigned]}
            for listed in sorted(bundle.report().events, key=lambda listed: listed.element.event_id or "")
        ],
        "receipts": [
            {**_verdict(found.event_id, found.verdict), "pointer": found.pointer} for found in bundle.receipts
        ],
        "mismatches": [fault.pointer for fault in bundle.mismatches],
        "formats": [one.event_format and one.event_format.sha256 for one in bundle.events],
        "unverified": [one.element_sha256 for one in bundle.events],
        "unverified_sha256": bundle.report().unverified_sha256,
    }


def _together(inputs: Sequence[bytes], verifier: Verifier) -> tuple[Report, Ledger]:
    """The report and the ledger of the inputs of one record; rejected inputs are reported (BUN-5).

    Raises:
        PithError: no input is left, or the inputs are of different records.
    """
    reports = verifier.verify_together((str(index), data) for index, data in enumerate(inputs))
    if not reports:
        raise MergeError("type", "there is nothing to merge: give at least one bundle")
    report = one_record(reports)
    if report.ledger is None:
        raise report.rejected[0].error
    return report, report.ledger


def _merged(inputs: Sequence[bytes], verifier: Verifier) -> Json:
    report, ledger = _together(inputs, verifier)
    state = ledger.snapshot()
    by_id = sorted((listed.element for listed in report.events), key=lambda element: element.event_id or "")
    return {
        "state": _b64(state.to_json()),
        "state_sha256": state.sha256,
        "events_sha256": state.events_sha256,
        "policy_sha256": verifier.policy.sha256,
        "verdicts": [_verdict(element.event_id, element.verdict) for element in by_id],
        "without_id": [
            {
                "input": int(listed.location.file),
                "pointer": listed.location.pointer,
                "verdict": listed.element.verdict.status,
                "code": listed.element.verdict.code,
            }
            for listed in report.without_id
        ],
        "rejected": [{"input": int(each.name), "code": each.error.code} for each in report.rejected],
        "trace": _b64(state.trace_json()),
        "exit_status": report.exit_status,
        "outcomes": [*report.outcomes],
        "completeness": [
            {"signer": signer, "missing": [*missing], "as_of": [*as_of] if as_of else None}
            for signer, missing, as_of in report.completeness
        ],
        "unverified_sha256": report.unverified_sha256,
        "unverified_count": len(report.unverified),
    }


def _merge(args: Json) -> Json:
    return _merged(_inputs(args), _verifier(args))


def _status(args: Json) -> Json:
    return {"status": _together(_inputs(args), _verifier(args))[1].snapshot().status()}


def _leaf_line(args: Json) -> Json:
    report, ledger = _together(_inputs(args), _verifier(args))
    state = ledger.snapshot()
    digests = ledger.record.hex, state.events_sha256, state.sha256, report.unverified_sha256
    digest = leaf_digest(*digests)
    return {"suffix": ledger.record.number.suffix, "digest": digest}


def _timeline(args: Json) -> Json:
    ledger = _together(_inputs(args), _verifier(args))[1]
    return {"timeline": [[moment.event.event_id, moment.change] for moment in ledger.timeline()]}


def _proof(args: Json) -> Json:
    ledger = _together(_inputs(args), _verifier(args))[1]
    return {"proofs": [_b64(proof_of(ledger, group)) for group in ledger.equivocations()]}


def _verify_proof(args: Json) -> Json:
    proven = _verifier(args).verify_proof(_bytes(args, "data"))
    return {
        "event_type": proven.group.event_type,
        "signer": proven.group.signer,
        "event_ids": [*proven.group.event_ids],
        "statuses": [*proven.statuses],
    }


def _compare(args: Json) -> Json:
    ledger = _together(_inputs(args), _verifier(args))[1]
    found = compare_states(read_state(ledger.snapshot().to_json()), read_state(_bytes(args, "state")))
    return {
        "differences": [[each.group, each.pointer, each.how] for each in found],
        "same": all(each.group != "signed" for each in found),
    }


def _export(args: Json) -> Json:
    verifier = _verifier(args)
    parts = _together(_inputs(args), verifier)[1].export()
    elements = [element for part in parts for element in read_bundle(part).events]
    return {
        **_merged(parts, verifier),
        "elements": [sha256_hex(canonical_bytes(element)) for element in elements],  # type: ignore[arg-type]
    }


def _accumulate(args: Json) -> Json:
    policy = _policy(args)
    record = Record.from_value(parse_json(_bytes(args, "record")))
    events = [decoded(each, "events") for each in args["events"]]
    return {"digest": accumulate(record, events, policy, args["seed"], args["count"])}


#: Every operation by its name.
OPERATIONS: Final[Mapping[str, Callable[[Json], Json]]] = MappingProxyType(
    {
        "hello": _hello,
        "parse_json": _parse_json,
        "parse_cbor": _parse_cbor,
        "cbor": _cbor,
        "time": _time,
        "spelling": _spelling,
        "number": _number,
        "record": _record,
        "title": _title,
        "verify_signature": _verify_signature,
        "public_key": _public_key,
        "policy": _read_policy,
        "format": _format,
        "check": _check,
        "merge": _merge,
        "status": _status,
        "timeline": _timeline,
        "proof": _proof,
        "verify_proof": _verify_proof,
        "compare": _compare,
        "export": _export,
        "accumulate": _accumulate,
        "leaf_line": _leaf_line,
        **DIGEST_OPERATIONS,
    }
)
