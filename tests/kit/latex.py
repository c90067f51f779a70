"""Papers for LaTeX: their sources, and how each engine makes a PDF of them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from pithbundle.paper.latex import PACKAGE_FILE, package

SUFFIX: Final = "OMJFN3CZBZK4KRI4XCDIFRLNQH"
#: Where the badge leads.
LINK: Final = f"https://pith.science/pith/{SUFFIX}"

ENGINES: Final = ("pdflatex", "xelatex", "lualatex", "dvips")
CLASSES: Final = (
    "article",
    "titlepage",
    "twocolumn",
    "revtex4-2",
    "amsart",
    "IEEEtran",
    "elsarticle",
    "beamer",
)
#: What of hyperref: not loaded, before the package, after it.
HYPERREF: Final = ("none", "before", "after")

_OPTIONS: Final = {
    "titlepage": ("titlepage", "article"),
    "twocolumn": ("twocolumn", "article"),
    "revtex4-2": ("aps,prl,twocolumn", "revtex4-2"),
    "IEEEtran": ("conference", "IEEEtran"),
}
_ABSTRACT: Final = "\\begin{abstract}An abstract of a paper.\\end{abstract}\n"
_TEXT: Final = (
    "\\section{One}\n" + "A paragraph of the paper, with some words in it, and some more of them.\n\n" * 6
)
_NAMES: Final = "\\title{A Title of a Paper}\\author{An Author}\n"
#: A message of LaTeX of several lines has the name of the package before each.
_MESSAGE: Final = re.compile(r"^! (?:Package pithbundle Error: )?(.*(?:\n\(pithbundle\) .*)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Compiled:
    """What an engine made of a paper."""

    status: int
    log: str
    pdf: Path

    @property
    def errors(self) -> list[str]:
        """The messages of all errors, each on one line."""
        return [re.sub(r"\n\(pithbundle\)\s+", " ", found) for found in _MESSAGE.findall(self.log)]


def require_tex() -> None:
    """Skip where TeX is missing; ``.ci/install-tex`` installs it."""
    programs = ("pdflatex", "xelatex", "lualatex", "latex", "dvips", "ps2pdf", "pdfinfo", "pdftotext")
    missing = [each for each in programs if shutil.which(each) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}; .ci/install-tex installs them")


def paper(
    name: str = "article",
    hyperref: str = "none",
    before: str = "",
    after: str = f"\\pithnumber{{{SUFFIX}}}",
    options: str = "",
) -> str:
    """The source of a paper: of which class, with what before and after the package is loaded."""
    given, real = _OPTIONS.get(name, ("", name))
    loaded = ["\\usepackage{hyperref}" if hyperref == "before" else "", before]
    loaded += [f"\\usepackage[{options}]{{pithbundle}}", after]
    loaded += ["\\usepackage{hyperref}" if hyperref == "after" else ""]
    head = "\n".join([f"\\documentclass[{given}]{{{real}}}", *filter(None, loaded), ""])
    if name == "beamer":
        body = f"{_NAMES}\\begin{{document}}\\maketitle\n\\begin{{frame}}{{One}}Text\\end{{frame}}\n"
    elif name == "elsarticle":
        body = f"\\begin{{document}}\\begin{{frontmatter}}{_NAMES}{_ABSTRACT}\\end{{frontmatter}}\n{_TEXT}"
    elif name in ("revtex4-2", "amsart"):
        body = f"\\begin{{document}}{_NAMES}{_ABSTRACT}\\maketitle\n{_TEXT}"
    else:
        body = f"{_NAMES}\\begin{{document}}\\maketitle\n{_ABSTRACT}{_TEXT}"
    return f"{head}{body}\\end{{document}}\n"


def compiled(source: str, engine: str, folder: Path, runs: int = 1) -> Compiled:
    """Make a PDF of a paper, in a folder of its own."""
    folder.mkdir(exist_ok=True)
    (folder / PACKAGE_FILE).write_bytes(package())
    (folder / "paper.tex").write_text(source, encoding="utf-8")
    program = "latex" if engine == "dvips" else engine
    # The lines of the log are not divided within a message.
    env = {**os.environ, "max_print_line": "10000", "SOURCE_DATE_EPOCH": "1", "FORCE_SOURCE_DATE": "1"}
    done = 0
    for _ in range(runs):
        command = [program, "-no-shell-escape", "-interaction=nonstopmode", "paper.tex"]
        done = _run(command, folder, env)
    log = (folder / "paper.log").read_text(encoding="utf-8", errors="replace")
    if engine == "dvips" and (folder / "paper.dvi").exists():
        done |= _run(["dvips", "-q", "paper.dvi"], folder, env) | _run(["ps2pdf", "paper.ps"], folder, env)
    return Compiled(done, log, folder / "paper.pdf")


def _run(command: list[str], folder: Path, env: dict[str, str]) -> int:
    return subprocess.run(
        command, cwd=folder, env=env, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=300
    ).returncode


# -- what a PDF has, read by Poppler: another reader than the one of this program ---------------


def poppler(*command: str) -> str:
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def number_in(pdf: Path) -> str | None:
    """The number in the document information."""
    lines = poppler("pdfinfo", "-custom", str(pdf)).splitlines()
    return next((line.split()[1] for line in lines if line.startswith("PithNumber:")), None)


def links_in(pdf: Path) -> list[str]:
    """The links to the registry."""
    lines = poppler("pdfinfo", "-url", str(pdf)).splitlines()
    return [line.split()[2] for line in lines if "pith.science" in line]


def pages_with_badge(pdf: Path) -> list[int]:
    """The pages on which the suffix can be read."""
    texts = poppler("pdftotext", str(pdf), "-").split("\f")
    return [number for number, text in enumerate(texts, 1) if SUFFIX in text]
