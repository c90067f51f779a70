"""Object storage on this machine, for the tests marked `cluster`."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest


@contextmanager
def bucket(name: str = "bucket") -> Iterator[Any]:
    """A server of S3 with one bucket, and the file system that reaches it."""
    import fsspec
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "testing")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "testing")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        # A file system that an earlier test made would go to a server that is no more.
        fsspec.filesystem("s3").clear_instance_cache()
        system = fsspec.filesystem("s3")
        # What earlier servers of this process were given is still there.
        with urlopen(Request(f"http://{host}:{port}/moto-api/reset", method="POST")):
            pass
        system.mkdir(name)
        try:
            yield system
        finally:
            system.clear_instance_cache()
            server.stop()


def upload(system: Any, folder: Path, name: str) -> None:
    """Upload the files of a folder, one by one."""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            system.pipe_file(f"{name}/{path.relative_to(folder).as_posix()}", path.read_bytes())
