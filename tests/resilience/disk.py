"""A disk that keeps only what was synced, as disks do when the power goes. The model alone; lossy.py mounts it.

What is written lives in memory until fsync copies it to the folder ``kept``, which stands for the platters. A power cut
is kill -9 of the process that holds the memory. Stricter than most: a name is kept by the fsync of its folder alone.
"""

import errno
import json
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

PAGE = 4096
ROOT = 1

# A write at an offset, or the length a file was cut or stretched to.
Change = tuple[int, bytes] | int


@dataclass
class Inode:
    """A file or a folder as it is now; ``unsynced`` and ``kept`` tell what a power cut would make of it."""

    number: int
    mode: int
    uid: int
    gid: int
    links: int = 1
    content: bytearray = field(default_factory=bytearray)
    unsynced: list[Change] = field(default_factory=list)
    names: dict[str, int] = field(default_factory=dict)
    kept: dict[str, int] = field(default_factory=dict)

    @property
    def is_folder(self) -> bool:
        """Tell a folder from a file."""
        return stat.S_ISDIR(self.mode)


class Disk:
    """Inodes in memory above what is kept. Every method raises ``OSError`` as a filesystem does."""

    def __init__(self, kept: Path) -> None:
        self.kept = kept
        self.inodes: dict[int, Inode] = {}
        # What the disk refuses: "sync" (EIO, and the pages are lost as Linux loses them) or "space" (ENOSPC).
        self.refuses = ""
        self.refused = self.syncs = 0
        if not (kept / f"{ROOT}.facts").exists():
            self._know(Inode(ROOT, stat.S_IFDIR | 0o755, os.geteuid(), os.getegid(), links=2))
            self._keep_names(self.inodes[ROOT])
        self._wake(ROOT)
        self.last = max(int(path.stem) for path in kept.glob("*.facts"))

    # ── names ──

    def find(self, path: str) -> Inode:
        """Return what is called ``path``."""
        found = self.inodes[ROOT]
        for name in path.split("/"):
            if name:
                found = self._named(found, name)
        return found

    def make(self, path: str, mode: int, uid: int, gid: int) -> Inode:
        """Make a file or folder."""
        self._require_space()
        folder, name = self._place(path)
        if name in folder.names:
            raise OSError(errno.EEXIST, path)
        self.last += 1
        made = Inode(self.last, mode, uid, gid)
        self._know(made)
        if made.is_folder:
            self._keep_names(made)
        folder.names[name] = made.number
        return made

    def link(self, path: str, inode: Inode) -> None:
        """Call ``inode`` ``path`` too."""
        folder, name = self._place(path)
        if name in folder.names:
            raise OSError(errno.EEXIST, path)
        folder.names[name] = inode.number
        inode.links += 1

    def remove(self, path: str) -> None:
        """Take a name away."""
        folder, name = self._place(path)
        found = self._named(folder, name)
        if found.names:
            raise OSError(errno.ENOTEMPTY, path)
        del folder.names[name]
        found.links -= 1

    def rename(self, old: str, new: str) -> None:
        """Move a name over another."""
        (here, was), (there, becomes) = self._place(old), self._place(new)
        moved = self._named(here, was)
        del here.names[was]
        there.names[becomes] = moved.number

    # ── content ──

    def write(self, inode: Inode, offset: int, data: bytes) -> None:
        """Write in memory."""
        if offset + len(data) > len(inode.content):
            self._require_space()
        _apply(inode.content, (offset, data))
        inode.unsynced.append(_whole_pages(inode.content, offset, len(data)))

    def truncate(self, inode: Inode, length: int) -> None:
        """Cut or stretch in memory."""
        if length > len(inode.content):
            self._require_space()
        inode.unsynced.append(length)
        _apply(inode.content, length)

    def sync(self, inode: Inode) -> None:
        """Keep a file's content, or a folder's names."""
        self.syncs += 1
        if self.refuses == "sync":
            self.refused += 1
            # The pages count as clean after that, as on Linux: no later sync writes them, unless they are written anew.
            inode.unsynced.clear()
            raise OSError(errno.EIO, "the disk refused")
        if inode.is_folder:
            self._keep_names(inode)
        elif inode.unsynced:
            self._keep_content(inode, inode.unsynced)
            inode.unsynced = []

    def sync_all(self) -> None:
        """Keep everything, as an orderly shutdown does."""
        for inode in self.inodes.values():
            self.sync(inode)

    def keep_some(self, chance: Random) -> None:
        """Keep of every page and of every name that is not synced one of the states it went through."""
        for inode in list(self.inodes.values()):
            if inode.unsynced:
                self._keep_content(inode, _some(inode.unsynced, chance))
            for name in inode.names.keys() ^ inode.kept.keys() | _changed(inode):
                if chance.random() < 0.5:
                    inode.kept.pop(name, None)
                    inode.kept |= {name: inode.names[name]} if name in inode.names else {}
            if inode.is_folder:
                inode.names = dict(inode.kept)
                self._keep_names(inode)

    # ── what is kept ──

    def _wake(self, number: int) -> None:
        facts = json.loads((self.kept / f"{number}.facts").read_text())
        inode = self.inodes[number] = Inode(number, *facts)
        if not inode.is_folder:
            content = self.kept / str(number)
            inode.content = bytearray(content.read_bytes() if content.exists() else b"")
            return
        inode.kept = json.loads((self.kept / f"{number}.names").read_text())
        inode.names = dict(inode.kept)
        for child in inode.names.values():
            if child in self.inodes:
                self.inodes[child].links += 1
            else:
                self._wake(child)

    def _know(self, inode: Inode) -> None:
        self.inodes[inode.number] = inode
        self.keep_facts(inode)

    def keep_facts(self, inode: Inode) -> None:
        """Keep owner and rights; these are not what is tried here."""
        (self.kept / f"{inode.number}.facts").write_text(json.dumps([inode.mode, inode.uid, inode.gid]))

    def _keep_names(self, inode: Inode) -> None:
        inode.kept = dict(inode.names)
        draft = self.kept / f"{inode.number}.draft"
        draft.write_text(json.dumps(inode.kept))
        draft.rename(self.kept / f"{inode.number}.names")

    def _keep_content(self, inode: Inode, changes: list[Change]) -> None:
        handle = os.open(self.kept / str(inode.number), os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            for change in changes:
                if isinstance(change, int):
                    os.ftruncate(handle, change)
                else:
                    os.pwrite(handle, change[1], change[0])
        finally:
            os.close(handle)

    def _require_space(self) -> None:
        if self.refuses == "space":
            self.refused += 1
            raise OSError(errno.ENOSPC, "the disk is full")

    def _place(self, path: str) -> tuple[Inode, str]:
        folder, _, name = path.rpartition("/")
        return self.find(folder), name

    def _named(self, folder: Inode, name: str) -> Inode:
        number = folder.names.get(name)
        if number is None:
            raise OSError(errno.ENOENT, name)
        return self.inodes[number]


def _apply(content: bytearray, change: Change) -> None:
    if isinstance(change, int):
        content.extend(bytes(max(0, change - len(content))))
        del content[change:]
        return
    offset, data = change
    content.extend(bytes(max(0, offset - len(content))))
    content[offset : offset + len(data)] = data


def _whole_pages(content: bytearray, offset: int, length: int) -> Change:
    start, end = offset - offset % PAGE, offset + length + -(offset + length) % PAGE
    return start, bytes(content[start:end])


def _some(changes: list[Change], chance: Random) -> list[Change]:
    """Return the changes with every page stopped at a moment of its own; lengths are kept up to one moment."""
    until: dict[int, int] = {}
    length_until = chance.randint(0, len(changes))
    kept: list[Change] = []
    for at, change in enumerate(changes):
        if isinstance(change, int):
            kept += [change] if at < length_until else []
            continue
        offset, data = change
        for start in range(offset - offset % PAGE, offset + len(data), PAGE):
            if at < until.setdefault(start, chance.randint(0, len(changes))):
                begin, end = max(start, offset), min(start + PAGE, offset + len(data))
                kept.append((begin, data[begin - offset : end - offset]))
    return kept


def _changed(inode: Inode) -> set[str]:
    return {name for name in inode.names.keys() & inode.kept.keys() if inode.names[name] != inode.kept[name]}
