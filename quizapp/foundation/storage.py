"""The only door for files the program keeps: named by their content, written once, checked when read.

What ``put`` has returned survives a power cut. Here is what every kind of storage promises, and the kind that is one
folder of this machine; the kind that several machines share is ``storage_s3``.
"""

import hashlib
import os
import re
import tempfile
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from quizapp.foundation.errors import BadInput, ContestError, NotFound
from quizapp.foundation.i18n import N_

_KEY = re.compile(r"([0-9a-f]{64})(\.[a-z0-9]{1,8})?", re.ASCII)
_SUFFIX = re.compile(r"(\.[a-z0-9]{1,8})?", re.ASCII)


class KeyRefused(BadInput):
    """What was given is no key of this storage (a path, another's name, an unknown form)."""

    message = N_("Mã tệp không hợp lệ.")
    slug = "file-key"


class FileMissing(NotFound):
    """The key is well formed, but nothing is kept under it."""

    message = N_("Không tìm thấy tệp này trong kho.")
    slug = "file-missing"


class StorageFailed(ContestError):
    """The disk refused, or what it holds is no longer what was put there."""

    message = N_("Kho tệp đang gặp sự cố, tệp chưa được lưu. Hãy báo quản trị viên kiểm tra ổ đĩa rồi thử lại.")
    slug = "storage"


class FileDamaged(StorageFailed):
    """The bytes on the disk no longer match their own name."""

    message = N_("Tệp trong kho đã bị hỏng. Hãy báo quản trị viên khôi phục từ bản sao lưu.")
    slug = "file-damaged"


class Storage(ABC):
    """Files, each named by the SHA-256 of its bytes: ``<64 hex digits><suffix>``."""

    @property
    @abstractmethod
    def place(self) -> str:
        """Where the files are, for people to read; holds no password."""

    def put(self, data: bytes, suffix: str = "") -> str:
        """Keep ``data`` and return its key. The same bytes again give the same key and write nothing.

        Raises:
            KeyRefused: ``suffix`` is not a dot with up to eight small letters or digits.
            StorageFailed: the disk or the service refuses; nothing of the file is left behind.
        """
        if not _SUFFIX.fullmatch(suffix):
            raise KeyRefused
        key = hashlib.sha256(data).hexdigest() + suffix
        self._keep(key, data)
        return key

    def get(self, key: str) -> bytes:
        """Return the bytes kept under ``key``, checked against their name.

        Raises:
            KeyRefused, FileMissing, FileDamaged, StorageFailed
        """
        with self.open_stream(key) as stream:
            try:
                data = stream.read()
            except OSError as error:
                raise StorageFailed from error
        if not key.startswith(hashlib.sha256(data).hexdigest()):
            raise FileDamaged
        return data

    def open_stream(self, key: str) -> BinaryIO:
        """Open what is kept under ``key`` for reading; the caller closes it. Large files need not fit in memory."""
        return self._open(_checked(key))

    def exists(self, key: str) -> bool:
        """Tell whether something is kept under ``key``."""
        return self._has(_checked(key))

    @abstractmethod
    def keys(self) -> Iterator[str]:
        """Yield the key of everything that is kept, in no order. What is no key of ours is passed over."""

    @abstractmethod
    def _keep(self, key: str, data: bytes) -> None: ...

    @abstractmethod
    def _open(self, key: str) -> BinaryIO: ...

    @abstractmethod
    def _has(self, key: str) -> bool: ...


def is_key(name: str) -> bool:
    """Tell whether ``name`` is formed as a storage's keys are."""
    return bool(_KEY.fullmatch(name))


def _checked(key: str) -> str:
    if not is_key(key):
        raise KeyRefused
    return key


class LocalStorage(Storage):
    """Files under ``root`` on this machine: bytes are synced before their name appears, the name before the return."""

    def __init__(self, root: Path) -> None:
        self._root = Path(root)

    @property
    def place(self) -> str:
        return str(self._root)

    def keys(self) -> Iterator[str]:
        return (path.name for path in self._root.glob("??/*") if is_key(path.name) and path.is_file())

    def _keep(self, key: str, data: bytes) -> None:
        target = self._path(key)
        try:
            _make_folder(target.parent)
            if not target.exists():
                _write_whole(target, data)
            _sync_folder(target.parent)
        except OSError as error:
            raise StorageFailed from error

    def _open(self, key: str) -> BinaryIO:
        try:
            return self._path(key).open("rb")
        except FileNotFoundError:
            raise FileMissing from None
        except OSError as error:
            raise StorageFailed from error

    def _has(self, key: str) -> bool:
        return self._path(key).is_file()

    def _path(self, key: str) -> Path:
        return self._root / key[:2] / key


def _make_folder(folder: Path) -> None:
    """Make ``folder`` and those above it, each durable in its parent before anything is put inside."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    folder.mkdir(mode=0o700, exist_ok=True)
    _sync_folder(folder.parent)


def _write_whole(target: Path, data: bytes) -> None:
    """Write beside ``target``, sync, then rename: a reader sees all of it or nothing."""
    handle, draft = tempfile.mkstemp(prefix=".draft-", dir=target.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.replace(draft, target)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
