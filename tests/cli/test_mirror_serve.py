"""pithbundle mirror serve: options, the line at its start, signals, exit statuses (SERVE-6, SERVE-14)."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from kit.command_line import assert_harmless, output_validator, run, start
from kit.servers import Connection, eventually, request
from kit.stores import body, make, suffix
from pithbundle.cli import mirror_serve_run
from pithbundle.mirror.serve.listening import listening
from pithbundle.mirror.site import Site
from pithbundle.store import Store

S = suffix(1)
OPTIONS = ["mirror", "serve", "--store", "s", "--port", "0"]


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "s", (body(1, 1), "a")).close()
    yield tmp_path / "s"


def first(child: subprocess.Popen[bytes]) -> dict[str, Any]:
    """The object at the start of a server with --json."""
    assert child.stdout is not None
    text = b""
    while not text.endswith(b"\n}\n"):
        line = child.stdout.readline()
        assert line, child.stderr and child.stderr.read()
        text += line
    value: dict[str, Any] = json.loads(text)
    return value


def port_of(url: str) -> int:
    return int(url.split(":")[2].partition("/")[0])


@pytest.mark.signals
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_it_serves_until_a_signal_ends_it(number: signal.Signals, store: Path) -> None:
    options = ["--origin", "mirror.example", "--metrics-port", "0", "--renew", "0.1", "--json"]
    with start(*OPTIONS, *options) as child:
        value = first(child)
        output_validator(value["type"]).validate(value)
        assert (value["outcome"], value["exit_status"], value["head"]["records"]) == ("success", 0, 1)
        with Connection(port_of(value["url"])) as connection:
            assert connection.ask(f"/pith/{S}.json").status == 200
            page = connection.ask(f"/pith/{S}", "Accept: text/html,*/*;q=0.8")
            assert page.fields["content-type"] == "text/html; charset=utf-8"
            with Store.open(str(store)) as added:
                added.add(body(2, 1), origin="a")
            assert eventually(lambda: connection.ask(f"/pith/{suffix(2)}.json").status == 200)
        with Connection(port_of(value["metrics_url"])) as connection:
            # MIRROR-16: what was answered above is of the generation that the head states.
            assert connection.ask("/health").json["generation"] == 2
        with Connection(port_of(value["url"])) as idle:
            assert idle.ask("/x").status == 404
            child.send_signal(number)
            assert child.wait(30) == 0 and idle.ended()
        assert child.stdout is not None and child.stderr is not None
        assert (child.stdout.read(), child.stderr.read()) == (b"", b"")


def test_a_mirror_keeps_its_name(store: Path) -> None:
    """The hint advised to check permissions."""
    with Site.open(str(store), origin="mirror.example"):
        pass
    result = run(*OPTIONS, "--origin", "other.example")
    assert result.status == 2 and "contains the digests of mirror.example, not of other.example" in result.err
    assert "a mirror keeps the name that its readers know" in result.err and "permissions" not in result.err


@pytest.mark.signals
def test_the_line_at_its_start(store: Path) -> None:
    with start(
        *OPTIONS, "--base-url", "https://mirror.example:8443/below", "--host", "Other.Example"
    ) as child:
        assert child.stdout is not None
        line = child.stdout.readline().decode()
        assert line.startswith("listening     http://127.0.0.1:")
        assert child.stdout.readline() == b"  store       s\n"
        assert b"name the mirror with --origin" in child.stdout.readline()
        with Connection(int(line.rpartition(":")[2])) as connection:
            for host, status in (("mirror.example", 200), ("other.example", 200), ("x.example", 421)):
                assert connection.ask(f"/pith/{S}.json", f"Host: {host}").status == status
        child.send_signal(signal.SIGTERM)
        assert child.wait(30) == 0


@pytest.mark.signals
def test_a_second_signal_ends_it_at_once(store: Path) -> None:
    with Store.open(str(store)) as added:
        added.add(body(1, *range(1, 300)), origin="a")
    with start(*OPTIONS, "--json") as child, Connection(port_of(first(child)["url"])) as slow:
        slow.send(request(f"/pith/{S}/state.json") * 60)
        assert eventually(lambda: len(slow.socket.recv(1)) == 1)
        child.send_signal(signal.SIGTERM)
        child.send_signal(signal.SIGINT)
        assert child.wait(9) == 0


def test_a_port_that_is_in_use(store: Path) -> None:
    with listening("127.0.0.1", 0) as taken:
        port = str(taken.getsockname()[1])
        done = run("mirror", "serve", "--store", "s", "--port", port)
        assert done.status == 2 and f"127.0.0.1:{port}: address already in use" in done.err
        assert "hint: another program listens there" in done.err
        done = run(*OPTIONS, "--metrics-port", port)
        assert done.status == 2 and f"127.0.0.1:{port}: address already in use" in done.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--address", "0.0.0.0"], "add --expose"),
        (["--address", "::"], "add --expose"),
        (["--address", "192.0.2.1"], "add --expose"),
        (["--address", "localhost"], "--address takes an IP address"),
        (["--address", "127.0.0.1\n"], "--address takes an IP address"),
        (["--port", "65536"], "is not a whole number"),
        (["--metrics-port", "x"], "is not a whole number"),
        (["--renew", "0"], "is not a number"),
        (["--host", "a b"], "is no name of a host"),
        (["--host", "mirror.example:80"], "is no name of a host"),
        (["--host", "x\x1b[31m\nVALID"], "is no name of a host"),
        (["--base-url", "http://mirror.example"], "--base-url takes an https URL"),
        (["--origin", "A"], "--origin takes the name"),
        (["--sign-with", "x"], "need each other"),
        (["--sign-key", "x"], "need each other"),
    ],
)
def test_options_are_checked(options: list[str], message: str) -> None:
    done = run(*OPTIONS, *options)
    assert done.status == 2 and message in done.err
    assert_harmless(done)


def test_an_exposed_address_is_accepted() -> None:
    done = run(*OPTIONS, "--address", "192.0.2.1", "--expose")
    assert done.status == 2 and "192.0.2.1:0" in done.err


def test_without_jinja2_it_reports_that_there_are_no_pages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(mirror_serve_run, "are_installed", lambda: False)
    assert not mirror_serve_run._has_pages()
    written = capsys.readouterr()
    assert written.out == "" and written.err.startswith(
        "pithbundle: no pages: they need jinja2, which is not"
    )
    assert "'pithbundle[mirror]'" in written.err and written.err.count("\n") == 1


@pytest.mark.parametrize("package", ["uvicorn", "httptools"])
def test_what_is_missing_is_named(package: str) -> None:
    script = (
        f"import sys; sys.modules[{package!r}] = None\n"
        "from pithbundle.cli.main import main\n"
        f"sys.exit(main({OPTIONS!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 2 and "a server needs uvicorn and httptools" in done.stderr
    assert "'pithbundle[serve]'" in done.stderr
