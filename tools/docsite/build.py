"""Stages the pages for the site generator: one folder, links that lead within it, generated pages filled."""

from __future__ import annotations

import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Final

from docsite import api, commands, markdown, outputs, pages, picture

#: The marker in a page for what is generated; a reader of the repository sees the sentences around it.
GENERATED: Final = re.compile(
    r"^<!-- generated: (commands|outputs|timeline|api(?: [a-z.]+)?) -->$", re.MULTILINE
)
_DEFINED: Final = re.compile(r"\*\*([A-Z]{2,}-\d+)\*\*")
#: A heading with an anchor of its own: in a list of the headings it would be a link within a link.
_ANCHORED: Final = re.compile(r'^(#+) <a id="([\w-]+)"></a>(.*)$', re.MULTILINE)
_CLAUSE: Final = re.compile(r"^[a-z]{2,}-\d+$")


def clauses(root: Path) -> dict[str, str]:
    """Each clause with the page and anchor that defines it, from the root of the site."""
    found: dict[str, str] = {}
    for source in pages.sources(root):
        if source.startswith("spec"):
            page = markdown.parse((root / source).read_text(encoding="utf-8"))
            for line in page.prose.values():
                for clause in _DEFINED.findall(line):
                    found[clause] = pages.target(source)
            for anchor in markdown.anchors(page):
                if _CLAUSE.match(anchor):
                    found[anchor.upper()] = f"{pages.target(source)}#{anchor}"
    return found


def generated(root: Path, kind: str) -> str:
    """What is generated into a page of the folder reference."""
    if kind == "commands":
        return commands.reference()
    if kind == "outputs":
        return outputs.reference()
    if kind == "timeline":
        return picture.HTML
    package = sys.modules[kind.partition(" ")[2] or "pithbundle"]
    return api.reference(api.clause_links({name: f"../{to}" for name, to in clauses(root).items()}), package)


def filled(root: Path, source: str) -> str:
    """A page of the repository with what is generated inserted."""
    text = (root / source).read_text(encoding="utf-8")
    return GENERATED.sub(lambda found: generated(root, found[1]), text)


def stage(root: Path, folder: Path) -> None:
    """Write the pages, the files that they link to, and the configuration into ``folder``.

    Raises:
        ValueError: a link leads out of the repository or to nothing.
    """
    known = pages.sources(root)
    content = folder / "pages"
    shutil.rmtree(folder, ignore_errors=True)
    for source in known:
        path = content / pages.target(source)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_staged(root, source, known, content), encoding="utf-8")
    shutil.copytree(root / "docs" / "assets", content / "assets", dirs_exist_ok=True)
    (content / "assets" / picture.NAME).write_bytes(picture.timeline(root))
    settings = (root / "docs" / "site.toml").read_text(encoding="utf-8")
    listed = json.dumps(pages.navigation(root), ensure_ascii=False)
    nav = re.sub(r'\{"((?:[^"\\]|\\.)*)": ', r'{"\1" = ', listed)
    (folder / "zensical.toml").write_text(settings.replace("nav = []", f"nav = {nav}"), encoding="utf-8")


def _staged(root: Path, source: str, known: list[str], content: Path) -> str:
    here = Path(pages.target(source)).parent

    def change(link: str) -> str:
        if re.match(r"[a-z]+:", link) or link.startswith("#"):
            return link
        path, mark, anchor = link.partition("#")
        to = os.path.normpath(os.path.join(os.path.dirname(source), path))
        if to.startswith("..") or not (root / to).is_file():
            raise ValueError(f"{source}: {link} leads to no file of the repository")
        if to in known:
            path = pages.target(to)
        elif to.endswith(".md"):
            raise ValueError(f"{source}: {link} leads to a page that is not in docsite.pages")
        elif to.startswith("docs/assets/"):
            path = to.removeprefix("docs/")
        else:
            path = f"files/{to}"
            (content / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(root / to, content / path)
        return os.path.relpath(path, here) + mark + anchor

    text = markdown.relink((root / source).read_text(encoding="utf-8"), change)
    if not source.startswith("spec"):
        places = {name: os.path.relpath(to, here) for name, to in clauses(root).items()}
        text = markdown.outside_code(text, api.clause_links(places))
    # What is generated has the links of the site already.
    text = GENERATED.sub(lambda found: generated(root, found[1]), text)
    text = _ANCHORED.sub(r"\1 \3 { #\2 }", text)
    return _inlined(text, content, here)


def _inlined(text: str, content: Path, here: Path) -> str:
    """A drawing as part of the page, where it has the page's colours."""

    def drawing(found: re.Match[str]) -> str:
        svg = Path(os.path.normpath(content / here / found[2]))
        source = Path(__file__).resolve().parents[2] / "docs" / svg.relative_to(content)
        # In a block of HTML nothing of the drawing is read as Markdown.
        return f"<div>\n{source.read_text(encoding='utf-8').strip()}\n</div>"

    return re.sub(r"^!\[([^\]]*)\]\((\S+\.svg)\)$", drawing, text, flags=re.MULTILINE)
