"""Modules as one script: each form of import and export, and what is rejected (PAGE-9)."""

from __future__ import annotations

import subprocess

import pytest

from kit.nodejs import node
from pithbundle.mirror.pages.scripts import one_script, read_module

MODULES = {
    "entry.js": 'import { one, two as second } from "./src/a.js";\nimport * as all from "./src/b.js";\n'
    "console.log(one, second(), all.three, new all.Four().four, five());\nfunction five() { return 5; }\n",
    "src/a.js": 'import {\n  three,\n} from "./b.js";\nexport const one = three - 2;\n'
    "export async function unused() {}\nexport function two() { return 2; }\n",
    "src/b.js": 'export { three } from "./deep/c.js";\nexport class Four { four = 4; }\n',
    "src/deep/c.js": "export const three = 3;\n",
}


def test_the_script_does_what_the_modules_do() -> None:
    script = one_script("entry.js", MODULES.__getitem__)
    done = subprocess.run([node(), "-e", script], capture_output=True, text=True, check=True)
    assert done.stdout == "1 2 3 4 5\n"
    assert script.count("const three = 3;") == 1


@pytest.mark.parametrize(
    "text",
    [
        'import x from "./src/a.js";',
        'import "./src/a.js";',
        "export default 1;",
        "export let x = 1;",
        'export * from "./src/a.js";',
        'export { one as two } from "./src/a.js";',
        'import { a } from "package";',
        'import { x } from "./entry.js";',
    ],
)
def test_another_form_is_a_fault(text: str) -> None:
    with pytest.raises(ValueError, match=r"entry\.js"):
        one_script("entry.js", {**MODULES, "entry.js": text + "\n"}.__getitem__)


@pytest.mark.parametrize("name", ["record.js", "record-worker.js", "page.js", "page-worker.js"])
def test_the_scripts_of_the_pages_have_no_module_left(name: str) -> None:
    script = one_script(name, read_module)
    assert not [line for line in script.splitlines() if line.startswith(("import ", "export "))]
