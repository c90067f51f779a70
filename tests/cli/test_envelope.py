"""The envelope of ``--json``: every command, every outcome, one shape and a closed schema (CLI-9).

``kit.command_line.run`` validates every output of ``--json`` against the schema of its type, so each
test of the command line is one of the schema too. Here each command gives each of its outcomes.
"""

from __future__ import annotations

import contextlib
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest

from kit import DEMO as DEMO_KEY
from kit import attached, bundle, made_record, ots, payloads, pdfs, policy, to_json
from kit.command_line import assert_enveloped, output_validator, run
from kit.command_tree import commands
from kit.data import REPO
from kit.lying_mirror import exchange_of
from kit.mined import digest_at
from kit.nodes import BITCOIN
from kit.registries import draw
from pithbundle import Policy
from pithbundle.bundle.event_format import PITHBUNDLE_EVENT_1
from pithbundle.cli import schemas
from pithbundle.cli.envelope import type_name
from pithbundle.merge.timeline import Change
from pithbundle.mirror.audit.classify import classify
from pithbundle.mirror.audit.finding import finding_of, received
from pithbundle.mirror.audit.sides import Reports, Side, read_side
from pithbundle.outcomes import EXIT_STATUS
from pithbundle.paper.pdf import read_pdf
from pithbundle.report import WarningCode
from pithbundle.verifier import Verifier
from pithbundle.verify.verdicts import Status

DEMO = REPO / "vectors" / "demo"
DATA = Path(__file__).parent / "data"
POLICY = ("--policy", "policy.json")
#: A key that no policy here has.
NEW_KEY = "68c924729a95d4c4d400ffc3399c8f713e7b89580d48fc3cfe43345e5ca706fb"
RECORD, WHEN = made_record(), "2026-05-18T01:39:14Z"
#: The last block of that file.
BLOCK_3 = digest_at(BITCOIN, 3)[::-1].hex()


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an input for each outcome, made once."""
    path = tmp_path_factory.mktemp("envelope")
    with contextlib.chdir(path):
        write_inputs(path)
    return path


@pytest.fixture(autouse=True)
def folder(prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copytree(prepared, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    # In this process: what another one adds is shown in tests/cli/test_pdf.py.
    monkeypatch.setattr("pithbundle.cli.commands.pdf.read_apart", read_pdf)


def write_inputs(tmp_path: Path) -> None:
    for path in DEMO.iterdir():
        shutil.copy(path, tmp_path)
    for name in ("record.json", "records.json", "stated-wrong.json", "key.txt", "broken.json"):
        shutil.copy(DATA / name, tmp_path)
    (tmp_path / "new.hex").write_text(NEW_KEY)
    answer = ots.append(b"right") + ots.bitcoin(0)
    (tmp_path / "answer").write_bytes(answer)
    (tmp_path / "other.ots").write_bytes(ots.proof(ots.pending()))
    (tmp_path / "upgraded.ots").write_bytes(ots.proof(ots.fork(ots.pending(), answer)))
    (tmp_path / "headers.bin").write_bytes(BITCOIN)
    (tmp_path / "format.json").write_bytes(to_json(PITHBUNDLE_EVENT_1.to_value()))
    (tmp_path / "identity.hex").write_text("01" + "00" * 31)
    run("merge", "bundle.json", *POLICY, "-o", "state.json", "--report", "report.json")
    run("proof", "rich.json", *POLICY, "--out", "proof.json")
    changed = json.loads(Path("state.json").read_bytes())
    changed["current"]["canonical_record"]["metadata"]["title"] = "another"
    Path("changed.json").write_text(json.dumps(changed))
    Path("other-rules.json").write_text(json.dumps({**changed, "merge_version": "another"}))
    made = attached(DEMO_KEY, RECORD, "checkpoint", payloads.checkpoint(["sha256:" + "0" * 64]), WHEN)
    Path("incomplete.json").write_bytes(to_json(bundle(RECORD, [made])))
    Path("demo-key.json").write_bytes(to_json(policy(DEMO_KEY)))
    spaced = draw(3, outside_model=True)
    Path("words.json").write_bytes(spaced.bundle())
    Path("words-policy.json").write_bytes(spaced.policy(["unknown"]))
    for name in ("bundle", "tampered", "incomplete"):
        run("archive", "pack", f"{name}.json", "-o", f"only-{name}")
    for name in ("archive", "damaged"):
        run("archive", "pack", "bundle.json", "rich.json", "bundle.cbor", "-o", name)
    (pack,) = Path("damaged").glob("*.jsonl.zst")
    pack.write_bytes(pack.read_bytes()[:-1] + b"x")
    run("archive", "pack", "bundle.json", "-o", "lost")
    (pack,) = Path("lost").glob("*.jsonl.zst")
    pack.write_bytes(bytes(len(pack.read_bytes())))
    write_pdfs()
    write_outputs()
    run("store", "init", "store", *POLICY)
    run("store", "add", "store", "bundle.json", "rich.json")
    run("store", "init", "damaged-store", *POLICY)
    run("store", "add", "damaged-store", "bundle.json")
    run("store", "add", "damaged-store", "policy.json")
    for area in ("segments", "quarantine"):
        (segment,) = Path("damaged-store", area).iterdir()
        segment.write_bytes(segment.read_bytes()[:-1] + b"x")
    Path("no-store").mkdir()
    Path("no-store/pith-store.json").write_text("{}")
    write_findings()
    Path("no-archive").mkdir()
    Path("no-archive/pith-archive.json").write_text("{}")
    (tmp_path / "bad-proof.json").write_text(Path("proof.json").read_text().replace("demo", "dem0"))


def write_findings() -> None:
    """A finding that anybody can check again, and an observation."""
    verifier = Verifier(Policy.from_bytes(Path("policy.json").read_bytes()))
    data = Path("tampered.json").read_bytes()
    suffix = str(json.loads(data)["pith_number"])[-26:]
    side = read_side(Reports(verifier), "https://mirror.example", suffix, [data])
    for found in classify(suffix, [side, Side("x", "absent")]).found:
        if found.is_reported:
            documents = [received("bundle", exchange_of(data))] if found.mirror != "x" else []
            made = finding_of(found, documents, verifier, "2026-11-20T00:00:00Z")
            Path(f"{'missing' if found.mirror == 'x' else 'forged'}.json").write_bytes(made.to_bytes())


def write_pdfs() -> None:
    """A PDF for each status."""
    other = pdfs.NUMBER.replace("OM", "AM")
    info = {
        "another": f"/A ({other})",
        "several": f"/A ({other}) /B ({pdfs.NUMBER})",
        "none": "",
        "malformed": "/PithNumber ()",
    }
    Path("paper.pdf").write_bytes(pdfs.PAPER)
    for name, members in info.items():
        Path(f"{name}.pdf").write_bytes(pdfs.with_info(members.encode()))


def write_outputs() -> None:
    """Outputs of recompute to compare with; one has an element more, which cannot be checked."""
    value = json.loads(Path("bundle.json").read_bytes())
    value["events"].append({**value["events"][0], "signature": None})
    Path("more.json").write_text(json.dumps(value))
    for name in ("archive", "only-tampered", "more.json"):
        stem = name.removesuffix(".json")
        run("recompute", name, "-o", f"{stem}-states", "--policy", "policy.json", "--jobs", "1")
        run("recompute", name, "-o", f"{stem}-unverified", "--jobs", "1")


EXPECT = "recompute only-bundle -o new --policy policy.json --jobs 1 --expect"
#: A command with its outcome.
OUTCOMES = [
    ("valid", "verify bundle.json --policy policy.json"),
    ("rejected", "verify record.json"),
    ("invalid", "verify tampered.json --policy policy.json"),
    ("conflict", "verify rich.json --policy policy.json"),
    ("incomplete", "verify incomplete.json --policy demo-key.json"),
    ("unverified", "verify bundle.json"),
    ("unverified", "verify absent.json"),
    ("valid", "verify proof.json --policy policy.json"),
    ("rejected", "verify bad-proof.json --policy policy.json"),
    ("error", "verify"),
    ("conflict", "verify bundle.json rich.json --policy policy.json"),
    ("rejected", "verify . -v --policy policy.json"),
    ("unverified", "verify absent.json bundle.json --policy policy.json"),
    ("valid", "verify bundle.json bundle.cbor proof.json -v --policy policy.json"),
    ("valid", "verify bundle.json bundle.cbor --together --policy policy.json"),
    ("rejected", "verify . --together --policy policy.json"),
    ("error", "verify bundle.json --files-from absent.txt"),
    ("valid", "merge bundle.json --policy policy.json -o new"),
    ("valid", "merge bundle.json --policy policy.json -o new --expect state.json"),
    ("different", "merge bundle.json --policy policy.json -o new --expect changed.json"),
    ("not_comparable", "merge bundle.json --policy policy.json -o new --expect other-rules.json"),
    ("rejected", "merge record.json -o new"),
    ("error", "merge bundle.json"),
    ("valid", "status bundle.json --policy policy.json"),
    ("conflict", "status rich.json --policy policy.json"),
    ("rejected", "status record.json"),
    ("error", "status absent.json"),
    ("valid", "explain bundle.json --policy policy.json"),
    ("conflict", "explain rich.json --policy policy.json"),
    ("error", "explain bundle.json /nowhere --policy policy.json"),
    ("valid", "timeline bundle.json --policy policy.json"),
    ("conflict", "timeline rich.json --policy policy.json"),
    ("valid", "export bundle.json --policy policy.json -o new"),
    ("rejected", "export record.json -o new"),
    ("valid", "badge bundle.json --policy policy.json -o new"),
    ("rejected", "badge record.json -o new"),
    ("error", "badge bundle.json"),
    ("valid", "cite record.json --format linkset -o new"),
    ("unverified", "cite bundle.json -o new"),
    ("rejected", "cite policy.json -o new"),
    ("error", "cite bundle.json"),
    ("equal", "diff bundle.json bundle.cbor"),
    ("different", "diff bundle.json rich.json --policy policy.json"),
    ("different", "diff state.json changed.json"),
    ("different", "diff report.json tampered.json --policy policy.json"),
    ("unverified_differs", "diff bundle.json tampered.json"),
    ("error", "diff bundle.json absent.json"),
    ("conflict", "proof rich.json --policy policy.json"),
    ("no_conflict", "proof bundle.json --policy policy.json"),
    ("unverified", "proof bundle.json"),
    ("rejected", "proof record.json"),
    ("rejected", "proof rich.json record.json --policy policy.json"),
    ("success", "inspect bundle.json"),
    ("success", "inspect tampered.json"),
    ("success", "inspect records.json"),
    ("rejected", "inspect broken.json"),
    ("settled", "probe bundle.json --policy policy.json"),
    ("in_words", "probe words.json --policy words-policy.json"),
    ("partial", "probe bundle.json --time 4"),
    ("not_settled", "probe record.json"),
    ("rejected", "probe broken.json"),
    ("checked", "evidence bundle.json --policy policy.json"),
    ("not_checked", "evidence rich.json --policy policy.json"),
    ("contradicted", "evidence bundle.json --policy policy.json --ots other.ots"),
    ("contradicted", f"evidence --digest {'0' * 64} --ots other.ots"),
    ("rejected", "evidence broken.json"),
    ("error", "evidence bundle.json --block 0"),
    ("success", "ots show other.ots"),
    ("rejected", "ots show record.json"),
    ("error", "ots show absent"),
    ("success", "ots stamp-request record.json"),
    ("rejected", "ots stamp-request policy.json"),
    ("error", "ots stamp-request"),
    ("upgraded", "ots upgrade other.ots answer -o new"),
    ("unchanged", "ots upgrade upgraded.ots answer -o new"),
    ("rejected", "ots upgrade record.json answer -o new"),
    ("error", "ots upgrade other.ots"),
    ("known", f"headers check headers.bin --block 3:{BLOCK_3}"),
    ("unknown", "headers check headers.bin"),
    ("invalid", "headers check record.json"),
    ("error", "headers check"),
    ("stopped", "headers fetch --from http://127.0.0.1:1 -o new"),
    ("error", "headers fetch"),
    ("valid", "number record.json"),
    ("invalid", "number stated-wrong.json"),
    ("rejected", "number record.json broken.json"),
    ("rejected", "number policy.json"),
    ("unverified", "number record.json absent.json"),
    ("error", "number"),
    ("success", "canonical record.json"),
    ("success", "canonical record.json --digest"),
    ("rejected", "canonical broken.json"),
    ("success", "convert record.json --to cbor -o new"),
    ("error", "convert record.json --to cbor"),
    ("success", "keys"),
    ("success", "keys --policy policy.json"),
    ("success", "keys --self-test"),
    ("acceptable", "keys --key key.txt"),
    ("acceptable", "keys --key 2152f8d19b791d24453242e15f2eab6cb7cffa7b6a5ed30097960e069881db12"),
    ("unacceptable", "keys --key identity.hex"),
    ("error", "keys --self-test --key key.txt"),
    ("success", "policy show"),
    ("success", "policy show --policy policy.json"),
    ("success", "policy check policy.json"),
    ("success", "format list"),
    ("success", "format list --policy policy.json"),
    ("error", "format list --policy record.json"),
    ("error", "format list more"),
    ("success", "format show pithbundle-event-1"),
    ("error", "format show pithbundle-event-1 --policy record.json"),
    ("error", "format show integrity-1"),
    ("success", "format check format.json"),
    ("rejected", "format check record.json"),
    ("error", "format check absent.json"),
    ("rejected", "policy check record.json"),
    ("error", "policy"),
    ("success", "policy add --signer-id s --key-id k --public-key new.hex --policy policy.json -o new"),
    ("success", "policy add --signer-id s --key-id k --public-key key.txt --new"),
    ("rejected", "policy add --signer-id s --key-id k --public-key identity.hex"),
    ("error", "policy add --signer-id s"),
    ("success", "archive pack bundle.json bundle.cbor -o new"),
    ("some_rejected", "archive pack bundle.json broken.json -o new"),
    ("nothing_written", "archive pack broken.json -o new"),
    ("error", "archive pack absent.json -o new"),
    ("success", "archive merge archive archive -o new"),
    ("some_rejected", "archive merge archive damaged -o new"),
    ("rejected", "archive merge archive no-archive -o new"),
    ("nothing_written", "archive merge lost -o new"),
    ("success", "archive unpack archive -o new"),
    ("some_rejected", "archive unpack damaged -o new.tar"),
    ("nothing_written", "archive unpack broken.json -o new"),
    ("error", "archive unpack archive -o archive --force"),
    ("success", "archive list archive"),
    ("rejected", "archive list no-archive"),
    ("error", "archive list absent"),
    ("error", "archive list archive --bundles"),
    ("success", "archive get archive OMJFN3CZBZK4KRI4XCDIFRLNQH"),
    ("error", "archive get archive OMJFN3CZBZK4KRI4XCDIFRLNQH -o new"),
    ("success", "archive get archive OMJFN3CZBZK4KRI4XCDIFRLNQH -o new --encoding cbor"),
    ("absent", "archive get archive AMJFN3CZBZK4KRI4XCDIFRLNQH"),
    ("some_rejected", "archive get damaged OMJFN3CZBZK4KRI4XCDIFRLNQH"),
    ("error", "archive get archive nothing"),
    ("sound", "archive check archive"),
    ("damaged", "archive check damaged"),
    ("rejected", "archive check no-archive"),
    ("success", "store init new --policy policy.json --source a"),
    ("error", "store init store"),
    ("success", "store add store bundle.json"),
    ("some_quarantined", "store add store record.json"),
    ("some_rejected", "store add store broken.json --from jsonl"),
    ("rejected", "store add no-store bundle.json"),
    ("error", "store add absent bundle.json"),
    ("success", "store list store"),
    ("success", "store list store --quarantine"),
    ("rejected", "store list no-store"),
    ("error", "store list absent"),
    ("success", "store show store OMJFN3CZBZK4KRI4XCDIFRLNQH"),
    ("absent", "store show store AMJFN3CZBZK4KRI4XCDIFRLNQH"),
    ("rejected", "store show no-store AMJFN3CZBZK4KRI4XCDIFRLNQH"),
    ("error", "store show store nothing"),
    ("success", "store export store OMJFN3CZBZK4KRI4XCDIFRLNQH -o new.json"),
    ("absent", "store export store AMJFN3CZBZK4KRI4XCDIFRLNQH -o new.json"),
    ("rejected", "store export no-store AMJFN3CZBZK4KRI4XCDIFRLNQH -o new.json"),
    ("error", "store export store OMJFN3CZBZK4KRI4XCDIFRLNQH"),
    ("sound", "store check store"),
    ("damaged", "store check damaged-store"),
    ("rejected", "store check no-store"),
    ("error", "store check absent"),
    ("sound", "store repair store"),
    ("damaged", "store repair damaged-store"),
    ("rejected", "store repair no-store"),
    ("error", "store repair absent"),
    ("success", "store seal store"),
    ("damaged", "store seal damaged-store"),
    ("rejected", "store seal no-store"),
    ("success", "store drop store --code syntax"),
    ("damaged", "store drop damaged-store --code syntax"),
    ("rejected", "store drop no-store --origin local"),
    ("error", "store drop store"),
    ("error", "store seal absent"),
    ("success", "mirror digests store -o new --origin mirror.example"),
    ("rejected", "mirror digests no-store -o new --origin mirror.example"),
    ("error", "mirror digests store -o new"),
    ("success", "mirror publish --store store --to new --origin mirror.example"),
    ("rejected", "mirror publish --store no-store --to new --origin mirror.example"),
    ("error", "mirror publish --store store --to new"),
    ("equal", "mirror compare store store"),
    ("different", "mirror compare store only-bundle --policy policy.json --jobs 1"),
    ("not_comparable", "mirror compare store only-bundle --jobs 1"),
    ("rejected", "mirror compare store no-store"),
    ("error", "mirror compare store absent"),
    ("not_known", "mirror audit http://127.0.0.1:1 --allow-loopback-http --store store --sample 1 -o new"),
    ("rejected", "mirror audit https://mirror.example --store no-store"),
    ("error", "mirror audit https://mirror.example"),
    ("not_known", "mirror watch http://127.0.0.1:1 --allow-loopback-http --store store -o new --once"),
    ("error", "mirror watch https://mirror.example --store store"),
    ("shown", "mirror check-finding forged.json --policy policy.json"),
    ("observed", "mirror check-finding missing.json --policy policy.json"),
    ("not_shown", "mirror check-finding bundle.json --policy policy.json"),
    ("error", "mirror check-finding"),
    ("incomplete", "mirror sync --from http://127.0.0.1:1 --allow-loopback-http --store store"),
    ("rejected", "mirror sync --from https://mirror.example --store no-store"),
    ("error", "mirror sync --from https://mirror.example --store absent"),
    ("rejected", "mirror serve --store no-store --port 0"),
    ("error", "mirror serve --store store --address 0.0.0.0"),
    ("valid", "recompute only-bundle -o new --policy policy.json --jobs 1"),
    ("invalid", "recompute only-tampered -o new --policy policy.json --jobs 1"),
    ("incomplete", "recompute only-incomplete -o new --policy demo-key.json --jobs 1"),
    ("conflict", "recompute archive -o new --policy policy.json --jobs 1"),
    ("rejected", "recompute damaged -o new --jobs 1"),
    ("nothing_written", "recompute broken.json -o new --jobs 1"),
    ("unverified", "recompute archive -o new --jobs 1"),
    ("different", f"{EXPECT} only-tampered-states"),
    ("different", f"{EXPECT} archive-states/states"),
    ("not_comparable", f"{EXPECT} archive-unverified"),
    ("unverified_differs", f"{EXPECT} more-states"),
    ("unverified", "recompute only-bundle -o new --jobs 1 --expect archive-unverified/digests.txt"),
    ("error", f"{EXPECT} absent"),
    ("error", f"{EXPECT} archive"),
    ("error", "recompute archive -o new --differences changes.jsonl"),
    ("rejected", "recompute no-archive -o new"),
    ("success", "graph only-bundle -o new --policy policy.json"),
    ("some_rejected", "graph damaged -o new --policy policy.json"),
    ("unverified", "graph archive -o new"),
    ("nothing_written", "graph broken.json -o new"),
    ("rejected", "graph no-archive -o new"),
    ("error", "graph absent -o new"),
    ("error", "recompute absent -o new"),
    ("error", "recompute archive"),
    ("success", "code"),
    ("success", "code hash_mismatch"),
    ("error", "code nothing"),
    ("success", "latex OMJFN3CZBZK4KRI4XCDIFRLNQH"),
    ("success", "latex bundle.json -o new"),
    ("rejected", "latex broken.json"),
    ("error", "latex absent"),
    ("present", "pdf paper.pdf"),
    ("same", "pdf paper.pdf bundle.json"),
    ("differs", "pdf another.pdf bundle.json"),
    ("several", "pdf several.pdf"),
    ("malformed", "pdf malformed.pdf"),
    ("absent", "pdf none.pdf bundle.json"),
    ("rejected", "pdf broken.json"),
    ("error", "pdf absent"),
    ("success", "man"),
    ("success", "man policy check"),
    ("success", "man --out-dir new"),
    ("error", "man nothing"),
    ("success", "schema"),
    ("success", "schema verify"),
    ("error", "schema nothing"),
    ("success", "completion bash"),
    ("error", "completion csh"),
    ("success", "conformance run --show --only json/values/zero"),
    ("conforming", "conformance run --impl self --only json/values/zero"),
    ("error", "conformance run"),
    ("error", "nonsense"),
]


@pytest.mark.parametrize(("outcome", "line"), OUTCOMES, ids=[line for _, line in OUTCOMES])
def test_every_command_gives_its_outcome_in_the_envelope(outcome: str, line: str) -> None:
    result = run(*line.split(), "--json")
    assert_enveloped(result)
    value = json.loads(result.stdout)
    assert value["outcome"] == outcome
    if value["error"] is None:
        assert value["exit_status"] != 2 or value["outcome"] == "unverified"
    else:
        assert (outcome, result.status) in (("rejected", 1), ("error", 2))
        assert len(value) == 5 and value["error"]["hint"]
    if outcome in EXIT_STATUS and "proof" not in line and result.status != 2:
        assert result.status == EXIT_STATUS[outcome]


COMMANDS = [path for path, command in commands() if any("--json" in each.opts for each in command.params)]


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_has_a_schema_and_a_case_here(path: tuple[str, ...]) -> None:
    value = schemas.schema("_".join(path))
    assert value["properties"]["type"] == {"const": type_name(" ".join(("pithbundle", *path)))}
    assert any(line.split()[: len(path)] == [*path] for _, line in OUTCOMES)


@pytest.mark.parametrize("path", [path for path in COMMANDS if path[0] != "conformance"], ids=" ".join)
def test_every_value_of_a_schema_has_a_case_here(path: tuple[str, ...]) -> None:
    """Those of ``conformance run`` need workers: tests/cli/test_conformance.py has them."""
    words = {*schemas.schema("_".join(path))["properties"]["outcome"]["enum"]}
    shown = {outcome for outcome, line in OUTCOMES if line.split()[: len(path)] == [*path]}
    if path in (("merge",), ("status",), ("explain",), ("timeline",), ("export",), ("badge",)):
        words -= EXIT_STATUS.keys()  # those of verify, from the same report
    if path in (("mirror", "audit"), ("mirror", "watch")):
        words -= {"same", "wrong"}  # they need a server: tests/cli/test_mirror_audit.py
    if path == ("mirror", "sync"):
        words -= {"success", "some_quarantined"}  # they need a server: tests/cli/test_mirror_sync.py
    if path == ("headers", "fetch"):
        words -= {"current", "downloading", "behind"}  # they need a server: tests/cli/test_headers.py
    if path == ("mirror", "serve"):
        words -= {"success"}  # it runs until a signal ends it: tests/cli/test_mirror_serve.py
    assert words - shown <= {"error", "rejected"}


def test_every_schema_is_of_a_command_or_a_document() -> None:
    assert {*schemas.names()} - {"_".join(path) for path in COMMANDS} == {
        "error", "graph_edge", "graph_node", "report", "verify_file",
    }  # fmt: skip


@pytest.mark.parametrize("name", schemas.names())
def test_a_schema_is_closed_and_complete_in_itself(name: str) -> None:
    value = schemas.schema(name)
    jsonschema.Draft202012Validator.check_schema(value)
    for at, part in parts(value):
        if "properties" in part and part.get("type") == "object":
            assert "additionalProperties" in part, at
        if part.get("type") == "object" and "$defs" not in at and "slot" not in at:
            assert {"properties", "additionalProperties"} & part.keys() or "conformance" in name, at
        if "$ref" in part:
            assert part["$ref"].removeprefix("#/$defs/") in value["$defs"], at


def parts(value: Any, at: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, dict):
        if not at.endswith(("/properties", "/$defs")):
            yield at, value
        for name, member in value.items():
            yield from parts(member, f"{at}/{name}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from parts(item, f"{at}/{index}")


def test_the_values_of_the_schemas_are_those_of_the_package() -> None:
    shared = schemas.schema("verify")["$defs"]
    assert {*shared["verdict"]["enum"]} == {*get_args(Status)}
    assert {*shared["outcome"]["enum"]} == {*EXIT_STATUS}
    warnings = shared["report"]["properties"]["warnings"]["items"]["properties"]["code"]["enum"]
    assert {*warnings} == {*get_args(WarningCode)}
    events = schemas.schema("timeline")["properties"]["events"]["items"]["properties"]
    assert {*events["change"]["enum"]} == {*get_args(Change)}


def test_an_output_with_another_member_fails() -> None:
    value = json.loads(run("verify", "bundle.json", *POLICY, "--json").stdout)
    validator = output_validator(value["type"])
    assert validator.is_valid(value)
    assert not validator.is_valid({**value, "more": 1})
    assert not validator.is_valid({**value, "error": {}})
    value["reports"][0]["events"][0]["more"] = 1
    assert not validator.is_valid(value)


def test_the_report_that_merge_writes_is_of_its_schema() -> None:
    jsonschema.Draft202012Validator(schemas.schema("report")).validate(
        json.loads(Path("report.json").read_bytes())
    )


def test_a_flag_with_a_value_is_a_usage_error_in_the_envelope() -> None:
    result = run("verify", "record.json", "--json=yes")
    assert (result.status, json.loads(result.stdout)["error"]["code"]) == (2, "usage")
    lines = run("verify", "record.json", "--jsonl=yes").stdout
    assert json.loads(lines)["error"]["code"] == "usage" and lines.count(b"\n") == 1
    # After -- they are files.
    assert run("number", "--nonsense", "--", "--json").stdout == b""


def test_out_of_memory_is_an_error_in_the_envelope(monkeypatch: pytest.MonkeyPatch) -> None:
    from pithbundle.cli.commands import canonical

    def full(*_: object) -> bytes:
        raise MemoryError

    monkeypatch.setattr(canonical, "canonical_bytes", full)
    result = run("canonical", "record.json", "--json")
    value = json.loads(result.stdout)
    assert (value["error"]["code"], value["type"]) == ("memory", "pithbundle_canonical_result")
    assert b"pithbundle: error: out of memory" in result.stderr


def test_the_schema_is_printed_for_a_command_of_two_words_and_an_unknown_one_has_a_suggestion() -> None:
    assert json.loads(run("schema", "policy", "check").stdout) == schemas.schema("policy_check")
    assert "policy check" in run("schema").out.splitlines()
    assert "Did you mean 'verify'" in json.loads(run("schema", "verfy", "--json").stdout)["error"]["hint"] + (
        run("schema", "verfy").err.replace("did", "Did")
    )
    with pytest.raises(KeyError):
        schemas.schema("common")
