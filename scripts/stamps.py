"""Do a step once: remember the hash of what it was made from, and believe it only while that and its outcome stand.

docs/adr/0001-set-up-without-surprises.md tells why.
"""

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from scripts.places import ROOT, STAMPS


def fingerprint(files: Iterable[Path], *words: str) -> str:
    """Return one hash of the files' names and bytes and of ``words``; a missing file counts as such."""
    digest = hashlib.sha256()
    for path in files:
        content = path.read_bytes() if path.is_file() else b"(none)"
        digest.update(f"{os.path.relpath(path, ROOT)}\0{len(content)}\0".encode() + content)
    digest.update("\0".join(words).encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class Step:
    """One thing set-up sees to.

    ``mark`` gives the hash of what the step is made from, or None when there is nothing to make;
    ``proof`` are the paths that must be there for the stamp to be believed.
    """

    name: str
    title: str
    mark: Callable[[], str | None]
    do: Callable[[], None]
    proof: tuple[Path, ...] = field(default=())

    def is_done(self) -> bool:
        mark = self.mark()
        return mark is None or (stamp(self.name) == mark and all(path.exists() for path in self.proof))

    def see_to(self) -> None:
        if not self.is_done():
            self.make()

    def make(self) -> None:
        """Do it, and only then remember it: a step cut short is found undone by the next run."""
        forget(self.name)
        self.do()
        mark = self.mark()
        if mark is not None:
            keep(self.name, mark)


def stamp(name: str) -> str | None:
    path = STAMPS / name
    return path.read_text() if path.is_file() else None


def keep(name: str, mark: str) -> None:
    STAMPS.mkdir(parents=True, exist_ok=True)
    fresh = STAMPS / f"{name}.new"
    fresh.write_text(mark)
    fresh.replace(STAMPS / name)


def forget(name: str) -> None:
    (STAMPS / name).unlink(missing_ok=True)
