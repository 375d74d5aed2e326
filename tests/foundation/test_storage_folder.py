"""The storage that is one folder: a full disk leaves no half file, and nothing lands outside the folder."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from quizapp.foundation.storage import LocalStorage, StorageFailed

ENTRY = "Bài dự thi của lớp 6A1".encode()


def everything_under(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_what_is_no_file_of_ours_is_not_listed(tmp_path: Path) -> None:
    store = LocalStorage(tmp_path)
    kept = store.put(ENTRY, ".pdf")
    (tmp_path / kept[:2] / ".draft-x").write_bytes(b"cut short")
    (tmp_path / "notes.txt").write_text("somebody's")
    assert list(store.keys()) == [kept]


def test_files_lie_inside_the_folder_and_nowhere_else(tmp_path: Path) -> None:
    key = LocalStorage(tmp_path / "files").put(ENTRY, ".pdf")
    assert everything_under(tmp_path) == [key]
    assert (tmp_path / "files" / key[:2] / key).read_bytes() == ENTRY


# A limit on file size makes the kernel itself refuse the write half-way, as a full disk does, whoever runs the tests.
PUT_ON_A_FULL_DISK = """
import resource, sys
from pathlib import Path
from quizapp.foundation.storage import LocalStorage, StorageFailed
store = LocalStorage(Path(sys.argv[1]))
small = store.put(b"small enough", ".txt")
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    store.put(b"x" * 1_000_000, ".pdf")
except StorageFailed as error:
    assert store.get(small) == b"small enough"
    print(error.__cause__.strerror)
"""


def test_a_refused_write_leaves_no_half_file(tmp_path: Path) -> None:
    command = [sys.executable, "-c", PUT_ON_A_FULL_DISK, str(tmp_path)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert ran.stdout.strip() == os.strerror(27)  # EFBIG
    assert everything_under(tmp_path) == [hashlib.sha256(b"small enough").hexdigest() + ".txt"]


def test_a_folder_that_cannot_be_made_is_told_plainly(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("a file where the folder should be")
    with pytest.raises(StorageFailed, match="chưa được lưu"):
        LocalStorage(tmp_path / "files").put(ENTRY, ".pdf")


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KiB, where the machine lets us mount one."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(disk)], capture_output=True)
    if mounted.returncode:
        pytest.skip("mounting a tmpfs is not allowed here; the refused write above covers the same road")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root may mount the tiny disk")
def test_a_full_disk_leaves_no_half_file_and_works_again_when_there_is_room(tiny_disk: Path) -> None:
    store = LocalStorage(tiny_disk / "files")
    kept = store.put(b"x" * 4_000, ".pdf")
    with pytest.raises(StorageFailed):
        store.put(b"y" * 200_000, ".pdf")
    assert everything_under(tiny_disk) == [kept]
    assert store.get(store.put(b"z" * 4_000)) == b"z" * 4_000
