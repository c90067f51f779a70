"""Sets the project up in fresh environments, as the Makefile does, and tests it there: `make environments`.

* With the oldest pip of ``requirements/pip.txt``.
* Under the newest Python of ``interpreters.VERSIONS`` that the machine has: vectors, the units that
  read and write bytes, and the same digests of the same bundles.
* From the source archive, unpacked in an empty folder: the tests that read files of every folder.
* The wheel with the extra ``cli`` and without extras, away from the repository.

What the machine does not have is named. ``--whole`` adds the other pips of the list, the Pythons between, and
more tests of the source archive. ``--newest-pip`` adds the newest pip of the index, which is no part of a
reproducible run.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kit.data import REPO
from kit.interpreters import VERSIONS, find

#: The Python that every pip of the list supports.
OLDEST: Final = VERSIONS[0]
THIS: Final = f"{sys.version_info.major}.{sys.version_info.minor}"
DEMO: Final = REPO / "vectors" / "demo"
#: What must not depend on the Python: the vectors made anew, and what they expect.
UNDER_EACH_PYTHON: Final = (
    "tests/conformance/test_vectors.py::test_the_files_are_what_the_generator_writes",
    "tests/conformance/test_vectors.py::test_the_package_passes",
)
#: The units that a Python could change first (numbers, text, hashes); the others with ``--whole``.
ENCODINGS: Final = tuple(f"tests/unit/{name}" for name in ("encoding", "bundle", "digests", "ed25519"))
#: The tests that are fast and read files of every folder of the archive.
FROM_THE_ARCHIVE: Final = tuple(
    f"tests/{name}"
    for name in ("architecture", "docs", "added_event_type", "real", "vectors", "environments")
)
#: Which units ``--whole`` tests, and which tests of the archive are left out without it: all examples, and
#: those that read nothing but the modules and the specification.
WHOLE: Final = ("tests/unit",)
WHOLE_ARCHIVE: Final = (*WHOLE, "tests/cli/test_transcripts.py", "tests/js/test_js.py")
LEFT_OUT: Final = (
    "architecture/test_layers",
    "docs/test_examples",
    "docs/test_conforming_reader",
    "docs/test_spec",
)
NOT_WHOLE: Final = tuple(f"--ignore=tests/{name}.py" for name in LEFT_OUT)
#: It is fetched for the JavaScript implementation and no part of the archive.
WITHOUT_NODE_MODULES: Final = "not test_types"


class Failed(Exception):
    """A step that did not end well; the message is what it printed."""


@dataclass(frozen=True)
class Job:
    """One environment: what it is called, and what is done in a folder of its own."""

    name: str
    work: Callable[[Path], str]


def step(*command: str | Path, cwd: Path = REPO, env: dict[str, str] | None = None) -> str:
    """Run a command and return what it prints, both streams."""
    # Neither this run's interpreter nor its make may be seen by the one that is started.
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PYTHON", "COV", "MAKE", "MFLAGS")) and name != "VIRTUAL_ENV"
    }
    done = subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env={**kept, "PYTHONDONTWRITEBYTECODE": "1", **(env or {})},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode != 0:
        shown = " ".join(map(str, command))
        raise Failed(f"$ {shown}\n{done.stdout[-6000:]}\nexit status {done.returncode}")
    return done.stdout


def pips() -> dict[str, str]:
    """Each version of pip that is promised to work, and its hashed line."""
    text = (REPO / "requirements" / "pip.txt").read_text(encoding="utf-8")
    return {
        found[1]: entry
        for entry in re.split(r"\n(?=pip)", text.strip())
        if (found := re.match(r"pip==([\d.]+)", entry))
    }


def set_up(python: str, venv: Path, root: Path = REPO, stamp: str = "dev.stamp") -> None:
    """Install as `make` does, with the tools of the tests."""
    step("make", f"PYTHON={python}", f"VENV={venv}", venv / stamp, cwd=root)


def verify_demo(venv: Path) -> None:
    """Verify the demo bundle away from the repository."""
    command = ("verify", DEMO / "bundle.json", "--policy", DEMO / "policy.json")
    step(venv / "bin" / "pithbundle", *command, cwd=venv)


def tested(venv: Path, *arguments: str, root: Path = REPO, env: dict[str, str] | None = None) -> str:
    """Run tests; return the line that counts them."""
    pytest = (venv / "bin" / "python", "-m", "pytest", "-q", "-p", "no:cacheprovider")
    # Of the counterexamples that Hypothesis remembers two runs at once would write one file.
    env = {**(env or {}), "HYPOTHESIS_STORAGE_DIRECTORY": str(venv / "hypothesis")}
    return step(*pytest, *arguments, cwd=root, env=env).strip().splitlines()[-1]


def digests(python: str | Path) -> str:
    """Every verdict and digest of the demo bundles."""
    script = REPO / "tests" / "environments" / "digests.py"
    return step(python, script, DEMO, env={"PYTHONPATH": str(REPO / "src")})


def with_pip(python: str, entry: str | None) -> Callable[[Path], str]:
    """Set up with one pip; without an entry with the newest of the index."""

    def work(folder: Path) -> str:
        venv = folder / "venv"
        step(python, "-m", "venv", venv)
        pip = (venv / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check", "install")
        if entry is None:
            step(*pip, "--upgrade", "pip")
        else:
            wanted = folder / "pip.txt"
            wanted.write_text(entry + "\n", encoding="utf-8")
            step(*pip, "--no-deps", "--require-hashes", "--only-binary", ":all:", "-r", wanted)
        version = step(*pip[:3], "--version").split()[1]
        # The list of the documentation's tools, on top of that of the tests.
        set_up(python, venv, stamp="docs.stamp")
        verify_demo(venv)
        return f"pip {version} installs, the demo verifies"

    return work


def under(python: str, *more: str) -> Callable[[Path], str]:
    """Set up under one Python and test what must not depend on it; ``more`` are arguments of pytest."""

    def work(folder: Path) -> str:
        venv = folder / "venv"
        set_up(python, venv)
        words = tested(venv, *UNDER_EACH_PYTHON, *more)
        if digests(venv / "bin" / "python") != digests(sys.executable):
            raise Failed(f"the digests of the demo bundles are not those of Python {THIS}")
        return f"{words}; the digests are those of Python {THIS}"

    return work


def archive(folder: Path, *more: str) -> str:
    """Unpack the source archive, set up there, and run its tests and these."""
    step(sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", folder / "dist")
    (packed,) = (folder / "dist").iterdir()
    (folder / "empty").mkdir()
    step("tar", "-xzf", packed, "-C", folder / "empty")
    (root,) = (folder / "empty").iterdir()
    set_up(sys.executable, root / ".venv", root)
    # The corpora belong to no repository; a checkout finds them beside itself.
    beside = REPO.parent / "shared" / "corpora"
    env = {"PITHBUNDLE_CORPORA": os.environ.get("PITHBUNDLE_CORPORA", str(beside))}
    return tested(root / ".venv", *FROM_THE_ARCHIVE, *more, "-k", WITHOUT_NODE_MODULES, root=root, env=env)


def build_wheel(folder: Path) -> Path:
    """Build the wheel and return its path."""
    step(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder / "dist")
    (packed,) = (folder / "dist").iterdir()
    return packed


def install_wheel(folder: Path, requirements: str) -> Path:
    """Install the wheel and a list of packages, without the repository; return the environment."""
    venv = folder / "venv"
    step(sys.executable, "-m", "venv", venv)
    pip = (venv / "bin" / "python", "-m", "pip", "--quiet", "--disable-pip-version-check")
    hashed = ("--no-deps", "--require-hashes", "--only-binary", ":all:")
    step(*pip, "install", *hashed, "-r", REPO / "requirements" / requirements)
    step(*pip, "install", "--no-deps", build_wheel(folder))
    step(*pip, "check")
    return venv


def wheel(folder: Path) -> str:
    """Install the wheel with the extra ``cli``, and use its command."""
    venv = install_wheel(folder, "cli.txt")
    verify_demo(venv)
    # The vectors are in the wheel.
    printed = step(venv / "bin" / "pithbundle", "conformance", "run", "--impl", "self", cwd=venv)
    return f"installs, the demo verifies, {printed.splitlines()[0].lower()}"


def plain_wheel(folder: Path) -> str:
    """Install the wheel without extras: the library works, and the command names the missing extra."""
    venv = install_wheel(folder, "runtime.txt")
    script = (
        "import sys, pithbundle; policy = pithbundle.Policy.from_file(sys.argv[2]);"
        "print(pithbundle.Verifier(policy).verify(open(sys.argv[1], 'rb').read()).outcome)"
    )
    outcome = step(
        venv / "bin" / "python", "-c", script, DEMO / "bundle.json", DEMO / "policy.json", cwd=venv
    )
    try:
        step(venv / "bin" / "pithbundle", "verify", DEMO / "bundle.json", cwd=venv)
    except Failed as error:
        if "pithbundle[cli]" not in str(error) or "Traceback" in str(error) or "status 2" not in str(error):
            raise
    else:
        raise Failed("the command runs without the extra cli")
    return f"installs, the library finds the demo {outcome.strip()}, the command names the extra"


def jobs(newest_pip: bool, whole: bool) -> Iterator[Job | str]:
    """The jobs, or the message that there are none."""
    newest = [version for version in VERSIONS if version != THIS and find(version)][-1:]
    for version in VERSIONS:
        found = find(version)
        if version == THIS:
            yield f"Python {version}: is that of `make test`, not tested again"
        elif found is None:
            yield f"Python {version}: not on this machine"
        elif not whole and version not in newest:
            yield f"Python {version}: tested with --whole"
        else:
            yield Job(f"Python {version}", under(found, *(WHOLE if whole else ENCODINGS)))
    oldest = find(OLDEST)
    for place, (version, entry) in enumerate(pips().items()):
        if place and not whole:
            yield f"pip {version}: tested with --whole"
        elif oldest is None:
            yield f"pip {version}: not tried, since no Python {OLDEST} is on this machine"
        else:
            yield Job(f"pip {version}", with_pip(oldest, entry))
    if newest_pip:
        yield Job("newest pip", with_pip(sys.executable, None))
    yield Job("source archive", lambda folder: archive(folder, *(WHOLE_ARCHIVE if whole else NOT_WHOLE)))
    yield Job("wheel with cli", wheel)
    yield Job("wheel without extras", plain_wheel)


def done(job: Job) -> bool:
    """Do one job, and print its result."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="pithbundle-") as folder:
        try:
            words, good = job.work(Path(folder)), True
        except Failed as error:
            words, good = f"FAILED\n{error}", False
    print(f"{job.name}: {words} ({time.monotonic() - began:.0f} s)", flush=True)
    return good


def main() -> int:
    """Do every job, two at a time; exit with 1 if one failed."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--newest-pip", action="store_true", help="also try the newest pip of the index")
    parser.add_argument("--only", default="", help="only the jobs whose name contains this")
    parser.add_argument("--whole", action="store_true", help="also what only repeats the rest")
    options = parser.parse_args()
    given: list[Job] = []
    for one in jobs(options.newest_pip, options.whole):
        if isinstance(one, str):
            print(one, flush=True)
        elif options.only in one.name:
            given.append(one)
    with ThreadPoolExecutor(2) as pool:
        return 0 if all(list(pool.map(done, given))) else 1


if __name__ == "__main__":
    sys.exit(main())
