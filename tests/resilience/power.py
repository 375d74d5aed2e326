"""A machine whose power can be cut: a mounted disk that then forgets what was not synced."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from quizapp.config import ROOT
from tests import services
from tests.together import until


class LossyDisk:
    """A disk mounted at ``mount_point``; what it keeps is in ``kept``, and can be begun with."""

    def __init__(self, begin_with: Path | None = None) -> None:
        # Not in a folder of pytest's: PostgreSQL's own user must be able to come here.
        self.folder = Path(tempfile.mkdtemp(prefix="quizapp-lossy-"))
        self.folder.chmod(0o711)
        self.kept, self.mount_point = self.folder / "kept", self.folder / "disk"
        self.log = self.folder / "disk.log"
        self.turns = 0
        self.mount_point.mkdir()
        if begin_with:
            shutil.copytree(begin_with, self.kept)
        else:
            self.kept.mkdir()
        self.turn_on()

    def turn_on(self) -> None:
        """Mount what was kept."""
        self.turns += 1
        self.address = str(self.folder / f"{self.turns}.sock")
        command = [sys.executable, "-m", "tests.resilience.lossy", str(self.kept), str(self.mount_point), self.address]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        assert until(self._is_mounted, 20), self.log.read_text("utf-8", "replace")

    def cut(self, keep_some: int | None = None) -> None:
        """Cut the power: nothing unsynced is kept, or, with a seed, a random part of it."""
        if keep_some is None:
            self.process.kill()
        else:
            self.ask(f"keep-some {keep_some}")
        self.process.wait(20)
        subprocess.run(["umount", "-l", str(self.mount_point)], check=True)

    def ask(self, order: str) -> Any:
        """Tell the disk what to do and return its figures."""
        with socket.socket(socket.AF_UNIX) as link:
            link.connect(self.address)
            link.sendall(order.encode())
            answer = link.recv(1000)
        return json.loads(answer) if answer else None

    def clear(self) -> None:
        """Take the disk away."""
        if self.process.poll() is None:
            self.cut()
        shutil.rmtree(self.folder)

    def _is_mounted(self) -> bool:
        assert self.process.poll() is None, self.log.read_text("utf-8", "replace")
        return os.path.ismount(self.mount_point)


def require_fuse() -> None:
    """Leave the asking test out where nobody may mount."""
    if not services.has_fuse():
        services.missing("FUSE")
