"""Files in an S3 bucket that several machines share. Credentials are the environment's own, as boto3 looks for them."""

import base64
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, cast
from urllib.parse import parse_qs, urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from quizapp.foundation.i18n import N_
from quizapp.foundation.storage import FileMissing, Storage, StorageFailed, is_key

# Seconds. A request thread waits for a file no longer than a person does.
CONNECT_S, READ_S = 3, 20
# Two nodes writing the same key at the same instant: the service may ask one of them to come again.
TRIES = 5

MISSING = {"NoSuchKey", "404", "NotFound"}
THERE_ALREADY = "PreconditionFailed"
COME_AGAIN = "ConditionalRequestConflict"


class WrongBucket(StorageFailed):
    """The setting names no bucket."""

    message = N_("QUIZAPP_S3_URL phải có dạng s3://bucket/prefix?endpoint=https://…&region=…, không kèm mật khẩu.")


@dataclass(frozen=True)
class Bucket:
    """Where the files are: ``s3://bucket/prefix?endpoint=https://…&region=…``; all but the bucket may be left out."""

    name: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None

    @classmethod
    def read(cls, url: str) -> "Bucket":
        """Read the setting ``url``.

        Raises:
            WrongBucket: it is no such address, or holds a password; the message does not repeat it.
        """
        parts = urlsplit(url)
        asked = parse_qs(parts.query, keep_blank_values=True)
        strange = asked.keys() - {"endpoint", "region"} or [""] in asked.values()
        if parts.scheme != "s3" or not parts.netloc or "@" in parts.netloc or strange:
            raise WrongBucket
        told = {name: values[-1] for name, values in asked.items()}
        return cls(parts.netloc, parts.path.strip("/"), told.get("endpoint"), told.get("region"))

    def name_of(self, key: str) -> str:
        """Return the object's name in the bucket."""
        return f"{self.prefix}/{key[:2]}/{key}".lstrip("/")


class S3Storage(Storage):
    """Files in ``bucket``. Each process makes its client when it first needs one, so that it may be forked before."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._made: tuple[int, Any] | None = None

    @property
    def place(self) -> str:
        where = f" ({self._bucket.endpoint})" if self._bucket.endpoint else ""
        return f"s3://{self._bucket.name}/{self._bucket.prefix}".rstrip("/") + where

    def keys(self) -> Iterator[str]:
        pages = self._client().get_paginator("list_objects_v2")
        start = f"{self._bucket.prefix}/".lstrip("/")
        with _failing():
            for page in pages.paginate(Bucket=self._bucket.name, Prefix=start):
                names = (entry["Key"].rpartition("/")[2] for entry in page.get("Contents", ()))
                yield from filter(is_key, names)

    def _keep(self, key: str, data: bytes) -> None:
        # The service itself compares what has arrived with this, and never writes over what is there.
        digest = base64.b64encode(bytes.fromhex(key[:64])).decode()
        for left in reversed(range(TRIES)):
            try:
                with _failing():
                    self._client().put_object(**self._named(key), Body=data, IfNoneMatch="*", ChecksumSHA256=digest)
                return
            except StorageFailed as failed:
                reason = _code(failed.__cause__)
                if reason == THERE_ALREADY:
                    return
                if reason != COME_AGAIN or not left:
                    raise

    def _open(self, key: str) -> BinaryIO:
        try:
            with _failing():
                body = self._client().get_object(**self._named(key))["Body"]
        except StorageFailed as failed:
            raise _missing_or(failed) from failed.__cause__
        return cast(BinaryIO, io.BufferedReader(_Body(body), 64 * 1024))

    def _has(self, key: str) -> bool:
        try:
            with _failing():
                self._client().head_object(**self._named(key))
        except StorageFailed as failed:
            if _code(failed.__cause__) in MISSING:
                return False
            raise
        return True

    def _named(self, key: str) -> dict[str, str]:
        return {"Bucket": self._bucket.name, "Key": self._bucket.name_of(key)}

    def _client(self) -> Any:
        # Two threads may both make one; either is good. A child must not talk on its parent's connections.
        if self._made is None or self._made[0] != os.getpid():
            with _failing():
                self._made = (os.getpid(), _make_client(self._bucket))
        return self._made[1]


class _Body(io.RawIOBase):
    """An answer's body as a file, whose troubles are ``OSError`` like any file's."""

    def __init__(self, body: Any) -> None:
        self._body = body

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        try:
            part = self._body.read(len(buffer))
        except BotoCoreError as error:
            raise OSError("the connection to the storage broke off") from error
        buffer[: len(part)] = part
        return len(part)

    def close(self) -> None:
        self._body.close()
        super().close()


def _make_client(bucket: Bucket) -> Any:
    options = Config(
        connect_timeout=CONNECT_S,
        read_timeout=READ_S,
        retries={"mode": "standard", "total_max_attempts": 3},
        max_pool_connections=32,
        # Services that call themselves compatible know buckets in the path, and not always the newest checksums.
        s3={"addressing_style": "path" if bucket.endpoint else "auto"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    session = boto3.session.Session()
    return session.client("s3", endpoint_url=bucket.endpoint, region_name=bucket.region, config=options)


@contextmanager
def _failing() -> Iterator[None]:
    try:
        yield
    except (BotoCoreError, ClientError, ValueError) as error:
        raise StorageFailed from error


def _code(error: BaseException | None) -> str:
    return str(error.response["Error"].get("Code", "")) if isinstance(error, ClientError) else ""


def _missing_or(failed: StorageFailed) -> FileMissing | StorageFailed:
    return FileMissing() if _code(failed.__cause__) in MISSING else failed
