"""From one machine to several: the database from SQLite to PostgreSQL, the files to where the settings say."""

from dataclasses import dataclass
from pathlib import Path

import click
import psycopg
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError

from quizapp.config import read_settings
from quizapp.foundation.db import make_engine
from quizapp.foundation.errors import ContestError
from quizapp.foundation.storage import LocalStorage, Storage
from quizapp.house import House
from quizapp.migrations import moving

NOTHING_MOVED = "Chưa có gì được chuyển: đích không nhận dòng nào, nguồn còn nguyên."

# Why, and what to do.
SENTENCES: dict[type[moving.MoveRefused], str] = {
    moving.SourceInUse: "Tệp SQLite nguồn đang được chương trình khác mở. Hãy dừng web và worker rồi chạy lại.",
    moving.SourceNotCurrent: "Nguồn chưa ở phiên bản mới nhất. Hãy chạy `quizapp db upgrade` trên nguồn rồi chạy lại.",
    moving.SourceHasMore: "Nguồn có bảng mà chương trình này không biết ({about}); chúng sẽ bị bỏ lại. Hãy dùng đúng "
    "phiên bản chương trình đã tạo ra chúng.",
    moving.TargetNotUtf8: "Cơ sở dữ liệu đích không dùng bảng mã UTF8. Hãy tạo lại: "
    "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'.",
    moving.TargetNotOurs: "Cơ sở dữ liệu đích đang chứa thứ khác ({about}). Hãy tạo một cơ sở dữ liệu trống riêng.",
    moving.TargetInUse: "Đích đang được chương trình khác dùng. Hãy dừng web và worker của đích rồi chạy lại.",
    moving.TargetNotEmpty: "Đích đã có dữ liệu (bảng {about}). Chỉ chuyển vào cơ sở dữ liệu trống: hãy tạo cái mới. "
    "Nếu trước đó đã chuyển xong, dùng --verify để đối chiếu.",
}

MOVED = """
Đã chuyển xong và đã đối chiếu: mọi dòng và mọi tệp ở hai bên như nhau.

Việc tiếp theo:
  1. Trên mọi máy, đặt QUIZAPP_DATABASE_URL (đích), QUIZAPP_REDIS_URL và, nếu dùng kho tệp chung, QUIZAPP_S3_URL.
  2. Trên mọi máy, đặt QUIZAPP_SECRET_KEY bằng nội dung tệp secret.key cũ; không ai phải đăng nhập lại.
  3. Chạy `quizapp doctor`; khi không còn dấu ✗, khởi động `quizapp worker` rồi `quizapp serve`.
  4. Cất tệp SQLite cũ làm bản lưu, đừng khởi động chương trình trên tệp đó nữa."""

SAME = "\nHai bên như nhau."


@dataclass(frozen=True)
class Copied:
    """How many files, and how large all together."""

    files: int
    bytes: int


@click.command()
@click.option("--from", "source", metavar="URL", help="sqlite:///path; by default the one in QUIZAPP_DATA.")
@click.option("--to", "target", metavar="URL", help="postgresql+psycopg://…; by default QUIZAPP_DATABASE_URL.")
@click.option(
    "--files-from",
    "folder",
    type=click.Path(file_okay=False, path_type=Path),
    help="The files' folder; by default the one beside the SQLite file.",
)
@click.option("--verify", is_flag=True, help="Move nothing; compare the two sides again.")
def migrate_store(source: str | None, target: str | None, folder: Path | None, verify: bool) -> None:
    """Move everything from SQLite and local files to PostgreSQL and, where set, S3. Stop web and worker first."""
    house = House(read_settings())
    source = source or f"sqlite:///{house.settings.data / 'quizapp.db'}"
    target = target or house.settings.database_url
    path = _sqlite_path(source)
    _require_postgres(target)
    files = LocalStorage(folder or path.parent / "files")
    try:
        _move(source, target, files, house.storage, verify=verify)
    except (moving.MoveRefused, DBAPIError, psycopg.Error, ContestError) as error:
        raise click.ClickException(_why(error) + ("" if verify else f"\n{NOTHING_MOVED}")) from None


def _why(error: Exception) -> str:
    if isinstance(error, moving.MoveRefused):
        return SENTENCES[type(error)].format(about=", ".join(error.about))
    if isinstance(error, ContestError):
        return str(error) + (f" ({_reason(error.__cause__)})" if error.__cause__ else "")
    return f"Cơ sở dữ liệu báo lỗi: {_reason(error)}"


def _move(source: str, target: str, files: Storage, storage: Storage, *, verify: bool) -> None:
    old, new = moving.open_source(source), make_engine(target)
    try:
        with moving.alone(old) as reading:
            moving.require_whole(reading)
            if not verify:
                moving.prepare_target(new)
            copied = _see_to_files(files, storage, verify=verify)
            with new.connect() as writing:
                told = moving.compare_all(reading, writing) if verify else moving.copy_all(reading, writing, _say)
                _show(told, copied, storage)
                _require_same(told, verify=verify)
                writing.commit()
        if not verify:
            with new.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
                link.exec_driver_sql("ANALYZE")  # or the first hour's questions would be planned for empty tables
        click.echo(SAME if verify else MOVED)
    finally:
        old.dispose()
        new.dispose()


def _see_to_files(files: Storage, storage: Storage, *, verify: bool) -> Copied:
    """Copy every file that is not there yet; read back all of them, for the name tells what is inside."""
    count = size = 0
    for key in files.keys():
        data = files.get(key)
        if not verify:
            storage.put(data, key[64:])
        storage.get(key)
        count, size = count + 1, size + len(data)
    return Copied(count, size)


def _show(told: list[moving.Compared], copied: Copied, storage: Storage) -> None:
    width = max(len(row.table) for row in told)
    click.echo(f"\n  {'bảng':<{width}}  {'nguồn':>10}  {'đích':>10}  SHA-256 (16 chữ số đầu)")
    for row in told:
        seen = row.source.sha256[:16] + ("" if row.same else f" ≠ {row.target.sha256[:16]}")
        click.echo(
            f"{'✓' if row.same else '✗'} {row.table:<{width}}  {row.source.rows:>10}  {row.target.rows:>10}  {seen}"
        )
    click.echo(f"✓ {copied.files} tệp, {copied.bytes} byte, đã đọc lại từ {storage.place} và khớp với tên")


def _require_same(told: list[moving.Compared], *, verify: bool) -> None:
    if wrong := [row.table for row in told if not row.same]:
        after = "Đừng mở cuộc thi trên đích." if verify else NOTHING_MOVED
        raise click.ClickException(f"Hai bên khác nhau ở bảng {', '.join(wrong)}. {after}")


def _say(table: str) -> None:
    click.echo(f"… {table}", err=True)


def _sqlite_path(url: str) -> Path:
    path = Path(url.removeprefix("sqlite:///"))
    if not url.startswith("sqlite:///") or not path.is_file():
        raise click.ClickException("Nguồn (--from) phải là sqlite:///đường-dẫn tới một tệp có thật.")
    return path


def _require_postgres(url: str) -> None:
    try:
        good = make_url(url).drivername == "postgresql+psycopg"
    except ArgumentError:
        good = False
    if not good:
        raise click.ClickException("Đích (--to) phải là postgresql+psycopg://người-dùng@máy/tên.")


def _reason(error: BaseException) -> str:
    return str(getattr(error, "orig", error)).splitlines()[0]
