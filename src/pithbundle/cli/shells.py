"""Completion in shells: the whole summary of each command, in bash too.

click's script for bash drops the help of a word. Ours prints it in parentheses while several
words match, as readline lists them, and completes a single match without it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import ClassVar, Final

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class

_BASH: Final = """\
%(complete_func)s() {
    local IFS=$'\\n' line kind rest word help
    local -a words=() shown=()
    COMPREPLY=()
    while read -r line; do
        kind=${line%%%%,*}
        rest=${line#*,}
        word=${rest%%%%$'\\t'*}
        help=${rest#*$'\\t'}
        case $kind in
        dir) compopt -o dirnames ;;
        file) compopt -o default ;;
        plain)
            words+=("$word")
            if [[ $help != "$rest" ]]; then shown+=("$word  ($help)"); else shown+=("$word"); fi
            ;;
        esac
    done < <(env COMP_WORDS="${COMP_WORDS[*]}" COMP_CWORD=$COMP_CWORD \\
        %(complete_var)s=bash_complete "$1")
    if [[ ${#words[@]} -le 1 || $COMP_TYPE != 63 && $COMP_TYPE != 33 ]]; then
        COMPREPLY=("${words[@]}")
    else
        COMPREPLY=("${shown[@]}")
    fi
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""


class Bash(BashComplete):
    """Completion of bash, whose script shows help while it lists several words."""

    source_template: ClassVar[str] = _BASH

    def format_completion(self, item: CompletionItem) -> str:
        """Return one line: the kind, a comma, the word, and its help after a tab."""
        line = f"{item.type},{item.value}"
        return f"{line}\t{item.help}" if item.help else line


def words_of(names: Callable[[], Iterable[str]]) -> Callable[..., list[CompletionItem]]:
    """Return the completion of an argument of one or several words, from the names that it may have."""

    def complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        given = ctx.params.get(param.name or "")
        before = (*given, "") if isinstance(given, tuple) else ("",)
        begin = " ".join(before)
        rest = (name[len(begin) :].split(" ")[0] for name in names() if name.startswith(begin))
        return [CompletionItem(word) for word in dict.fromkeys(rest) if word.startswith(incomplete)]

    return complete


#: The shells that have a script, and what each must print in addition to the words.
_SHELLS: Final = ("bash", "zsh", "fish")


def is_request(instruction: str, environment: Mapping[str, str]) -> bool:
    """Whether the environment is that of a script of click: click takes its variables as they are."""
    shell, _, task = instruction.partition("_")
    if shell not in _SHELLS or task not in ("source", "complete"):
        return False
    if task == "source":
        return True
    number = environment.get("COMP_CWORD")
    # fish gives the word itself.
    given = number is not None and (shell == "fish" or (number.isascii() and number.isdecimal()))
    return given and "COMP_WORDS" in environment


def register() -> None:
    """Use these classes in place of click's."""
    add_completion_class(Bash, "bash")
