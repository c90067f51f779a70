"""The option ``--cluster`` of ``recompute`` (spec RECOMP-14); what it needs is an extra."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from pithbundle.cli.extras import needing

if TYPE_CHECKING:
    from pithbundle.recompute.frame_units import Named
    from pithbundle.recompute.pool import UnitPool
    from pithbundle.verifier import Verifier

Command = TypeVar("Command", bound=Callable[..., Any])
_LOGGERS: Final = ("distributed", "distributed.client", "tornado", "tornado.application")


def _address(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    try:
        from pithbundle.recompute.address import scheduler_address
    except ModuleNotFoundError:
        # Without zstd, of which the command says how to install it.
        return value
    try:
        return scheduler_address(value)
    except ValueError as error:
        raise click.BadParameter(str(error), ctx, param) from None


def cluster_option(command: Command) -> Command:
    """Add the option, whose value is an accepted address or None."""
    return click.option(
        "--cluster",
        callback=_address,
        metavar="ADDRESS",
        help="The scheduler of a Dask cluster that verifies instead of this machine: tls://HOST:PORT, or "
        "tcp://127.0.0.1:PORT. Whoever can reach it can run code on it, on its workers and here.",
    )(command)


def cluster_pool(address: str, verifier: Verifier) -> UnitPool[Named]:
    """Connect to a cluster.

    Raises:
        click.UsageError: Dask is not installed.
        FileError: ``io``: the cluster cannot be used.
    """
    with needing("cluster", "--cluster needs Dask", "dask", "distributed"):
        from pithbundle.recompute.dask_cluster import DaskCluster
    from pithbundle.recompute.cluster import ClusterPool

    # What these packages log is for their developers, and may quote what others sent.
    for name in _LOGGERS:
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    return ClusterPool(DaskCluster(address, verifier))


def require_no_jobs(address: str | None, jobs: int | None) -> None:
    """Check that ``--jobs`` is not given beside ``--cluster``.

    Raises:
        click.UsageError: it is.
    """
    if address is not None and jobs is not None:
        raise click.UsageError(
            "--jobs counts processes of this machine; a cluster has the workers that it was started with: "
            "leave one of --jobs and --cluster out",
            click.get_current_context(),
        )
