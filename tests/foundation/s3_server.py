"""An S3 service on loopback for the tests, with buckets of their own."""

import secrets
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from quizapp.foundation.storage_s3 import Bucket, S3Storage
from tests.resilience.programs import free_port, served

STATUS = {
    "NoSuchKey": "404 Not Found",
    "AccessDenied": "403 Forbidden",
    "ConditionalRequestConflict": "409 Conflict",
}

CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "for-tests",
    "AWS_SECRET_ACCESS_KEY": "for-tests-only",
    "AWS_DEFAULT_REGION": "us-east-1",
    # Nobody's own settings, nor a cloud's metadata service, are asked.
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "AWS_EC2_METADATA_DISABLED": "true",
    "NO_PROXY": "127.0.0.1",
}


@contextmanager
def s3_server() -> Iterator[str]:
    """Serve S3 and yield its address; the credentials are in the environment meanwhile."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    with credentials():
        server.start()
        host, port = server.get_host_and_port()
        yield f"http://{host}:{port}"
        server.stop()


@contextmanager
def credentials() -> Iterator[None]:
    """Put the credentials into the environment."""
    with pytest.MonkeyPatch.context() as patch:
        for name, value in CREDENTIALS.items():
            patch.setenv(name, value)
        yield


@contextmanager
def answering(code: str, *, times: int = sys.maxsize, seen: list[dict[str, Any]] | None = None) -> Iterator[S3Storage]:
    """Yield a storage whose service answers ``code`` so many times and then well; "cut" breaks off in mid-answer."""
    left = [times]

    def service(environ: dict[str, Any], start: Callable[..., Any]) -> list[bytes]:
        environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if seen is not None:
            seen.append(environ)
        left[0] -= 1
        if code == "cut":
            start("200 OK", [("Content-Length", "1000")])
            return [b"the first of a thousand bytes"]
        if code and left[0] >= 0:
            start(STATUS[code], [("Content-Type", "application/xml")])
            return [f"<Error><Code>{code}</Code></Error>".encode()]
        start("200 OK", [("Content-Length", "0")])
        return []

    port = free_port()
    with credentials(), served(service, port):
        yield S3Storage(Bucket("thi", "", f"http://127.0.0.1:{port}"))


def new_bucket(endpoint: str) -> str:
    """Make a bucket and return the setting that names it."""
    name = f"quizapp-{secrets.token_hex(6)}"
    boto3.client("s3", endpoint_url=endpoint).create_bucket(Bucket=name)
    return f"s3://{name}/thi/2019?endpoint={endpoint}"
