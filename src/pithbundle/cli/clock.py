"""The only module that reads a clock, and only for warnings (spec REPORT-4)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, TypeVar

import click

from pithbundle.cli.numeric import decimal
from pithbundle.encoding.timestamps import instant, is_submitted_at
from pithbundle.report import Clock
from pithbundle.wall_clock import stamp, utc_now

F = TypeVar("F", bound=Callable[..., Any])

#: How far ahead a signer's clock may be before its events are called future ones.
_LEEWAY = timedelta(seconds=300)
#: More days than the calendar has.
_ALL_OF_TIME = 4_000_000


def clock_options(command: F) -> F:
    """Add ``--max-age`` and ``--now``, passed as ``max_age`` and ``now``; :func:`read_clock` reads them."""
    command = click.option(
        "--now",
        metavar="TIME",
        help="Use TIME, such as 2026-11-20T00:00:00Z, instead of the clock of this machine.",
    )(command)
    return click.option(
        "--max-age",
        callback=decimal(0, _ALL_OF_TIME),
        metavar="DAYS",
        help="Warn if the newest valid event is older.",
    )(command)


def read_clock(max_age: float | None, now: str | None) -> Clock:
    """Return the limits for warnings, as instants of the clock.

    Raises:
        click.UsageError: ``now`` is not a time of TIME-1.
    """
    if now is None:
        moment = utc_now().replace(tzinfo=None)
    else:
        text = instant(now)
        if text is None:
            raise click.UsageError("--now takes a time such as 2026-11-20T00:00:00Z")
        moment = datetime.fromisoformat(text)
    stale_before = None if max_age is None else _text(moment, -timedelta(days=min(max_age, _ALL_OF_TIME)))
    return Clock(_text(moment, _LEEWAY), stale_before)


def _text(moment: datetime, shift: timedelta) -> str:
    try:
        shifted = moment + shift
    except OverflowError:
        shifted = datetime.max if shift > timedelta() else datetime.min
    return shifted.isoformat(timespec="microseconds")


def time_option_value(option: str, value: str | None) -> str:
    """Return the time of an option in whole seconds, by default now.

    Raises:
        click.UsageError: it is not of the form ``2026-11-20T00:00:00Z``.
    """
    if value is None:
        return stamp()
    if not is_submitted_at(value):
        message = f"{option} takes a time such as 2026-11-20T00:00:00Z"
        raise click.UsageError(message, click.get_current_context())
    return value
