"""JavaScript modules as one script, which a page loads by one request (spec PAGE-9)."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable
from functools import cache
from typing import Final

import pithbundle

#: The forms of imports and exports that the implementation has; anything else is a fault of the build.
_IMPORT: Final = re.compile(r'^import (\{[^}]*\}|\* as (\w+)) from "(\.[^"]+)";$', re.MULTILINE)
_AGAIN: Final = re.compile(r'^export \{([^}]*)\} from "(\.[^"]+)";$', re.MULTILINE)
_EXPORT: Final = re.compile(r"^export ((?:async )?(?:const|class|function\*?)) (\w+)", re.MULTILINE)
_LEFT: Final = re.compile(r"^\s*(?:import|export)\b", re.MULTILINE)

#: Returns the text of a module by its path.
Read = Callable[[str], str]


def one_script(entry: str, read: Read) -> str:
    """Return a module with all that it imports as one script without modules.

    Args:
        entry: the path of the module.
        read: returns the text of a module.

    Raises:
        ValueError: a module has an import or export of another form, or imports itself.
    """
    made: dict[str, str] = {}
    names: dict[str, str] = {}
    _add(entry, read, made, names, ())
    return '"use strict";\n(() => {\n' + "\n".join(made.values()) + "\n})();\n"


def _add(path: str, read: Read, made: dict[str, str], names: dict[str, str], trail: tuple[str, ...]) -> None:
    """Put a module behind those that it imports."""
    if path in trail:
        raise ValueError(f"{path} imports itself: {' -> '.join(trail)}")
    text = read(path)

    def name_of(target: str) -> str:
        found = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        if found not in names:
            _add(found, read, made, names, (*trail, path))
        return names[found]

    def imported(match: re.Match[str]) -> str:
        what = match[2] or match[1].replace(" as ", ": ")
        return f"const {what} = {name_of(match[3])};"

    exported: list[str] = []

    def again(match: re.Match[str]) -> str:
        target = name_of(match[2])
        exported.extend(f"{name}: {target}.{name}" for name in re.findall(r"\w+", match[1]))
        return ""

    def declared(match: re.Match[str]) -> str:
        exported.append(match[2])
        return f"{match[1]} {match[2]}"

    body = _EXPORT.sub(declared, _AGAIN.sub(again, _IMPORT.sub(imported, text)))
    if _LEFT.search(body) or " as " in "".join(match[1] for match in _AGAIN.finditer(text)):
        raise ValueError(f"{path} has an import or export in another form")
    names[path] = f"m{len(names)}"
    made[path] = (
        f"// {path}\nconst {names[path]} = (() => {{\n{body}\nreturn {{ {', '.join(exported)} }};\n}})();"
    )


@cache
def _folder() -> str:
    """The JavaScript implementation: in the package where it is installed, else in the checkout."""
    package = os.path.dirname(pithbundle.__file__)
    inside = os.path.join(package, "js")
    return inside if os.path.isdir(inside) else os.path.join(package, "..", "..", "js")


def read_module(path: str) -> str:
    """Return the text of a file of the JavaScript implementation."""
    with open(os.path.join(_folder(), *path.split("/")), encoding="utf-8") as file:
        return file.read()
