"""The store on a real folder: whole files or none, and nothing outside the folder."""

import hashlib
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from quizapp.foundation.storage import FileDamaged, FileMissing, KeyRefused, Storage, StorageFailed

ENTRY = "Bài dự thi của lớp 6A1".encode()


@pytest.fixture
def store(tmp_path: Path) -> Storage:
    return Storage(tmp_path / "files")


def everything_under(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_what_was_put_can_be_had_again(store):
    key = store.put(ENTRY, ".pdf")
    assert key == hashlib.sha256(ENTRY).hexdigest() + ".pdf"
    assert store.exists(key)
    assert store.get(key) == ENTRY
    with store.open_stream(key) as stream:
        assert stream.read(3) == ENTRY[:3]


def test_an_empty_file_and_no_suffix_are_files_too(store):
    assert store.get(store.put(b"")) == b""


def test_the_same_bytes_are_kept_once(store, tmp_path):
    first = store.put(ENTRY, ".pdf")
    written = next((tmp_path / "files").rglob(first)).stat().st_mtime_ns
    assert store.put(ENTRY, ".pdf") == first
    assert next((tmp_path / "files").rglob(first)).stat().st_mtime_ns == written
    assert everything_under(tmp_path) == [first]


def test_many_workers_putting_the_same_file_leave_one(store, tmp_path):
    with ThreadPoolExecutor(8) as workers:
        keys = set(workers.map(lambda _: store.put(ENTRY, ".pdf"), range(64)))
    assert len(keys) == 1 and everything_under(tmp_path) == sorted(keys)


@pytest.mark.parametrize(
    "key",
    ["", "..", "../../etc/passwd", "/etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "/x", "a" * 64 + ".PDF",
     "a" * 64 + "\n", "a" * 64 + ".p/d", "a" * 64 + ".pdf\x00", "\u0661" * 64],
)  # fmt: skip
def test_what_is_no_key_reaches_no_file(store, key):
    for knock in (store.get, store.exists, store.open_stream):
        with pytest.raises(KeyRefused):
            knock(key)


@pytest.mark.parametrize("suffix", ["pdf", "/../x", ".PDF", ".", ".verylongsuffix", ".pdf\n"])
def test_a_strange_suffix_is_refused(store, tmp_path, suffix):
    with pytest.raises(KeyRefused):
        store.put(ENTRY, suffix)
    assert everything_under(tmp_path) == []


def test_an_unknown_key_is_said_to_be_missing(store):
    assert not store.exists("0" * 64)
    with pytest.raises(FileMissing):
        store.get("0" * 64)


def test_bytes_gone_bad_on_the_disk_are_not_handed_out(store, tmp_path):
    key = store.put(ENTRY, ".pdf")
    next(tmp_path.rglob(key)).write_bytes(b"something else")
    with pytest.raises(FileDamaged):
        store.get(key)


# A limit on file size makes the kernel itself refuse the write half-way, as a full disk does, whoever runs the tests.
PUT_ON_A_FULL_DISK = """
import resource, sys
from pathlib import Path
from quizapp.foundation.storage import Storage, StorageFailed
store = Storage(Path(sys.argv[1]))
small = store.put(b"small enough", ".txt")
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    store.put(b"x" * 1_000_000, ".pdf")
except StorageFailed as error:
    assert store.get(small) == b"small enough"
    print(error.__cause__.strerror)
"""


def test_a_refused_write_leaves_no_half_file(tmp_path):
    command = [sys.executable, "-c", PUT_ON_A_FULL_DISK, str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.strip() == os.strerror(27)  # EFBIG
    assert everything_under(tmp_path) == [hashlib.sha256(b"small enough").hexdigest() + ".txt"]


def test_a_folder_that_cannot_be_made_is_told_plainly(tmp_path):
    (tmp_path / "files").write_text("a file where the folder should be")
    with pytest.raises(StorageFailed, match="chưa được lưu"):
        Storage(tmp_path / "files").put(ENTRY, ".pdf")


@pytest.fixture
def tiny_disk(tmp_path):
    """A file system of 64 KiB, where the machine lets us mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a tmpfs is not allowed here; the refused write above covers the same road")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may mount the tiny disk")
def test_a_full_disk_leaves_no_half_file_and_works_again_when_there_is_room(tiny_disk):
    store = Storage(tiny_disk / "files")
    kept = store.put(b"x" * 4_000, ".pdf")
    with pytest.raises(StorageFailed):
        store.put(b"y" * 200_000, ".pdf")
    assert everything_under(tiny_disk) == [kept]
    assert store.get(store.put(b"z" * 4_000)) == b"z" * 4_000
