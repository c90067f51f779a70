"""What ``pithbundle mirror publish`` does and prints; loaded only where zstd is installed."""

from __future__ import annotations

import contextlib
import os
import re
import select
import shlex
import signal
import subprocess
import time
from importlib import import_module
from typing import Final

import click

from pithbundle.archive.storage import LOCAL
from pithbundle.cli.archive_inputs import failing
from pithbundle.cli.clock import time_option_value
from pithbundle.cli.envelope import SUCCESS
from pithbundle.cli.extras import needing
from pithbundle.cli.mirror_print import head_value, print_head
from pithbundle.cli.mirror_run import require_origin
from pithbundle.cli.output import Exit, Output
from pithbundle.cli.storage_option import open_storage
from pithbundle.cli.terminal import progress_bar
from pithbundle.digests.head import Head
from pithbundle.ed25519.strict import SIGNATURE_BYTES, PublicKey
from pithbundle.encoding.values import portable
from pithbundle.errors import FileError, InvalidKeyError
from pithbundle.mirror import publishing
from pithbundle.mirror.bucket_target import BucketTarget
from pithbundle.mirror.digest_folder import Sign
from pithbundle.mirror.publishing import Publication
from pithbundle.mirror.target import LocalTarget, Target
from pithbundle.wording import plural

#: The seconds in which the command of ``--sign-with`` answers (MIRROR-17).
_DEADLINE: Final = 30.0
_BASE_URL: Final = re.compile(r"https://[A-Za-z0-9.-]+(?::[0-9]{1,5})?(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?")


def signing(command: str | None, key: str | None) -> Sign | None:
    """Return what signs a head by a command; None without one.

    Raises:
        click.UsageError: the command has no words, or the key is not an acceptable one.
    """
    if command is None or key is None:
        return None
    ctx = click.get_current_context()
    try:
        words, public = shlex.split(command), PublicKey.from_hex(key)
    except (ValueError, InvalidKeyError) as error:
        what = error.fault.message if isinstance(error, InvalidKeyError) else "a quotation mark has no end"
        option = "--sign-key" if isinstance(error, InvalidKeyError) else "--sign-with"
        raise click.UsageError(f"{option}: {what}", ctx) from error
    if not words:
        raise click.UsageError("--sign-with takes a command", ctx)

    def sign(head: Head) -> Head:
        return head.signed(public, _signature(words, head.message))

    return sign


def _signature(words: list[str], message: bytes) -> bytes:
    """What a command answers to a message.

    Raises:
        FileError: ``io``: it cannot be run, fails, is too slow, or writes anything but 64 bytes.
    """
    name = f"--sign-with {words[0]}"
    try:
        process = subprocess.Popen(
            words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
        )
    except (OSError, ValueError) as error:
        raise FileError.at(name, f"cannot be run: {error}") from error
    with process:
        try:
            data = _answer(process, message)
        except (TimeoutError, subprocess.TimeoutExpired):
            raise FileError.at(name, f"did not answer within {_DEADLINE:g} seconds") from None
        finally:
            # With the processes that it started: one of them may hold the pipe.
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)
    if len(data) > SIGNATURE_BYTES:
        raise FileError.at(name, f"wrote more than the {SIGNATURE_BYTES} raw bytes of a signature")
    if process.returncode != 0:
        raise FileError.at(name, f"ended with the status {process.returncode}")
    if len(data) != SIGNATURE_BYTES:
        raise FileError.at(name, f"wrote {len(data)} bytes; a signature has {SIGNATURE_BYTES} raw bytes")
    return data


def _answer(process: subprocess.Popen[bytes], message: bytes) -> bytes:
    """What a process writes until it ends, or one byte more than a signature has.

    Raises:
        TimeoutError, subprocess.TimeoutExpired: it did not end in time.
    """
    until = time.monotonic() + _DEADLINE
    found = b""
    if process.stdin is None or process.stdout is None:
        raise TypeError("the process was started without pipes")
    # The message fits into the pipe, so that a process that reads nothing blocks nothing.
    with contextlib.suppress(BrokenPipeError), process.stdin:
        process.stdin.write(message)
    waiting = select.poll()
    waiting.register(process.stdout, select.POLLIN)
    while len(found) <= SIGNATURE_BYTES:
        if not waiting.poll(max(0.0, until - time.monotonic()) * 1000):
            raise TimeoutError
        part = os.read(process.stdout.fileno(), SIGNATURE_BYTES + 1 - len(found))
        if not part:
            process.wait(max(0.0, until - time.monotonic()))
            break
        found += part
    return found


def _target(path: str, schemes: tuple[str, ...]) -> contextlib.AbstractContextManager[Target]:
    """Where a path leads: to a bucket if it begins with a scheme, and otherwise to a folder."""
    storage = open_storage([path], schemes)
    if storage is LOCAL:
        return LocalTarget(path)
    # Here, since fsspec is there only where an extra is installed.
    from pithbundle.recompute.object_storage import ObjectStorage

    if not isinstance(storage, ObjectStorage):
        raise TypeError("a bucket without object storage")
    return contextlib.nullcontext(BucketTarget(storage, path))


def require_base_url(base_url: str | None) -> None:
    """Check the base URL of a mirror, if one is given.

    Raises:
        click.UsageError: it is not in its form.
    """
    if base_url is not None and _BASE_URL.fullmatch(base_url) is None:
        message = "--base-url takes an https URL without query, as in https://mirror.example"
        raise click.UsageError(message, click.get_current_context())


def publish(
    store: str,
    target: str,
    schemes: tuple[str, ...],
    origin: str | None,
    base_url: str | None,
    sign: Sign | None,
    generated_at: str | None,
    *,
    packs: bool,
    adopt: bool,
    pages: bool,
) -> Publication:
    """Publish a store to a folder or a bucket, with a progress bar.

    Raises:
        InputRejected: the store is damaged, or the target cannot be written.
        click.UsageError: a value is not in its form.
    """
    require_origin(origin)
    require_base_url(base_url)
    moment = time_option_value("--generated-at", generated_at)
    if pages:
        with needing("mirror", "pages need jinja2", "jinja2"):
            import_module("pithbundle.mirror.pages.documents")
    with failing(store), _target(target, schemes) as place, progress_bar("publishing", None) as bar:
        return publishing.publish(
            store,
            place,
            origin=origin,
            base_url=base_url,
            sign=sign,
            packs=packs,
            adopt=adopt,
            pages=pages,
            generated_at=moment,
            progress=bar,
        )


def print_published(out: Output, store: str, target: str, done: Publication) -> int:
    """Print what was published; return the exit status."""
    if out.as_json:
        members = {
            "store": portable(store),
            "target": portable(target),
            "head": head_value(done.head),
            "is_new": done.is_new,
            "changed": done.changed,
            "withdrawn": done.withdrawn,
            "written": done.written,
            "removed": done.removed,
            "bytes": done.bytes,
        }
        return out.result(SUCCESS, Exit.VALID, members)
    print_head(out, done.head, "new" if done.is_new else "unchanged")
    out.detail("records", f"{done.changed} changed, {done.withdrawn} withdrawn")
    written = (
        f"{plural(done.written, 'file')} of {plural(done.bytes, 'byte')} written, {done.removed} removed"
    )
    out.detail("target", f"{out.show(target)}: {written}")
    return Exit.VALID
