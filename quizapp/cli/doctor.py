"""Is everything there that the contest needs? Each finding with its cure."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import click
import pysqlite3.dbapi2 as sqlite

from quizapp import migrations
from quizapp.cli.opening import open_house
from quizapp.foundation import paper, pulse
from quizapp.foundation.db import sqlite_is_sound
from quizapp.foundation.storage import StorageFailed
from quizapp.house import House

SILENT_FOR = timedelta(seconds=60)

STORAGE = (
    "Thư mục: kiểm tra ổ đĩa và quyền ghi. S3: kiểm tra QUIZAPP_S3_URL, tên bucket, khoá truy cập (AWS_ACCESS_KEY_ID, "
    "AWS_SECRET_ACCESS_KEY) và quyền đọc, ghi, liệt kê."
)

APT = "sudo apt-get install -y libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-liberation2"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was seen, and the cure if it is not well."""

    name: str
    seen: str
    cure: str = ""


@click.command()
def doctor() -> None:
    """Look at fonts, libraries, database, storage and worker; tell the cure of whatever is not well."""
    house = open_house()
    ill = 0
    for name, look in EXAMINATIONS:
        finding = _examine(name, look, house)
        ill += bool(finding.cure)
        click.echo(f"{'✗' if finding.cure else '✓'} {finding.name}: {finding.seen}")
        if finding.cure:
            click.echo(f"    → {finding.cure}")
    sys.exit(1 if ill else 0)


def _examine(name: str, look: Callable[[House], tuple[str, str]], house: House) -> Finding:
    try:
        return Finding(name, *look(house))
    except StorageFailed as error:
        return Finding(name, str(error.__cause__ or error).splitlines()[0], STORAGE)
    except Exception as error:
        return Finding(
            name,
            f"{type(error).__name__}: {error}".splitlines()[0],
            "Xem thông báo bên cạnh; chạy lại `make run` để cài đủ.",
        )


def _font(_house: House) -> tuple[str, str]:
    face = paper.body_face()
    return f"chữ in bài dự thi: {face.name}", ""


def _pango(_house: House) -> tuple[str, str]:
    return f"Pango {paper.pango_version()}", ""


def _harfbuzz(_house: House) -> tuple[str, str]:
    good = paper.harfbuzz_subset_available()
    return ("có" if good else "thiếu: PDF vẫn đúng nhưng chậm gấp đôi"), "" if good else APT


def _sqlite(_house: House) -> tuple[str, str]:
    good = sqlite_is_sound(sqlite.sqlite_version)
    return (
        sqlite.sqlite_version,
        "" if good else "Cài lại thư viện theo requirements/run.lock (pysqlite3 0.6.1 trở lên).",
    )


def _database(house: House) -> tuple[str, str]:
    current = migrations.is_current(house.engine)
    return house.database_name, "" if current else "Chạy `quizapp db upgrade`."


def _storage(house: House) -> tuple[str, str]:
    key = house.storage.put(b"quizapp doctor", ".txt")
    whole = house.storage.get(key) == b"quizapp doctor"
    return house.storage.place, "" if whole else "Kiểm tra ổ đĩa và quyền ghi của nơi này."


def _worker(house: House) -> tuple[str, str]:
    with house.store.reading() as view:
        last = pulse.last(view.session)
        silent = last is None or view.now - last > SILENT_FOR
    return ("không thấy chạy" if silent else "đang chạy"), "Chạy `quizapp worker` (hoặc `make run`)." if silent else ""


EXAMINATIONS: tuple[tuple[str, Callable[[House], tuple[str, str]]], ...] = (
    ("Phông chữ thay cho Times New Roman", _font),
    ("Pango", _pango),
    ("HarfBuzz-subset", _harfbuzz),
    ("SQLite", _sqlite),
    ("Cơ sở dữ liệu", _database),
    ("Kho tệp", _storage),
    ("Tiến trình nền (worker)", _worker),
)
