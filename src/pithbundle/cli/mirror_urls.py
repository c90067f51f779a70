"""URLs of mirrors that a user gives; loaded only where the network client is installed."""

from __future__ import annotations

from typing import Final

import click

from pithbundle.errors import NetworkError
from pithbundle.mirror.manifest import Mirror

#: The end of a reason, which names what Python calls it.
_IN_PYTHON: Final = ", with allow_loopback_http"


def not_accepted(error: NetworkError, option: str = "") -> str:
    """Return why a URL that a user gave is not accepted, and what is.

    Args:
        error: of the URL.
        option: what accepts http:// of this machine; none where it is accepted always.
    """
    detail = error.fault.detail or error.fault.message
    reason = detail.removesuffix(_IN_PYTHON)
    if reason != detail and option:
        reason += f", with {option}"
    return f"{reason}; {error.hint}"


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
        message = not_accepted(error, "--allow-loopback-http")
        raise click.BadParameter(message, click.get_current_context(), param_hint=argument) from error
