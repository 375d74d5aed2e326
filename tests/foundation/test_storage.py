"""What every kind of storage promises, on a real folder and on S3: whole files or none, under their names."""

import hashlib
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import boto3
import pytest

from quizapp.foundation.storage import FileDamaged, FileMissing, KeyRefused, LocalStorage, Storage
from quizapp.foundation.storage_s3 import Bucket, S3Storage
from tests.foundation.s3_server import new_bucket, s3_server

ENTRY = "Bài dự thi của lớp 6A1".encode()

# Writes other bytes under a key, past the storage's own door.
Spoil = Callable[[str, bytes], None]


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with s3_server() as endpoint:
        yield endpoint


@pytest.fixture(params=["folder", "s3"])
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> tuple[Storage, Spoil]:
    """A storage of each kind, and how to spoil what it holds."""
    if request.param == "folder":
        return LocalStorage(tmp_path / "files"), lambda key, data: in_folder(tmp_path, key).write_bytes(data) and None
    endpoint = request.getfixturevalue("s3")
    bucket = Bucket.read(new_bucket(endpoint))

    def spoil(key: str, data: bytes) -> None:
        client = boto3.client("s3", endpoint_url=endpoint)
        client.put_object(Bucket=bucket.name, Key=bucket.name_of(key), Body=data)

    return S3Storage(bucket), spoil


def in_folder(folder: Path, key: str) -> Path:
    return next(folder.rglob(key))


@pytest.fixture
def store(opened: tuple[Storage, Spoil]) -> Storage:
    return opened[0]


def test_what_was_put_can_be_had_again(store: Storage) -> None:
    key = store.put(ENTRY, ".pdf")
    assert key == hashlib.sha256(ENTRY).hexdigest() + ".pdf"
    assert store.exists(key)
    assert store.get(key) == ENTRY
    with store.open_stream(key) as stream:
        assert (stream.read(3), stream.read()) == (ENTRY[:3], ENTRY[3:])


def test_an_empty_file_and_no_suffix_are_files_too(store: Storage) -> None:
    assert store.get(store.put(b"")) == b""


def test_a_large_file_is_the_same_afterwards(store: Storage) -> None:
    large = bytes(range(256)) * 20_000
    assert store.get(store.put(large, ".zip")) == large


def test_what_is_kept_is_listed(store: Storage) -> None:
    assert list(store.keys()) == []
    kept = [store.put(b"%d" % number, suffix) for number, suffix in enumerate(["", ".pdf", ".zip"])]
    assert sorted(store.keys()) == sorted(kept)


def test_what_is_there_is_never_written_over(opened: tuple[Storage, Spoil]) -> None:
    store, spoil = opened
    key = store.put(ENTRY, ".pdf")
    spoil(key, b"a mark that a second writing would wipe out")
    assert store.put(ENTRY, ".pdf") == key
    with store.open_stream(key) as stream:
        assert stream.read() == b"a mark that a second writing would wipe out"


def test_many_workers_putting_the_same_file_leave_one(store: Storage) -> None:
    with ThreadPoolExecutor(8) as workers:
        keys = set(workers.map(lambda _: store.put(ENTRY, ".pdf"), range(64)))
    assert len(keys) == 1 and list(store.keys()) == sorted(keys)


@pytest.mark.parametrize(
    "key",
    ["", "..", "../../etc/passwd", "/etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "/x", "a" * 64 + ".PDF",
     "a" * 64 + "\n", "a" * 64 + ".p/d", "a" * 64 + ".pdf\x00", "\u0661" * 64],
)  # fmt: skip
def test_what_is_no_key_reaches_no_file(store: Storage, key: str) -> None:
    for knock in (store.get, store.exists, store.open_stream):
        with pytest.raises(KeyRefused):
            knock(key)


@pytest.mark.parametrize("suffix", ["pdf", "/../x", ".PDF", ".", ".verylongsuffix", ".pdf\n"])
def test_a_strange_suffix_is_refused(store: Storage, suffix: str) -> None:
    with pytest.raises(KeyRefused):
        store.put(ENTRY, suffix)
    assert list(store.keys()) == []


def test_an_unknown_key_is_said_to_be_missing(store: Storage) -> None:
    assert not store.exists("0" * 64)
    with pytest.raises(FileMissing):
        store.get("0" * 64)


def test_bytes_gone_bad_are_not_handed_out(opened: tuple[Storage, Spoil]) -> None:
    store, spoil = opened
    key = store.put(ENTRY, ".pdf")
    spoil(key, b"something else")
    with pytest.raises(FileDamaged):
        store.get(key)
