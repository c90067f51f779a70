"""Pictures of a timeline: the same bytes for the same events, and nothing in them that data could inject."""

from __future__ import annotations

import struct
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from pathlib import Path

import pytest

from kit import Signer, attached, event, many_events, payloads, policy, strategies
from kit.command_line import HOSTILE, process_env, run, spawn
from kit.data import REPO
from kit.demo import RECORD, rich
from kit.results import WHEN, merged
from pithbundle.cli import picture
from pithbundle.merge.timeline import Moment

DEMO = REPO / "vectors" / "demo"
POLICY = ["--policy", str(DEMO / "policy.json")]
TITLE = "pith:2003:OMJFN3CZBZK4KRI4XCDIFRLNQH"
LATER = "2026-06-02T00:00:00Z"


def moments_of_the_demo() -> Sequence[Moment]:
    return merged(RECORD, rich()["events"]).ledger.timeline()


def texts(svg: bytes) -> str:
    """Comments and texts of an SVG: matplotlib writes the text of each group of glyphs as a comment."""
    return svg.decode()


def test_the_demo_in_both_forms(tmp_path: Path) -> None:
    svg, png = tmp_path / "t.svg", tmp_path / "t.png"
    result = run("timeline", str(DEMO / "rich.json"), *POLICY, "--svg", str(svg), "--png", str(png))
    assert result.status == 1
    assert result.out.count("\npicture ") == 2
    root = ET.fromstring(svg.read_bytes())
    assert root.tag.endswith("}svg")
    shown = texts(svg.read_bytes())
    for comment in (f"Timeline of {TITLE}", "integrity findings", "in conflict", "retracted later",
                 "arrow: replaces", "arrow: retracts", "unrecognised"):  # fmt: skip
        assert f"<!-- {comment} -->" in shown, comment
    data = png.read_bytes()
    assert data.startswith(b"\x89PNG")
    width, height = struct.unpack(">II", data[16:24])
    assert 1_000 < width < 3_000
    assert 800 < height < 2_000


@pytest.mark.parametrize("form", ["svg", "png"])
def test_the_same_events_are_the_same_bytes(tmp_path: Path, form: str) -> None:
    paths = [tmp_path / f"{index}.{form}" for index in range(3)]
    env = {"HOME": str(tmp_path), "MPLCONFIGDIR": str(tmp_path)}
    (tmp_path / "matplotlibrc").write_text("font.size: 30\nsvg.fonttype: none\nlines.linewidth: 9\n")
    changes = (
        {"PYTHONHASHSEED": "1", "TZ": "Asia/Tokyo"},
        {"PYTHONHASHSEED": "2", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "1"},
        {"MPLBACKEND": "pdf"},
    )
    for path, changed in zip(paths, changes, strict=True):
        done = spawn("timeline", str(DEMO / "rich.json"), *POLICY, f"--{form}", str(path), env=env | changed)
        assert done.status == 1, done.err
    one, two, three = (path.read_bytes() for path in paths)
    assert one == two == three
    assert b"20" + b"26-11" not in one, "the time of drawing"


def test_the_order_of_the_file_does_not_show() -> None:
    backwards = merged(RECORD, rich()["events"][::-1]).ledger.timeline()
    drawn = picture.draw(moments_of_the_demo(), TITLE, "svg")
    assert picture.draw(backwards, TITLE, "svg") == drawn


DRAWN = (
    *HOSTILE.values(),
    r"$\frac{1}{0}$",
    "$x$ & <script>alert(1)</script> --> ]]>",
    "-->",
    '"/><image/>',
    "%$#_^{}~",
)


@pytest.mark.parametrize("text", DRAWN)
def test_hostile_text_is_drawn_and_never_interpreted(text: str) -> None:
    tame = text.replace("\0", "").replace("\ud800", "").replace("\U0010ffff", "")[:2000] or "x"
    signer = Signer(7, tame[:60], "k")
    events = [
        event(signer, RECORD, tame, tame, {}, WHEN),
        attached(signer, RECORD, "author_claim", payloads.author_claim(payloads.orcid(1), note=tame), WHEN),
    ]
    found = merged(RECORD, events, policy(signer)).ledger.timeline()
    assert picture.draw(found, TITLE, "png").startswith(b"\x89PNG")
    svg = picture.draw(found, TITLE, "svg")
    names = {element.tag.rpartition("}")[2] for element in ET.fromstring(svg).iter()}
    assert names <= {
        "svg", "metadata", "RDF", "Work", "type", "format", "creator", "Agent", "title", "defs", "style", "g",
        "path", "use", "clipPath", "rect",
    }  # fmt: skip
    assert b"script" not in svg.replace(b"<!--", b"").split(b"<defs>")[0]
    assert svg.decode().isprintable() or not {c for c in svg.decode() if c < " " and c != "\n"}


@pytest.mark.parametrize("count", [0, 1, 71, pytest.param(400, marks=pytest.mark.slow)])
def test_few_events_and_many(count: int) -> None:
    found = merged(RECORD, many_events(RECORD, count)).ledger.timeline()
    for form in ("svg", "png"):
        data = picture.draw(found, TITLE, form)
        assert data == picture.draw(found, TITLE, form)
    if not count:
        assert b"<!-- no valid event -->" in picture.draw(found, TITLE, "svg")
    width, _ = struct.unpack(">II", picture.draw(found, TITLE, "png")[16:24])
    assert width <= 44 * 110


def test_more_arrows_than_there_is_room_for() -> None:
    claim = payloads.author_claim(payloads.orcid(1))
    signer = strategies.FIXTURE_SIGNERS[0]
    events = [
        attached(signer, RECORD, "author_claim", claim, f"2026-06-01T{n // 60:02}:{n % 60:02}:00Z")
        for n in range(420)
    ]
    drawn = picture.draw(merged(RECORD, events).ledger.timeline(), TITLE, "svg")
    assert b"; 19 arrows omitted" in drawn


def test_what_is_withdrawn_as_it_comes_has_its_arrow() -> None:
    signer = strategies.FIXTURE_SIGNERS[0]
    late = attached(signer, RECORD, "author_claim", payloads.author_claim(payloads.orcid(1)), LATER)
    gone = attached(signer, RECORD, "event_retracted", payloads.event_retracted(late["event_id"]), WHEN)
    drawn = picture.draw(merged(RECORD, [late, gone]).ledger.timeline(), TITLE, "svg")
    assert b"<!-- retracted on arrival -->" in drawn
    assert b"<!-- arrow: retracts -->" in drawn


def test_without_the_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    target = tmp_path / "t.svg"
    result = run("timeline", str(DEMO / "rich.json"), *POLICY, "--svg", str(target))
    assert result.status == 2
    assert not result.out
    assert result.err.startswith("pithbundle: error: a picture needs matplotlib, which is not installed\n")
    assert "pithbundle: hint: in a checkout run python -m pip install -e '.[plot]', or" in result.err
    assert not target.exists()
    # Text needs no library.
    assert run("timeline", str(DEMO / "rich.json"), *POLICY).status == 1


def test_nothing_is_loaded_until_a_picture_is_requested() -> None:
    code = (
        "import sys; from pithbundle.cli.main import main; "
        f"main(['timeline', {str(DEMO / 'bundle.json')!r}]); sys.exit('matplotlib' in sys.modules)"
    )

    done = subprocess.run([sys.executable, "-P", "-c", code], env=process_env(), capture_output=True)
    assert done.returncode == 0, done.stderr


def test_a_picture_replaces_nothing_without_force(tmp_path: Path) -> None:
    target = tmp_path / "t.svg"
    target.write_bytes(b"mine")
    args = ["timeline", str(DEMO / "bundle.json"), *POLICY, "--svg", str(target)]
    assert run(*args).status == 2
    assert target.read_bytes() == b"mine"
    assert run(*args, "--force").status == 0
    assert target.read_bytes().startswith(b"<?xml")
