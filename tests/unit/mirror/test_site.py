"""What a mirror serves at each address (MIRROR-11 to MIRROR-16)."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from kit.hostile_paths import HOSTILE_PATHS, encodings
from kit.payloads import alias_added, attached
from kit.signing import DEMO, bundle, to_json
from kit.stores import POLICY, WIDER, body, invalid, make, segments, suffix, unverified, wanted
from kit.stream import made_record
from pithbundle import Verifier, cbor_bytes, parse_cbor, parse_json
from pithbundle.digests.head import Head
from pithbundle.digests.lines import LeafLine
from pithbundle.digests.tree import walk
from pithbundle.errors import DigestError, FileError, InputError
from pithbundle.mirror import answers, site
from pithbundle.mirror import parts as module
from pithbundle.mirror.answers import Choice, Document, FileDocument, Redirect
from pithbundle.mirror.site import Site
from pithbundle.store import Store

TIME = "2026-11-20T00:00:00Z"
S = suffix(1)


def opened(path: Path, *given: tuple[bytes, str], **options: Any) -> Site:
    make(path, *given, **options).close()
    return Site.open(str(path), origin="mirror.example", base_url="https://mirror.example/")


def document(found: Site, path: str) -> Document:
    made = found.find(path)
    assert isinstance(made, Document), (path, made)
    return made


def ids(*bodies: bytes) -> set[str]:
    (report,) = Verifier(POLICY).verify_together(("", each) for each in bodies)
    assert report.ledger is not None
    return {one.event_id for one in report.ledger}


def parts(found: Site, of: str) -> list[bytes]:
    """The bundles of a record as a reader gets them."""
    if found.find(f"pith/{of}/parts.json") is None:
        return [document(found, f"pith/{of}/bundle.json").body]
    listed = json.loads(document(found, f"pith/{of}/parts.json").body)["parts"]
    return [document(found, f"pith/{of}/parts/{part['sha256']}.json").body for part in listed]


def test_the_addresses_of_a_record(tmp_path: Path) -> None:
    data = json.dumps(json.loads(body(1, 1)), indent=2).encode() + b"\n"
    with opened(tmp_path / "s", (data, "a")) as found:
        assert document(found, f"pith/{S}/bundle.json").body == data
        assert found.find(f".well-known/pith/{S}/bundle.json") == document(found, f"pith/{S}/bundle.json")
        cbor = document(found, f"pith/{S}/bundle.cbor")
        assert (parse_cbor(cbor.body), cbor.media_type) == (parse_json(data), "application/cbor")
        state = document(found, f"pith/{S}/state.json")
        assert state.body == Verifier(POLICY).verify(data).ledger.snapshot().to_json()
        for path in (f"pith/{S}/parts.json", f"pith/{S}/parts/{sha256(data).hexdigest()}.json"):
            assert found.find(path) is None
        assert found.find(f"pith/{suffix(2)}/bundle.json") is None
        for path in found.paths():
            each = found.find(path)
            assert isinstance(each, Document) and each.sha256 == sha256(each.body).hexdigest()
            assert each.etag == f'"{each.sha256}"' and each.unverified == 0
            named = each.sha256 in path
            assert each.immutable == named
            assert each.media_type in ("application/json", "text/plain; charset=us-ascii")


def test_the_paths_of_a_publisher(tmp_path: Path) -> None:
    with opened(tmp_path / "s", (body(1, 1), "a"), (body(2, 1), "a")) as found:
        listed = [*found.paths()]
        assert len(listed) == len(set(listed)) and listed[-1] == "pith-digests/head.json"
        first, second = sorted((S, suffix(2)))
        assert [path for path in listed if first in path] == [
            f"pith/{first}/bundle.json", f".well-known/pith/{first}/bundle.json", f"pith/{first}/state.json",
            f"pith/{first}.json",
        ]  # fmt: skip
        assert listed.index(f"pith/{first}.json") < listed.index(f"pith/{second}/bundle.json")
        assert {"pith-signing-key.json", "pith-mirrors.json"} < set(listed)
        assert sum(path.startswith("pith-digests/") for path in listed) == 2


def test_bytes_received_are_bytes_served(tmp_path: Path) -> None:
    """F7: 30 spellings of bundles, in both encodings."""
    drawn = random.Random(3)
    given = []
    for seed in range(1, 31):
        data = body(seed, *range(drawn.randrange(1, 4)))
        value = parse_json(data)
        spelling = seed % 4
        if spelling == 1:
            data = json.dumps(json.loads(data), indent=seed).encode() + b"\n" * seed
        elif spelling == 2:
            data = data.replace(b'":', b'" \t:\r\n ')
        elif spelling == 3:
            data = cbor_bytes(value)
        given.append((data, "a"))
    with opened(tmp_path / "s", *given) as found:
        for seed, (data, _) in enumerate(given, 1):
            name = "cbor" if seed % 4 == 3 else "json"
            made = document(found, f"pith/{suffix(seed)}/bundle.{name}")
            assert made.body == data
            assert (f"pith/{suffix(seed)}/bundle.cbor" in [*found.paths()]) == (name == "cbor")
            other = document(found, f"pith/{suffix(seed)}/bundle.json")
            assert parse_json(other.body) == (parse_cbor(data) if name == "cbor" else parse_json(data))


def test_a_union_is_exported_and_one_part_needs_no_list(tmp_path: Path) -> None:
    with opened(tmp_path / "s", (body(1, 1), "a"), (body(1, 2), "b")) as found:
        (data,) = parts(found, S)
        assert ids(data) == wanted(1, 1, 2)


def test_the_parts_of_a_large_record(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pithbundle.merge.ledger import Ledger

    original = Ledger.export

    def export(ledger: Ledger) -> list[bytes]:
        """Each event in a bundle of its own."""
        (data,) = original(ledger)
        value = json.loads(data)
        return [to_json({**value, "events": [each]}) for each in value["events"]]

    monkeypatch.setattr(Ledger, "export", export)
    with opened(tmp_path / "s", (body(1, 1), "a"), (body(1, 2, 3), "b")) as found:
        listed = json.loads(document(found, f"pith/{S}/parts.json").body)
        assert (listed["suffix"], listed["events"], len(listed["parts"])) == (S, 3, 3)
        every = parts(found, S)
        assert [len(each) for each in every] == [part["bytes"] for part in listed["parts"]]
        assert ids(*every) == wanted(1, 1, 2, 3)
        assert document(found, f"pith/{S}/bundle.json").body == max(every, key=len)
        assert document(found, f"pith/{S}/parts/{sha256(every[0]).hexdigest()}.json").immutable
        assert found.find(f"pith/{S}/parts/{'0' * 64}.json") is None
        names = [path for path in found.paths() if S in path]
        assert names[3] == f"pith/{S}/parts.json" and all("/parts/" in each for each in names[:3])
        # No reader would accept the list, so nothing of it is published (MIRROR-13).
        monkeypatch.setattr(module, "MAX_PARTS", 2)
        with pytest.raises(InputError, match=f"{S}: a mirror cannot serve its 3 parts"):
            found.paths_of(S)


def test_unverified_elements_are_served_whole_and_counted(tmp_path: Path) -> None:
    """The body as received, and whatever valid event it lacks beside it."""
    data = body(1, 1, more=(unverified(1, 5), unverified(1, 6)))
    with opened(tmp_path / "s", (data, "a"), (body(1, 2), "b")) as found:
        assert document(found, f"pith/{S}/bundle.json").body == data
        every = parts(found, S)
        assert every[0] == data and ids(*every) == wanted(1, 1, 2)
        for end in (".json", "/bundle.json", "/bundle.cbor", "/state.json", "/parts.json", ""):
            assert document(found, f"pith/{S}{end}").unverified == 2
        assert json.loads(document(found, f"pith/{S}.json").body)["unverified_count"] == 2
        assert json.loads(document(found, f"pith/{S}/state.json").body)["valid_event_count"] == 2


def test_a_bundle_that_one_encoding_cannot_contain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:

    def too_large(*_: object) -> bytes:
        raise InputError("size")

    monkeypatch.setattr(answers, "canonical_bytes", too_large)
    monkeypatch.setattr(answers, "cbor_bytes", too_large)
    given = (cbor_bytes(parse_json(body(1, 1))), "a"), (body(2, 1), "a")
    with opened(tmp_path / "s", *given) as found:
        assert (
            found.find(f"pith/{S}/bundle.json") is None
            and found.find(f"pith/{suffix(2)}/bundle.cbor") is None
        )
        assert [path for path in found.paths() if S in path] == [
            f"pith/{S}/bundle.cbor", f"pith/{S}/state.json", f"pith/{S}.json",
        ]  # fmt: skip


def test_what_is_not_admitted_is_not_served(tmp_path: Path) -> None:
    """G4: 40 stores with what must not be served beside what may be."""
    drawn = random.Random(4)
    for number in range(40):
        seed = number + 1
        bad = [
            to_json(bundle(made_record(seed), [unverified(seed, 1)])),
            b"{",
            body(seed, 1, canonical_sha256="0" * 64),
            to_json({**json.loads(body(seed, 1)), "pith_number": "pith:2001:" + suffix(seed + 1)}),
            body(seed, 9)[:-1],
        ]
        given = [(each, f"o{drawn.randrange(3)}") for each in bad]
        is_there = number % 2 == 0
        if is_there:
            given.append((body(seed, 1, more=(invalid(seed, 7),)), "o1"))
        drawn.shuffle(given)
        with opened(tmp_path / str(number), *given) as found:
            addresses = [f"pith/{suffix(seed)}{end}" for end in ("", *answers.OF_RECORD)]
            if not is_there:
                assert [found.find(path) for path in addresses] == [None] * len(addresses)
                assert [path for path in found.paths() if "pith/" in path] == []
                continue
            (data,) = parts(found, suffix(seed))
            # The valid events of a bundle with an invalid element, and not that bundle.
            assert ids(data) == wanted(seed, 1) and data not in [each for each, _ in given]
            assert Verifier(POLICY).verify(data).outcome == "valid"


def test_what_is_served_only_grows(tmp_path: Path) -> None:
    """G6, B5: 50 histories; whatever a mirror before it drops or replaces, no valid event is lost."""
    for number in range(50):
        drawn = random.Random(number)
        with opened(tmp_path / str(number), (body(1, 1), "a"), sources=["a", "b"]) as found:
            served: set[str] = set()
            last = found.head
            for _ in range(6):
                more = [unverified(1, drawn.randrange(20, 24)) for _ in range(drawn.choice([0, 0, 1, 2]))]
                more += [invalid(1, 9)] if drawn.random() < 0.2 else []
                marks = drawn.sample(range(1, 9), drawn.randrange(4))
                found.store.add(body(1, *marks, more=tuple(more)), origin=drawn.choice("abc"))
                if drawn.random() < 0.1:
                    found.store.seal()
                assert found.is_current() or found.refresh() is not None
                every = parts(found, S)
                now = ids(*every)
                assert served <= now and found.is_current()
                served = now
                (report,) = Verifier(POLICY).verify_together(("", part) for part in every)
                assert report.state is not None and report.ledger is not None
                assert document(found, f"pith/{S}/state.json").body == report.state.to_json()
                digests = (
                    report.ledger.record.hex, report.ledger.events_sha256, report.state.sha256,
                    report.unverified_sha256,
                )  # fmt: skip
                leaf = sha256(bytes.fromhex("".join(digests))).hexdigest()[:32]
                assert lines(found) == [LeafLine(S, leaf)]
                assert found.head is not None and last is not None
                assert found.head.generation >= last.generation
                last = found.head


def lines(found: Site) -> list[LeafLine]:
    """The lines of the tree as a reader gets them."""
    head = Head.from_bytes(document(found, "pith-digests/head.json").body)
    assert head == found.head
    return [*walk(head.tree, lambda name, _: document(found, f"pith-digests/{name}.txt").body)]


def test_a_view_is_served_until_it_is_refreshed(tmp_path: Path) -> None:
    with opened(tmp_path / "s", (body(1, 1), "a")) as found:
        before = {path: document(found, path).body for path in found.paths()}
        assert found.is_current()
        with Store.open(str(tmp_path / "s")) as other:
            other.add(body(1, 1, 2), origin="a")
            other.add(body(2, 1), origin="a")
        assert not found.is_current()
        assert found.find(f"pith/{suffix(2)}.json") is None
        assert {path: document(found, path).body for path in found.paths()} == before
        made = found.refresh(generated_at=TIME)
        assert made is not None and made.is_new and found.head == made.head and made.head.generation == 2
        assert ids(*parts(found, S)) == wanted(1, 1, 2) and found.find(f"pith/{suffix(2)}.json") is not None
        assert made.head.delta is not None and found.find(f"pith-digests/{made.head.delta}.txt") is not None
        again = found.refresh()
        assert again is not None and not again.is_new and found.is_current()
        # The files of the generation before stay.
        assert all(found.find(path) is not None for path in before)


def test_without_an_origin_there_are_no_digests(tmp_path: Path) -> None:
    make(tmp_path / "s", (body(1, 1), "a")).close()
    with Site.open(str(tmp_path / "s")) as found:
        assert found.head is None and found.refresh() is None
        for path in ("pith-digests/head.json", f"pith-digests/{'0' * 64}.txt", "pith-mirrors.json"):
            assert found.find(path) is None
        assert [path for path in found.paths() if "digests" in path] == []
    with Site.open(str(tmp_path / "s"), origin="mirror.example") as found:
        assert found.head is not None and found.find("pith-mirrors.json") is None
    # The name is that of the head before.
    with Site.open(str(tmp_path / "s"), base_url="https://a.example") as found:
        assert found.head is not None and found.find("pith-mirrors.json") is not None
    with pytest.raises(FileError, match=r"contains the digests of mirror\.example"):
        Site.open(str(tmp_path / "s"), origin="other.example")


def test_the_manifest_and_the_keys(tmp_path: Path) -> None:
    with opened(tmp_path / "s") as found:
        manifest = document(found, "pith-mirrors.json").body
        keys = document(found, "pith-signing-key.json").body
        verifier = Verifier(POLICY)
        for data in (manifest, keys):
            checked = verifier.verify_document(data)
            assert not [one for one in checked.findings if one.status in ("differs", "malformed")]
        (mirror,) = json.loads(manifest)["mirrors"]
        assert mirror["bundle_pattern"] == "https://mirror.example/pith/{suffix}/bundle.json"
        assert mirror["name"] == "mirror.example" and mirror["public_key"]["key_id"] == POLICY.keys[0].key_id
        assert found.head is not None and json.loads(manifest)["generated_at"] == found.head.generated_at
        assert len(json.loads(keys)["keys"]) == len(POLICY.keys)


def test_packs_have_what_is_served(tmp_path: Path) -> None:
    given = (body(1, 1), "a"), (body(1, 2), "b"), (cbor_bytes(parse_json(body(2, 1))), "a")
    with opened(tmp_path / "s", *given) as found:
        assert found.head is not None and found.head.archive is None
        made = found.refresh(packs=True)
        assert made is not None and made.head.archive == "pith-packs/pith-archive.json" and made.is_new
        files = {}
        for path in found.paths():
            each = found.find(path)
            if isinstance(each, FileDocument):
                data = Path(each.path).read_bytes()
                assert (len(data), sha256(data).hexdigest()) == (each.bytes, each.sha256)
                assert each.etag == f'"{each.sha256}"' and each.immutable == ("archive" not in path)
                files[path] = each.media_type
        assert sorted(files.values()) == [
            "application/json",
            *["application/zstd"] * 2,
            *["text/plain; charset=us-ascii"] * 2,
        ]
        assert [*files][-1] == "pith-packs/pith-archive.json"
        from pithbundle.archive.reader import Reader
        from pithbundle.archive.rejected import Rejections

        entries = [*Reader(str(tmp_path / "s" / "served" / "pith-packs")).entries(Rejections())]
        assert {each.line.suffix for each in entries} == {S, suffix(2)}
        assert ids(*(each.line.data for each in entries if each.line.suffix == S)) == wanted(1, 1, 2)
        again = found.refresh(packs=True)
        assert again is not None and not again.is_new
        for path in ("pith-packs/", "pith-packs/../policy.json", "pith-packs/pack.tmp"):
            assert found.find(path) is None


def test_packs_that_another_process_writes_are_served(tmp_path: Path) -> None:
    # As by `mirror publish --packs` of a store that is served: the store is as it was, the archive another.
    with opened(tmp_path / "s", (body(1, 1), "a")) as found:
        found.refresh(packs=True)
        assert found.is_current()
        with Store.open(str(tmp_path / "s")) as other:
            other.add(body(2, 1), origin="a")
        found.refresh()
        with Site.open(str(tmp_path / "s"), packs=True):
            pass
        assert not found.is_current()
        found.refresh()
        assert found.is_current()
        assert len(found.pack_names()) == 3
        for name in found.pack_names():
            each = found.find(f"pith-packs/{name}")
            assert isinstance(each, FileDocument)
            assert sha256(Path(each.path).read_bytes()).hexdigest() == each.sha256


def test_names_lead_to_their_record(tmp_path: Path) -> None:
    record = made_record(1)
    when = "2026-01-01T00:00:00Z"
    alias = attached(DEMO, record, "alias_added", alias_added("openalex", "W1"), when)
    same = attached(DEMO, made_record(2), "alias_added", alias_added("openalex", "W1"), when)
    given = (body(1, 1, more=(alias,)), "a"), (body(2, 1, more=(same,)), "a")
    with opened(tmp_path / "s", *given) as found:
        aliases = {
            one["alias_kind"]: one["alias_value"]
            for one in json.loads(document(found, f"pith/{S}.json").body)["source_aliases"]
        }
        names = [
            S[:8], S[:12], f"pith:{S[:8]}", f"pith:2003:{S}", aliases["arxiv"], f"arXiv:{aliases['arxiv']}",
            aliases["doi"].upper(), f"doi:{aliases['doi']}",
        ]  # fmt: skip
        number = json.loads(document(found, f"pith/{S}.json").body)["pith_number"]
        for name in [*names[:3], number, *names[4:]]:
            assert found.find(f"pith/{name}") == Redirect(f"pith/{S}"), name
        assert found.find("pith/W1") == Choice(tuple(sorted((S, suffix(2)))))
        for name in ("W2", S[:7], "pith:", "x" * 600, "\u00e4", f"{S}/x", "pith:2003:" + suffix(9)):
            assert found.find(f"pith/{name}") is None, name


def test_no_path_leads_anywhere_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """D8, G1: 175 texts in three encodings, at every address that has a suffix; no file is opened for one."""
    assert len(HOSTILE_PATHS) == 175
    with opened(tmp_path / "s", (body(1, 1), "a")) as found:
        paths = (*found.paths(), f"pith/{S}/index.html")
        allowed = {path: document(found, path) for path in paths}
        opened_names: list[object] = []
        original = os.open

        def record(path: object, *args: object, **how: object) -> int:
            opened_names.append(path)
            return original(path, *args, **how)  # type: ignore[arg-type]

        monkeypatch.setattr(os, "open", record)
        tried = 0
        for text in HOSTILE_PATHS:
            for each in encodings(text):
                for form in (
                    "{}", "pith/{}", "pith/{}.json", "pith/{}/bundle.json", ".well-known/pith/{}/bundle.json",
                    "pith-digests/{}.txt", "pith-digests/{}", "pith-packs/{}", "pith/{}/parts/{}.json",
                ):  # fmt: skip
                    path = form.replace("{}", each)
                    answer = found.find(path)
                    assert (
                        answer is None
                        or answer == allowed.get(path)
                        or (
                            path == f"pith/{each}"
                            and (answer in (Redirect(f"pith/{S}"), document(found, f"pith/{S}")))
                        )
                    ), path
                    tried += 1
        assert tried == 175 * 3 * 9
        # Names of segments come from the index.
        assert set(opened_names) <= {"00000001.seg"}


def test_a_damaged_file_of_digests_is_not_served(tmp_path: Path) -> None:
    with opened(tmp_path / "s", (body(1, 1), "a")) as found:
        assert found.head is not None
        name = f"{found.head.root}.txt"
        file = tmp_path / "s" / "served" / "pith-digests" / name
        data = file.read_bytes()
        file.write_bytes(data[:-1] + b"x")
        assert found.find(f"pith-digests/{name}") is None
        file.unlink()
        assert found.find(f"pith-digests/{name}") is None
        found.store.add(body(1, 1), origin="b")
        found.refresh()
        assert document(found, f"pith-digests/{name}").body == data
        file.unlink()
        os.mkfifo(file)
        found._now.held.clear()
        with pytest.raises(FileError):
            found.find(f"pith-digests/{name}")


def test_what_was_sealed_or_damaged_is_looked_up_again(tmp_path: Path) -> None:
    with opened(tmp_path / "s", (body(1, 1), "a"), (body(1, 1, 2), "b"), (body(2, 1), "a")) as found:
        with Store.open(str(tmp_path / "s")) as other:
            other.seal()
        assert ids(document(found, f"pith/{S}/bundle.json").body) == wanted(1, 1, 2)
        (segment,) = segments(tmp_path / "s")
        data = segment.read_bytes()
        segment.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        found.refresh()
        # The entry that was damaged is set aside; what is left of its record is served.
        for each in (S, suffix(2)):
            answer = found.find(f"pith/{each}/bundle.json")
            assert answer is None or isinstance(answer, Document)
        assert len(lines(found)) == len([path for path in found.paths() if path.endswith("/state.json")])


def test_documents_are_held_within_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(tmp_path / "s", (body(1, 1), "a"), (body(2, 1), "a")) as found:
        first = found.find(f"pith/{S}.json")
        assert found.find(f"pith/{S}.json") is first
        monkeypatch.setattr(site, "_MOST_HELD", 1)
        found.find(f"pith/{suffix(2)}.json")
        assert [*found._now.held] == [f"pith/{suffix(2)}.json"]
        assert found.find(f"pith/{S}.json") == first


def test_a_site_that_cannot_be_opened_leaves_nothing_open(tmp_path: Path) -> None:
    with pytest.raises(FileError):
        Site.open(str(tmp_path / "absent"))
    make(tmp_path / "s", (body(1, 1), "a")).close()
    digests = tmp_path / "s" / "served" / "pith-digests"
    digests.mkdir(parents=True)
    (digests / "head.json").write_text("{}")
    with pytest.raises(DigestError):
        Site.open(str(tmp_path / "s"), origin="a")
    (digests / "head.json").unlink()
    with Site.open(str(tmp_path / "s"), origin="a") as found:
        assert found.view.records == 1
    found.close()
    with pytest.raises(ValueError, match="closed"):
        found.find("pith-mirrors.json")


def test_another_process_may_hold_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pithbundle.durable import Folder
    from pithbundle.mirror import served_folder

    monkeypatch.setattr(served_folder, "_PATIENCE", 0.05)
    with opened(tmp_path / "s", (body(1, 1), "a")) as found:
        with (
            Folder.open(str(tmp_path / "s" / "served")) as held,
            held.locked(),
            pytest.raises(FileError, match="another process has held it"),
        ):
            found.refresh()
        assert found.refresh() is not None


def test_threads_share_a_site(tmp_path: Path) -> None:
    """Readers during refreshes: nothing fails, and each body is one of a moment."""
    with opened(tmp_path / "s", *((body(seed, 1), "a") for seed in range(1, 9))) as found:
        failures: list[BaseException] = []
        stop = threading.Event()

        def read() -> None:
            try:
                while not stop.is_set():
                    for seed in range(1, 9):
                        assert ids(document(found, f"pith/{suffix(seed)}/bundle.json").body)
            except BaseException as error:
                failures.append(error)

        threads = [threading.Thread(target=read) for _ in range(3)]
        for each in threads:
            each.start()
        for mark in range(2, 12):
            found.store.add(body(1 + mark % 8, *range(1, mark + 1)), origin="a")
            found.refresh()
            if mark == 6:
                found.store.seal()
        stop.set()
        for each in threads:
            each.join()
        assert failures == []


def test_a_policy_that_another_process_replaced(tmp_path: Path) -> None:
    data = body(1, 1, more=(unverified(1, 2),))
    with opened(tmp_path / "s", (data, "a")) as found:
        with Store.open(str(tmp_path / "s")) as other:
            other.repair(policy=WIDER)
        assert not found.is_current()
        made = found.refresh()
        assert made is not None and made.head.policy_sha256 == WIDER.sha256
        assert document(found, f"pith/{S}/bundle.json").unverified == 0
        assert len(json.loads(document(found, "pith-signing-key.json").body)["keys"]) == len(WIDER.keys)


#: The registry prints: curl with Accept: application/ld+json, then jq, then this.
_HASH = (
    "import sys,json,hashlib; print(hashlib.sha256(json.dumps(json.load(sys.stdin), sort_keys=True, "
    "separators=(',',':'), ensure_ascii=False).encode('utf-8')).hexdigest())"
)


def test_the_printed_line_of_the_registry_reproduces_the_hash(tmp_path: Path) -> None:
    with opened(tmp_path / "s", (body(1, 1), "a")) as found:
        answer = found.find(f"pith/{S}")
        assert isinstance(answer, Document) and answer.media_type == "application/ld+json"
        value = json.loads(answer.body)
        # jq .canonical_record
        record = json.dumps(value["canonical_record"], indent=2, ensure_ascii=False).encode()
        done = subprocess.run([sys.executable, "-c", _HASH], input=record, capture_output=True, check=True)
        assert done.stdout.decode().strip() == value["canonical_sha256"]
        assert value["@type"] == "ScholarlyArticle" and value["identifier"] == value["pith_number"]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    assert threading.active_count() == 1


def test_an_export_that_no_bundle_can_contain_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pithbundle.merge.ledger import Ledger

    def export(_: Ledger) -> list[bytes]:
        raise InputError("size")

    with opened(tmp_path / "s", (body(1, 1), "a"), (body(1, 2), "b")) as found:
        monkeypatch.setattr(Ledger, "export", export)
        with pytest.raises(InputError):
            found.find(f"pith/{S}/bundle.json")
