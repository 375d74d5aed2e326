"""Mount a disk that loses what is not synced: ``python -m tests.resilience.lossy KEPT MOUNT_POINT SOCKET``.

One word a connection is taken on SOCKET and answered with JSON: ``full``, ``refusing`` and ``willing`` say what
the disk does from now on, ``tell`` asks for figures, ``sync`` keeps all, ``keep-some SEED`` keeps a part and dies.
"""

import errno
import json
import os
import signal
import socket
import stat
import sys
import threading
import time
from pathlib import Path
from random import Random
from typing import Any

from mfusepy import FUSE, FuseOSError, Operations, fuse_get_context

from tests.resilience.disk import ROOT, Disk, Inode

MODES = {"full": "space", "refusing": "sync", "willing": ""}


class Lossy(Operations):  # type: ignore[misc]
    """The disk as FUSE asks for it; a file's handle is the number of its inode."""

    use_ns = True

    def __init__(self, disk: Disk, lock: threading.Lock) -> None:
        self.disk, self.turn = disk, lock
        self.born = time.time_ns()

    # FUSE looks for these by name.
    def getattr(self, path: str, fh: int | None = None) -> dict[str, Any]:
        inode = self._inode(path, fh)
        size = len(inode.content)
        told = {"st_ino": inode.number, "st_mode": inode.mode, "st_uid": inode.uid, "st_gid": inode.gid}
        told |= {"st_nlink": inode.links, "st_size": size, "st_blocks": -(-size // 512)}
        return told | dict.fromkeys(("st_atime", "st_mtime", "st_ctime"), self.born)

    def readdir(self, path: str, fh: int) -> list[tuple[str, dict[str, int], int]]:
        folder = self._inode(path, None)
        names = {".": folder.number, "..": ROOT, **folder.names}
        # An entry without a number counts as removed.
        return [(name, {"st_ino": number, "st_mode": self._mode(number)}, 0) for name, number in names.items()]

    def statfs(self, path: str) -> dict[str, int]:
        return {"f_bsize": 4096, "f_frsize": 4096, "f_blocks": 1 << 20, "f_bavail": 1 << 19, "f_bfree": 1 << 19}

    def create(self, path: str, mode: int, fi: Any = None) -> int:
        return self._make(path, stat.S_IFREG | stat.S_IMODE(mode)).number

    def mkdir(self, path: str, mode: int) -> int:
        self._make(path, stat.S_IFDIR | stat.S_IMODE(mode))
        return 0

    def open(self, path: str, flags: int) -> int:
        inode = self._inode(path, None)
        if flags & os.O_TRUNC:
            self._do(self.disk.truncate, inode, 0)
        return inode.number

    def read(self, path: str, size: int, offset: int, fh: int) -> bytes:
        return bytes(self.disk.inodes[fh].content[offset : offset + size])

    def write(self, path: str, data: bytes, offset: int, fh: int) -> int:
        self._do(self.disk.write, self.disk.inodes[fh], offset, bytes(data))
        return len(data)

    def truncate(self, path: str, length: int, fh: int | None = None) -> int:
        self._do(self.disk.truncate, self._inode(path, fh), length)
        return 0

    def fsync(self, path: str, datasync: int, fh: int) -> int:
        self._do(self.disk.sync, self.disk.inodes[fh])
        return 0

    def fsyncdir(self, path: str, datasync: int, fh: int) -> int:
        self._do(self.disk.sync, self._inode(path, None))
        return 0

    def rename(self, old: str, new: str) -> int:
        self._do(self.disk.rename, old, new)
        return 0

    def link(self, target: str, source: str) -> int:
        self._do(self.disk.link, target, self._inode(source, None))
        return 0

    def unlink(self, path: str) -> int:
        self._do(self.disk.remove, path)
        return 0

    rmdir = unlink

    def chmod(self, path: str, mode: int) -> int:
        inode = self._inode(path, None)
        inode.mode = stat.S_IFMT(inode.mode) | stat.S_IMODE(mode)
        self.disk.keep_facts(inode)
        return 0

    def chown(self, path: str, uid: int, gid: int) -> int:
        inode = self._inode(path, None)
        inode.uid, inode.gid = (uid if uid != -1 else inode.uid), (gid if gid != -1 else inode.gid)
        self.disk.keep_facts(inode)
        return 0

    def utimens(self, path: str, times: Any = None) -> int:
        return 0

    def _mode(self, number: int) -> int:
        return self.disk.inodes[number].mode

    def _inode(self, path: str, fh: int | None) -> Inode:
        return self.disk.inodes[fh] if fh else self._do(self.disk.find, path)

    def _make(self, path: str, mode: int) -> Inode:
        uid, gid, _pid = fuse_get_context()
        made: Inode = self._do(self.disk.make, path, mode, uid, gid)
        return made

    def _do(self, action: Any, *words: Any) -> Any:
        try:
            with self.turn:
                return action(*words)
        except OSError as error:
            raise FuseOSError(error.errno or errno.EIO) from None


def obey(disk: Disk, lock: threading.Lock, door: socket.socket) -> None:
    """Do what is asked on the socket."""
    while True:
        link, _ = door.accept()
        with link, lock:
            order, _, seed = link.recv(100).decode().partition(" ")
            if order == "keep-some":
                disk.keep_some(Random(int(seed)))
                os.kill(os.getpid(), signal.SIGKILL)
            if order == "sync":
                disk.sync_all()
            elif order in MODES:
                disk.refuses = MODES[order]
            link.sendall(json.dumps({"refused": disk.refused, "syncs": disk.syncs}).encode())


def main(kept: str, mount_point: str, address: str) -> None:
    """Serve the disk until unmounted or killed."""
    disk, lock = Disk(Path(kept)), threading.Lock()
    with socket.socket(socket.AF_UNIX) as door:
        door.bind(address)
        door.listen()
        threading.Thread(target=obey, args=(disk, lock, door), daemon=True).start()
        others = {"allow_other": True, "default_permissions": True}
        exact = {"use_ino": True, "attr_timeout": 0, "entry_timeout": 0, "negative_timeout": 0}
        FUSE(Lossy(disk, lock), mount_point, foreground=True, nothreads=True, **others, **exact)


if __name__ == "__main__":
    main(*sys.argv[1:])
