"""A quizapp whose database lies on a disk that can lose its power, be full, or refuse to keep anything."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from sqlalchemy.engine import make_url

from quizapp.config import Settings
from tests.conftest import FULL, Stores
from tests.resilience.books import Ledger, audit, damage
from tests.resilience.cluster import OWNER, Cluster, binaries
from tests.resilience.opening import open_rounds
from tests.resilience.power import LossyDisk
from tests.resilience.programs import Installation, Program, free_port

CARELESS = str(Path(__file__).with_name("careless"))
DATABASE = "quizapp"


@dataclass
class Machine:
    """The disk, what runs on it, and the web server: on the same machine with SQLite, beside it with PostgreSQL."""

    installation: Installation
    disk: LossyDisk
    cluster: Cluster | None
    env: dict[str, str] = field(default_factory=dict)
    web: Program | None = None

    def start(self) -> None:
        """Start what does not run."""
        if self.cluster and not (self.cluster.process and self.cluster.process.poll() is None):
            self.cluster.start()
        if self.web is None:
            self.web = self.installation.serve(**self.env)

    def be_careless(self) -> None:
        """Let the web server say "saved" before the disk has it: the positive control of all that is tried here."""
        if self.cluster:
            address = f"{self.installation.settings.database_url}?options=-csynchronous_commit%3Doff"
            self.env["QUIZAPP_DATABASE_URL"] = address
        else:
            self.env["PYTHONPATH"] = CARELESS

    def cut_power(self, keep_some: int | None = None) -> None:
        """Cut the power of the machine with the disk, and turn it on again; nothing is started yet."""
        self.disk.cut(keep_some)
        if self.cluster:
            self.cluster.kill()
        else:
            self.stop_web()
        self.disk.turn_on()

    def stop_web(self) -> None:
        """Kill the web server."""
        if self.web:
            self.web.kill()
        self.web = None

    def check(self, ledgers: list[Ledger]) -> list[str]:
        """Open the database as the cut left it, and hold the ledgers against it."""
        if self.cluster and not (self.cluster.process and self.cluster.process.poll() is None):
            self.cluster.start()
        house = self.installation.open_house()
        try:
            return damage(house) + audit(house, ledgers)
        finally:
            house.engine.dispose()

    def clear(self) -> None:
        """Leave nothing running and nothing mounted."""
        self.installation.clear()
        if self.cluster:
            self.cluster.kill()
        self.disk.clear()


@contextmanager
def machine(stores: Stores, folder: Path, prepared: Path | None) -> Iterator[Machine]:
    """Set up a machine for the store the suite runs on; ``prepared`` is what PostgreSQL's disk begins with."""
    disk = LossyDisk(begin_with=prepared)
    cluster = Cluster(disk.mount_point / "cluster", disk.folder / "postgres.log") if prepared else None
    settings = replace(_settings(stores, folder, disk, cluster), port=free_port())
    made = Machine(Installation(settings, folder), disk, cluster)
    try:
        if cluster:
            cluster.start()
        open_rounds(made.installation.open_house())
        disk.ask("sync")
        yield made
    finally:
        made.clear()


def prepare_cluster(stores: Stores, kept: Path) -> None:
    """Fill the empty folder ``kept`` with a disk that holds a PostgreSQL server, and in that the full database."""
    disk = LossyDisk()
    cluster = Cluster(disk.mount_point / "cluster", disk.folder / "postgres.log")
    template = stores.copy(FULL, disk.folder / "none")
    try:
        cluster.make()
        cluster.start()
        source = make_url(template.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
        dump = subprocess.run(
            [binaries() / "pg_dump", "--format=custom", "--schema=public", source], check=True, capture_output=True
        )
        subprocess.run([binaries() / "createdb", f"--maintenance-db={cluster.address}", DATABASE], check=True)
        target = cluster.address.removesuffix("/postgres") + f"/{DATABASE}"
        restore = [binaries() / "pg_restore", "--no-owner", "--clean", "--if-exists", f"--dbname={target}"]
        subprocess.run(restore, input=dump.stdout, check=True)
        cluster.stop()
        disk.ask("sync")
        subprocess.run(["cp", "-r", f"{disk.kept}/.", str(kept)], check=True)
    finally:
        stores.drop(template)
        cluster.kill()
        disk.clear()


def _settings(stores: Stores, folder: Path, disk: LossyDisk, cluster: Cluster | None) -> Settings:
    if cluster is None:
        settings = stores.copy(FULL, disk.mount_point / "data")
        disk.ask("sync")
        return settings
    data = folder / "data"
    data.mkdir()
    url = f"postgresql+psycopg://{OWNER}@127.0.0.1:{cluster.port}/{DATABASE}"
    return Settings(data=data, database_url=url, redis_url=None, secret_key="for tests only")
