"""The storage that is an S3 bucket: which one, what its troubles are called, and children that are forked."""

import base64
import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import pytest

from quizapp.foundation.errors import ContestError
from quizapp.foundation.storage import FileMissing, StorageFailed
from quizapp.foundation.storage_s3 import Bucket, S3Storage, WrongBucket
from tests.foundation.s3_server import answering, new_bucket, s3_server
from tests.resilience.programs import free_port

ENTRY = "Bài dự thi của lớp 6A1".encode()


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with s3_server() as endpoint:
        yield endpoint


@pytest.mark.parametrize(
    ("url", "bucket"),
    [
        ("s3://thi", Bucket("thi")),
        ("s3://thi/ha-noi/2019/", Bucket("thi", "ha-noi/2019")),
        (
            "s3://thi?endpoint=https://s3.example.vn:9000&region=hn",
            Bucket("thi", "", "https://s3.example.vn:9000", "hn"),
        ),
    ],
    ids=["bucket alone", "with a prefix", "a service of one's own"],
)
def test_one_setting_tells_bucket_prefix_endpoint_and_region(url: str, bucket: Bucket) -> None:
    assert Bucket.read(url) == bucket


@pytest.mark.parametrize(
    "url", ["", "thi", "https://thi", "s3://", "s3://key:secret@thi", "s3://thi?secret=x", "s3://thi?endpoint"]
)
def test_what_is_no_bucket_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(WrongBucket) as refused:
        Bucket.read(url)
    assert "secret" not in str(refused.value)


def test_the_place_is_told_without_what_is_secret() -> None:
    store = S3Storage(Bucket.read("s3://thi/a?endpoint=http://127.0.0.1:9000"))
    assert store.place == "s3://thi/a (http://127.0.0.1:9000)"


def test_prefixes_keep_two_installations_apart(s3: str) -> None:
    name = Bucket.read(new_bucket(s3)).name
    one, other = S3Storage(Bucket(name, "a", s3)), S3Storage(Bucket(name, "ab", s3))
    key = one.put(ENTRY)
    assert (list(one.keys()), list(other.keys()), other.exists(key)) == ([key], [], False)


@pytest.mark.parametrize("do", [lambda s: s.put(ENTRY), lambda s: s.get("0" * 64), lambda s: s.exists("0" * 64),
                                lambda s: list(s.keys())], ids=["put", "get", "exists", "keys"])  # fmt: skip
def test_nobody_there_is_a_failure_and_not_a_missing_file(do: Callable[[S3Storage], object], s3: str) -> None:
    store = S3Storage(Bucket("thi", "", f"http://127.0.0.1:{free_port()}", "hn"))
    with pytest.raises(StorageFailed, match="chưa được lưu"):
        do(store)


def test_a_bucket_that_is_not_there_is_a_failure_when_writing(s3: str) -> None:
    with pytest.raises(StorageFailed):
        S3Storage(Bucket("khong-co", "", s3)).put(ENTRY)


def test_no_credentials_are_a_failure(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    bucket = Bucket.read(new_bucket(s3))
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    with pytest.raises(StorageFailed):
        S3Storage(bucket).put(ENTRY)


@pytest.mark.parametrize(
    ("code", "expected"), [("NoSuchKey", FileMissing), ("AccessDenied", StorageFailed)], ids=["missing", "forbidden"]
)
def test_only_what_is_said_to_be_missing_is_missing(code: str, expected: type[ContestError]) -> None:
    with answering(code) as store, pytest.raises(expected) as raised:
        store.get("0" * 64)
    assert type(raised.value) is expected


def test_an_answer_cut_short_is_a_failure() -> None:
    with answering("cut") as store, pytest.raises(StorageFailed):
        store.get("0" * 64)


def test_a_service_that_asks_to_come_again_is_asked_again() -> None:
    with answering("ConditionalRequestConflict", times=2) as store:
        assert len(store.put(ENTRY)) == 64
    with answering("ConditionalRequestConflict") as store, pytest.raises(StorageFailed):
        store.put(ENTRY)


def test_what_is_sent_is_sealed_and_never_overwrites() -> None:
    seen: list[dict[str, str]] = []
    with answering("", seen=seen) as store:
        key = store.put(ENTRY)
    assert seen[0]["HTTP_IF_NONE_MATCH"] == "*"
    assert seen[0]["HTTP_X_AMZ_CHECKSUM_SHA256"] == base64.b64encode(bytes.fromhex(key)).decode()


# In a process of its own: forking beside the tests' own threads is asking for trouble of another kind.
FORK = """
import os, sys
from quizapp.foundation.storage_s3 import Bucket, S3Storage
store = S3Storage(Bucket.read(sys.argv[1]))
kept = store.put(b"the parent's")
child = os.fork()
if child == 0:
    os._exit(0 if store.get(kept) == b"the parent's" and store.put(b"the child's") else 1)
assert os.waitpid(child, 0)[1] == 0
assert store.get(kept) == b"the parent's"
print(len(list(store.keys())))
"""


def test_a_child_that_is_forked_finds_and_keeps_files(s3: str) -> None:
    command = [sys.executable, "-c", FORK, new_bucket(s3)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (ran.stdout, ran.returncode) == ("2\n", 0), ran.stderr


def test_a_child_makes_a_client_of_its_own(s3: str, monkeypatch: pytest.MonkeyPatch) -> None:
    store = S3Storage(Bucket.read(new_bucket(s3)))
    parents = store._client()
    assert store._client() is parents
    monkeypatch.setattr(os, "getpid", lambda: 0)
    assert store._client() is not parents
