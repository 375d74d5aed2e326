"""A PostgreSQL server of the tests' own, whose data lies on a disk that can be cut off."""

import os
import pwd
import shutil
import signal
import subprocess
from pathlib import Path

import psycopg

from tests import services
from tests.resilience.programs import children_of, free_port
from tests.together import until

OWNER = "postgres"
# Small segments, so that they are reused within a test; nothing here makes a commit less durable.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "32MB",
    "min_wal_size": "2MB",
    "max_connections": "60",
    "fsync": "on",
    "synchronous_commit": "on",
    # Commits never wait for it; without it those that do not wait for anything stay in memory for long.
    "wal_writer_delay": "10s",
}


def binaries() -> Path:
    """Return the folder of the newest PostgreSQL server's programs; leave the asking test out where there is none."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if not found or not shutil.which("setpriv"):
        services.missing("PostgreSQL")
    return found[-1].parent


class Cluster:
    """A server for the data in ``folder``."""

    def __init__(self, folder: Path, log: Path) -> None:
        self.folder, self.log, self.port = folder, log, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """The URL of its maintenance database."""
        return f"postgresql://{OWNER}@127.0.0.1:{self.port}/postgres"

    def make(self) -> None:
        """Make the data folder."""
        self.folder.mkdir()
        owner = pwd.getpwnam(OWNER)
        os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        options = ["--no-sync", "--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--wal-segsize=1"]
        subprocess.run(
            as_owner(binaries() / "initdb", "-D", self.folder, *options), check=True, capture_output=True, cwd="/"
        )

    def start(self) -> None:
        """Start the server and wait until it has recovered."""
        options = [f"--{name}={value}" for name, value in SETTINGS.items()]
        command = as_owner(binaries() / "postgres", "-D", self.folder, f"--port={self.port}", *options)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
        assert until(self.answers, 60, every=0.05), self.log.read_text("utf-8", "replace")

    def answers(self) -> bool:
        """Tell whether it lets anybody in."""
        try:
            psycopg.connect(self.address, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Stop it in order."""
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(60)

    def kill(self) -> None:
        """Kill it and its children, as a power cut does."""
        if self.process and self.process.poll() is None:
            for pid in [self.process.pid, *children_of(self.process.pid)]:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue
            self.process.wait(20)


def as_owner(*command: object) -> list[str]:
    """Return ``command`` as PostgreSQL's own user gives it: the server refuses root."""
    return ["setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups", *map(str, command)]
