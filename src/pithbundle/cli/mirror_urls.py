"""URLs of mirrors that a user gives; loaded only where the network client is installed."""

from __future__ import annotations

import click

from pithbundle.errors import NetworkError
from pithbundle.mirror.manifest import Mirror


def mirror_at(url: str, *, allow_loopback_http: bool, argument: str) -> Mirror:
    """Return the mirror of a base URL, before anything is requested (NET-2, NET-3).

    Args:
        url: as the user gave it.
        allow_loopback_http: as for :meth:`Mirror.at`.
        argument: the option or argument, for the message.

    Raises:
        click.UsageError: the URL is not accepted.
    """
    try:
        return Mirror.at(url, allow_loopback_http=allow_loopback_http)
    except NetworkError as error:
        # As it is: the message of a usage error is escaped where it is printed.
        message = f"{error.fault.detail or error.fault.message}; {error.hint}"
        raise click.BadParameter(message, click.get_current_context(), param_hint=argument) from error
