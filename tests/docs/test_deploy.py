"""docs/deploy: the unit of systemd and the Containerfile; their commands are those of this package."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any, Final

import pytest

from kit import command_tree
from kit.data import REPO

DEPLOY: Final = REPO / "docs" / "deploy"
UNIT: Final = (DEPLOY / "pithbundle-mirror.service").read_text(encoding="utf-8")
CONTAINER: Final = (DEPLOY / "Containerfile").read_text(encoding="utf-8")
#: What the guide has the operator write.
OPTIONS: Final = "--origin mirror.example --base-url https://mirror.example"

#: Without one of these, a fault of the server reaches more of the machine than its store.
HARDENED: Final = {
    "User": "pithbundle", "NoNewPrivileges": "yes", "CapabilityBoundingSet": "", "ProtectSystem": "strict",
    "ProtectHome": "yes", "PrivateTmp": "yes", "PrivateDevices": "yes", "StateDirectory": "pithbundle",
    "RestrictAddressFamilies": "AF_INET AF_INET6", "RestrictNamespaces": "yes", "MemoryMax": "1G",
    "MemoryDenyWriteExecute": "yes", "SystemCallArchitectures": "native", "Restart": "on-failure",
    "Type": "exec",
}  # fmt: skip


def directives(section: str) -> dict[str, list[str]]:
    """The values of each directive of a section, in their order."""
    found: dict[str, list[str]] = {}
    here = ""
    for line in UNIT.splitlines():
        if line.startswith("["):
            here = line.strip("[]")
            assert here in ("Unit", "Service", "Install")
        elif line and not line.startswith("#"):
            name, equals, value = line.partition("=")
            assert equals and re.fullmatch(r"[A-Z][A-Za-z]+", name), line
            if here == section:
                found.setdefault(name, []).append(value)
    return found


def parsed(words: list[str]) -> dict[str, Any]:
    """The parameters of a command line, as the program reads it."""
    assert Path(words[0]).name == "pithbundle"
    return command_tree.parsed(words[1:])


def test_the_unit_starts_the_server_with_few_rights() -> None:
    service = directives("Service")
    assert {name: service.get(name, [None])[-1] for name in HARDENED} == HARDENED
    assert service["SystemCallFilter"] == ["@system-service", "~@privileged"]
    assert directives("Install") == {"WantedBy": ["multi-user.target"]}
    (start,) = service["ExecStart"]
    words = shlex.split(start.replace("%S", "/var/lib").replace("$SERVE_OPTIONS", OPTIONS))
    given = parsed(words)
    assert given["store"] == "/var/lib/pithbundle/store"
    assert (given["address"], given["port"], given["metrics_port"]) == ("127.0.0.1", 8080, 9100)
    assert (given["origin"], given["base_url"]) == ("mirror.example", "https://mirror.example")
    assert f"# SERVE_OPTIONS={OPTIONS}\n" in UNIT


def test_systemd_knows_every_directive(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    # Elsewhere the names and values above are what is checked.
    if analyze is not None:
        unit = tmp_path / "pithbundle-mirror.service"
        unit.write_text(UNIT.replace("/opt/pithbundle/bin/pithbundle", sys.executable), encoding="utf-8")
        done = subprocess.run(
            [analyze, "verify", "--man=no", str(unit)], capture_output=True, text=True, timeout=60
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def instructions() -> list[tuple[str, str]]:
    """The instructions of the Containerfile with what follows each."""
    lines = [line for line in CONTAINER.splitlines() if line and not line.startswith("#")]
    return [(name, rest) for name, _, rest in (line.partition(" ") for line in lines)]


def test_the_container_installs_what_is_pinned_and_runs_without_root() -> None:
    stages = CONTAINER.split("FROM ${BASE}")
    assert len(stages) == 3 and "COPY --from=build /opt/pithbundle /opt/pithbundle\n" in stages[2]
    given = instructions()
    installs = [rest for name, rest in given if name == "RUN" and " install " in rest and "/pip " in rest]
    assert len(installs) == 2
    for each in installs:
        assert "--no-deps" in each and ("--require-hashes" in each or "--no-build-isolation ." in each)
    assert "-r requirements/mirror.txt" in installs[0]
    # The registry of packages is whichever the machine is set to.
    assert "://" not in CONTAINER and "index" not in CONTAINER
    last = dict(given)
    assert int(last["USER"].partition(":")[0]) > 0
    words = json.loads(last["ENTRYPOINT"])
    assert parsed([*words, *json.loads(last["CMD"])])["port"] == int(last["EXPOSE"])
    options = parsed([*words, *shlex.split(OPTIONS)])
    assert options["expose"] and options["address"] == "0.0.0.0"
    assert options["store"].startswith(last["VOLUME"] + "/")


def test_the_guide_installs_what_there_is() -> None:
    guide = (REPO / "docs" / "guides" / "serve-a-mirror.md").read_text(encoding="utf-8")
    section = guide.partition("## Run it as a service")[2].partition("## What a client may take")[0]
    lines = re.findall(r"^\$ (.+)$", section.replace("\\\n", ""), re.MULTILINE)
    service, words = directives("Service"), [shlex.split(line) for line in lines]
    named = {re.sub(r"^\./|:.*$", "", word) for line in words for word in line}
    files = {word for word in named if word.startswith(("docs/", "requirements/", "vectors/"))}
    assert len(files) == 4 and all((REPO / each).is_file() for each in files)
    assert any(line[:3] == ["sudo", "useradd", "--system"] and line[-1:] == service["User"] for line in words)
    assert any(line[-1] == service["EnvironmentFile"][0].lstrip("-") for line in words)
    assert f"echo 'SERVE_OPTIONS={OPTIONS}'" in section
    # Each command of this package, whoever starts it.
    entry = json.loads(dict(instructions())["ENTRYPOINT"])
    stores = []
    for line in words:
        if "runuser" in line:
            stores.append(parsed(line[line.index("--") + 1 :]))
        elif line[:2] == ["podman", "run"]:
            at = line.index("pithbundle-mirror") + 1
            stores.append(parsed([*(line[at - 2 : at - 1] if "--entrypoint" in line else entry), *line[at:]]))
    given = [each.get("store", each.get("folder")) for each in stores]
    assert given == ["/var/lib/pithbundle/store"] * 4


def entries(name: str) -> dict[str, set[str]]:
    """The pins of a list, each with its hashes."""
    text = (REPO / "requirements" / name).read_text(encoding="utf-8")
    found = re.split(r"\n(?=\S)", text.strip())
    return {each.split()[0]: set(re.findall(r"sha256:[0-9a-f]{64}", each)) for each in found}


def test_a_mirror_has_the_versions_with_which_it_is_tested() -> None:
    mirror, tested = entries("mirror.txt"), entries("dev.txt")
    assert {name: hashes for name, hashes in mirror.items() if tested.get(name) != hashes} == {}
    names = {name.partition("==")[0] for name in mirror}
    assert {"uvicorn", "httptools", "aiohttp", "jinja2", "click", "pynacl", "hatchling"} <= names
    assert not names & {"pytest", "mypy", "hypothesis"}


@pytest.mark.slow
def test_what_the_container_copies_makes_the_whole_package(tmp_path: Path) -> None:
    for name, rest in instructions():
        if name == "COPY" and not rest.startswith("--from"):
            *sources, target = rest.split()
            for source in (found for each in sources for found in REPO.glob(each)):
                if source.is_dir():
                    shutil.copytree(source, tmp_path / target, ignore=shutil.ignore_patterns("__pycache__"))
                else:
                    (tmp_path / target).mkdir(parents=True, exist_ok=True)
                    shutil.copy(source, tmp_path / target)
    wheels = [built(root, tmp_path / name) for root, name in ((tmp_path, "copied"), (REPO, "whole"))]
    assert wheels[0] == wheels[1] and len(wheels[0]) > 500


def built(root: Path, folder: Path) -> dict[str, int]:
    """The files of the wheel of a folder, with their checksums."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=root, capture_output=True, check=True, timeout=300)
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        return {each.filename: each.CRC for each in archive.infolist()}
