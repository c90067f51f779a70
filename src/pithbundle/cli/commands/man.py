"""``pithbundle man``: the manual page of each command."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches

import click
from click.shell_completion import CompletionItem

from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.inputs import PATH, json_option
from pithbundle.cli.load import write_all
from pithbundle.cli.manual import page, page_name
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.shells import words_of
from pithbundle.encoding.values import portable


def _complete(ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
    paths = [path.removeprefix("pithbundle").strip() for path, _ in _pages(ctx)]
    return words_of(lambda: filter(None, paths))(ctx, param, incomplete)


@click.command(
    "man",
    epilog="\b\nExamples:\n  pithbundle man verify | man -l -\n"
    "  pithbundle man policy check | man -l -\n"
    "  pithbundle man --out-dir ~/.local/share/man/man1",
)
@click.argument("words", metavar="[COMMAND]...", nargs=-1, shell_complete=_complete)
@click.option("--out-dir", type=PATH, metavar="DIR", help="Write the pages of all commands into this folder.")
@click.option("--force", is_flag=True, help="Replace existing files.")
@json_option
@click.pass_context
def command(ctx: click.Context, words: tuple[str, ...], out_dir: str | None, force: bool) -> int:
    """Print the manual page of COMMAND, or of pithbundle, in the format of man(1).

    With --out-dir the pages of all commands are written into DIR, where man finds them if the
    folder above DIR is in its path.
    """
    out: Output = ctx.obj
    pages = dict(_pages(ctx))
    if out_dir is not None:
        if words:
            raise click.UsageError("--out-dir writes the pages of all commands: name no command", ctx)
        names = [f"{page_name(path)}.1" for path in pages]
        written = write_all(out_dir, names, (text.encode() for text in pages.values()), force, [])
        if out.as_json:
            files = [portable(each) for each in written]
            return out.result(SUCCESS, Exit.VALID, {"page": None, "files": files})
        out.heading("manual", f"{len(written)} pages written to {out.show(out_dir)}")
        return Exit.VALID
    path = " ".join(("pithbundle", *words))
    if path not in pages:
        near = get_close_matches(path, pages, 1)
        more = f"Did you mean {near[0].removeprefix('pithbundle ')!r}?" if near else "Run pithbundle --help"
        raise click.UsageError(f"no command {' '.join(words)!r}. {more}", ctx)
    if out.as_json:
        return out.result(SUCCESS, Exit.VALID, {"page": pages[path], "files": []})
    out.raw(pages[path].encode())
    return Exit.VALID


def _pages(ctx: click.Context) -> Iterator[tuple[str, str]]:
    """Yield the path and the page of every command, the program first."""
    root = ctx.find_root().command
    found = [*_commands(root, "pithbundle")]
    for path, each in found:
        context = click.Context(each, info_name=path, help_option_names=["-h", "--help"])
        above = path.rpartition(" ")[0]
        below = [other for other, _ in found if other.rpartition(" ")[0] == path]
        yield path, page(context, each, _summary(path, each), [*([above] if above else []), *below])


def _summary(path: str, command: click.Command) -> str:
    if path == "pithbundle":
        return "verify Pith record bundles and recompute their state"
    text = command.get_short_help_str()
    return text[:1].lower() + text[1:]


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command, info_name=path)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None:
                yield from _commands(found, f"{path} {name}")
