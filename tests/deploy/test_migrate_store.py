"""``quizapp migrate-store``: everything arrives, the contest goes on there, and a half-way move has not been."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import func, inspect, select, text

from quizapp.app import create_app
from quizapp.cli import main
from quizapp.contests.rules import RoundKind
from quizapp.foundation.storage import LocalStorage
from quizapp.house import House
from quizapp.migrations.moving import Sum, canonical
from quizapp.migrations.tables import metadata
from quizapp.worker.loop import work_off
from tests.conftest import FULL, Stores
from tests.deploy.conftest import link_to
from tests.factories import Card, Clock, Visitor, answer_all, enter, hand_in, start
from tests.foundation.s3_server import new_bucket
from tests.together import until

QUIZAPP = [sys.executable, "-c", "from quizapp.cli import main; main()"]


@pytest.fixture
def old(on_sqlite: Stores, tmp_path: Path, clock: Clock) -> Iterator[House]:
    """An installation on one machine, with a paper handed in and printed, and one begun."""
    house = House(on_sqlite.copy(FULL, tmp_path / "old"), clock)
    yield house
    house.engine.dispose()


@pytest.fixture
def ready(old: House) -> tuple[Card, str, str]:
    """Who has a paper open, its name, and the receipt of another paper of theirs."""
    pupil = enter(old)
    done = start(old, pupil, RoundKind.WRITTEN)
    answer_all(old, pupil, done, "<p>Ước mơ của em: <strong>đi học</strong> không phải xếp hàng \\t \\\\.</p>")
    code = hand_in(old, pupil, done)
    work_off(old)
    ref = start(old, pupil)
    answer_all(old, pupil, ref)
    old.engine.dispose()
    return pupil, ref, code


@pytest.fixture
def new(old: House, postgres: str, s3: str, tmp_path: Path, clock: Clock) -> Iterator[House]:
    """Where it moves to."""
    settings = replace(
        old.settings, data=tmp_path / "new", database_url=postgres, s3_url=new_bucket(s3), redis_url=None
    )
    settings.data.mkdir()
    house = House(settings, clock)
    yield house
    house.engine.dispose()


def env_of(new: House) -> dict[str, str]:
    return {
        "QUIZAPP_DATA": str(new.settings.data),
        "QUIZAPP_DATABASE_URL": new.settings.database_url,
        "QUIZAPP_S3_URL": new.settings.s3_url or "",
        "QUIZAPP_SECRET_KEY": new.settings.secret_key,
        "QUIZAPP_REDIS_URL": "",
    }


def words(old: House, *more: str) -> list[str]:
    return ["migrate-store", "--from", old.settings.database_url, *more]


def move(old: House, new: House, *more: str) -> Result:
    return CliRunner().invoke(main, words(old, *more), env=env_of(new))


def rows(house: House) -> dict[str, int]:
    with house.engine.connect() as connection:
        found = {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in metadata.sorted_tables
        }
    house.engine.dispose()
    return found


def is_empty(new: House) -> bool:
    names = inspect(new.engine).get_table_names()
    return "attempts" not in names or not any(rows(new).values())


def test_everything_arrives_and_the_contest_goes_on(old: House, new: House, ready: tuple[Card, str, str]) -> None:
    pupil, ref, code = ready
    before = rows(old)
    ran = move(old, new)
    assert ran.exit_code == 0, ran.output
    assert rows(new) == before and before["attempts"] == 2 and before["receipts"] == 1 and before["entries"] >= 1
    assert "Đã chuyển xong và đã đối chiếu" in ran.output and "\n✗" not in ran.output

    visitor = Visitor(create_app(new)).sign_in(pupil)
    paper = visitor.get(f"/api/v1/attempts/{ref}").get_json()
    item = paper["items"][0]
    address = f"/api/v1/attempts/{ref}/responses/{item['no']}"
    saved = visitor.send("put", address, {"seq": item["seq"] + 1, "choice": [1]})
    assert (saved.status_code, saved.get_json()["seq"]) == (200, item["seq"] + 1)
    stale = visitor.send("put", address, {"seq": item["seq"], "choice": [2]})
    assert (stale.status_code, stale.get_json()["newer"]["choice"]) == (409, [1])
    receipt = visitor.get(f"/api/v1/receipts/{code}").get_json()
    assert receipt["code"] == code
    done = visitor.send("post", f"/api/v1/attempts/{ref}/hand-in", {})
    assert done.status_code == 200 and done.get_json()["code"] != code

    work_off(new)  # the printed entry of the new receipt, and numbers that no moved row has
    assert rows(new)["entries"] > before["entries"]
    enter(new, unit="THCS-B", name="Lê Thị Mới")


def test_the_pages_show_the_same_text_and_the_files_are_the_same(
    old: House, new: House, ready: tuple[Card, str, str]
) -> None:
    assert move(old, new).exit_code == 0
    with old.engine.connect() as one, new.engine.connect() as two:
        texts = [str(c.scalar(text("SELECT html FROM essays ORDER BY attempt_id LIMIT 1"))) for c in (one, two)]
    assert texts[0] == texts[1] and "Ước mơ" in texts[0]
    kept = sorted(old.storage.keys())
    assert len(kept) >= 1 and sorted(new.storage.keys()) == kept
    assert [new.storage.get(key) for key in kept] == [old.storage.get(key) for key in kept]


def test_files_may_be_moved_from_elsewhere_to_a_folder(
    old: House, new: House, ready: tuple[Card, str, str], tmp_path: Path
) -> None:
    elsewhere = LocalStorage(tmp_path / "elsewhere")
    key = elsewhere.put(b"a file from a backup", ".pdf")
    to_folder = House(replace(new.settings, s3_url=None))
    ran = move(old, to_folder, "--files-from", str(tmp_path / "elsewhere"))
    assert ran.exit_code == 0, ran.output
    assert list(LocalStorage(new.settings.data / "files").keys()) == [key]
    assert f"1 tệp, 20 byte, đã đọc lại từ {new.settings.data / 'files'}" in ran.output


def test_a_second_move_is_refused(old: House, new: House, ready: tuple[Card, str, str]) -> None:
    assert move(old, new).exit_code == 0
    before = rows(new)
    ran = move(old, new)
    assert ran.exit_code == 1 and "Đích đã có dữ liệu" in ran.output
    assert rows(new) == before


def test_the_two_sides_can_be_compared_again(old: House, new: House, ready: tuple[Card, str, str]) -> None:
    assert move(old, new).exit_code == 0
    ran = move(old, new, "--verify")
    assert (ran.exit_code, "Hai bên như nhau." in ran.output) == (0, True), ran.output


FLIPS = {
    "one letter of an essay": "UPDATE essays SET html = overlay(html placing 'x' from length(html) / 2 for 1)",
    "one second of a hand-in": "UPDATE receipts SET handed_in_at = handed_in_at + interval '1 microsecond'",
    "one word inside JSON": """UPDATE contests SET title = jsonb_set(title, '{vi}', '"Cuộc thi khác"') WHERE id = 1""",
    "a row gone": "DELETE FROM receipts",
    "one row of many": "UPDATE items SET code = code || '.' WHERE id = (SELECT min(id) FROM items)",
}


@pytest.mark.parametrize("flip", FLIPS.values(), ids=FLIPS)
def test_what_differs_by_one_byte_is_found(old: House, new: House, ready: tuple[Card, str, str], flip: str) -> None:
    assert move(old, new).exit_code == 0
    with link_to(new.settings.database_url) as link:
        assert link.execute(flip).rowcount >= 1
    ran = move(old, new, "--verify")
    table = flip.split()[2] if flip.startswith("DELETE") else flip.split()[1]
    assert ran.exit_code == 1
    assert f"Hai bên khác nhau ở bảng {table}." in ran.output


# Stands for a disk, a driver or a memory that changes one letter on the way.
SPOIL = """
CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN NEW.code := lower(NEW.code); RETURN NEW; END $$;
CREATE TRIGGER spoil BEFORE INSERT ON receipts FOR EACH ROW EXECUTE FUNCTION spoil();
"""


def with_schema(new: House) -> None:
    ran = CliRunner().invoke(main, ["db", "upgrade"], env=env_of(new))
    assert ran.exit_code == 0, ran.output


def test_a_letter_changed_on_the_way_undoes_the_whole_move(
    old: House, new: House, ready: tuple[Card, str, str]
) -> None:
    with_schema(new)
    with link_to(new.settings.database_url) as link:
        link.execute(SPOIL)
    ran = move(old, new)
    assert ran.exit_code == 1 and "Hai bên khác nhau ở bảng receipts." in ran.output
    assert is_empty(new)


LOOK = """
import sys, pysqlite3.dbapi2 as sqlite
sqlite.connect(sys.argv[1], timeout=0).execute("SELECT count(*) FROM attempts")
"""
HOLD = """
CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN PERFORM pg_advisory_xact_lock(2019); RETURN NEW; END $$;
CREATE TRIGGER hold BEFORE INSERT ON receipts FOR EACH ROW EXECUTE FUNCTION hold();
"""
WAITING = "SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND objid = 2019 AND NOT granted"


def test_killed_in_the_middle_nothing_has_moved_and_it_can_be_begun_again(
    old: House, new: House, ready: tuple[Card, str, str]
) -> None:
    with_schema(new)
    with link_to(new.settings.database_url) as link:
        link.execute(HOLD)
        link.execute("SELECT pg_advisory_lock(2019)")
        mover = subprocess.Popen([*QUIZAPP, *words(old)], env=os.environ | env_of(new), stdout=subprocess.DEVNULL)
        assert until(lambda: link.execute(WAITING).fetchone(), 60), "the move has come as far as the receipts"
        mover.kill()
        mover.wait(10)
        link.execute("SELECT pg_advisory_unlock(2019)")
        gone = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        assert until(lambda: link.execute(gone).fetchone() is None, 30)
        link.execute("DROP TRIGGER hold ON receipts")
    assert is_empty(new)
    assert move(old, new).exit_code == 0
    assert rows(new) == rows(old)


def test_while_the_source_is_open_elsewhere_nothing_is_moved(
    old: House, new: House, ready: tuple[Card, str, str]
) -> None:
    with old.engine.connect():
        ran = move(old, new)
    assert ran.exit_code == 1 and "dừng web và worker" in ran.output and "Chưa có gì được chuyển" in ran.output
    assert is_empty(new)


def test_while_it_is_moved_nobody_opens_the_source(old: House, new: House, ready: tuple[Card, str, str]) -> None:
    with_schema(new)
    path = old.settings.database_url.removeprefix("sqlite:///")
    with link_to(new.settings.database_url) as link:
        link.execute(HOLD)
        link.execute("SELECT pg_advisory_lock(2019)")
        mover = subprocess.Popen([*QUIZAPP, *words(old)], env=os.environ | env_of(new), stdout=subprocess.DEVNULL)
        assert until(lambda: link.execute(WAITING).fetchone(), 60)
        seen = subprocess.run([sys.executable, "-c", LOOK, path], capture_output=True, text=True, check=False)
        link.execute("SELECT pg_advisory_unlock(2019)")
        assert mover.wait(60) == 0
    assert "database is locked" in seen.stderr
    after = subprocess.run([sys.executable, "-c", LOOK, path], capture_output=True, text=True, check=False)
    assert after.returncode == 0, after.stderr


def test_a_target_in_use_is_left_alone(
    old: House, new: House, ready: tuple[Card, str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("quizapp.migrations.moving.PATIENCE", "200ms")
    with_schema(new)
    with link_to(new.settings.database_url) as link, link.transaction():
        link.execute("INSERT INTO pulses VALUES ('somebody', now())")
        ran = move(old, new)
    assert ran.exit_code == 1 and "Đích đang được chương trình khác dùng" in ran.output


def test_somebody_elses_database_is_left_alone(old: House, new: House) -> None:
    with link_to(new.settings.database_url) as link:
        link.execute("CREATE TABLE invoices (id int)")
    ran = move(old, new)
    assert ran.exit_code == 1 and "đang chứa thứ khác (invoices)" in ran.output
    assert inspect(new.engine).get_table_names() == ["invoices"]


def test_a_table_the_program_does_not_know_is_not_left_behind_in_silence(old: House, new: House) -> None:
    with old.engine.begin() as connection:
        connection.execute(text("CREATE TABLE extra_marks (id INTEGER)"))
    old.engine.dispose()
    ran = move(old, new)
    assert ran.exit_code == 1 and "extra_marks" in ran.output


def test_an_older_schema_is_brought_up_before_it_moves(old: House, new: House) -> None:
    with old.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'older'"))
    old.engine.dispose()
    ran = move(old, new)
    assert ran.exit_code == 1 and "quizapp db upgrade" in ran.output


def test_a_letter_that_postgresql_cannot_hold_stops_the_move_and_is_not_dropped(old: House, new: House) -> None:
    with old.engine.begin() as connection:
        connection.execute(text("UPDATE banks SET domain = domain || char(0) WHERE id = 1"))
    old.engine.dispose()
    ran = move(old, new)
    assert ran.exit_code == 1 and "Cơ sở dữ liệu báo lỗi" in ran.output and "NUL" in ran.output
    assert is_empty(new)


def test_a_damaged_file_stops_the_move(old: House, new: House, ready: tuple[Card, str, str]) -> None:
    key = next(iter(old.storage.keys()))
    (old.settings.data / "files" / key[:2] / key).write_bytes(b"something else")
    ran = move(old, new)
    assert ran.exit_code == 1 and "Tệp trong kho đã bị hỏng" in ran.output and "Chưa có gì được chuyển" in ran.output
    assert is_empty(new)


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--from", "sqlite:////nowhere/at/all.db", "Nguồn (--from)"),
        ("--from", "postgresql+psycopg://127.0.0.1/x", "Nguồn (--from)"),
        ("--to", "sqlite:///x.db", "Đích (--to)"),
        ("--to", "nonsense", "Đích (--to)"),
    ],
)
def test_a_wrong_address_is_told_plainly(old: House, new: House, option: str, value: str, said: str) -> None:
    ran = move(old, new, option, value)
    assert ran.exit_code == 1 and said in ran.output and "Traceback" not in ran.output


def test_no_password_is_printed(old: House, new: House, ready: tuple[Card, str, str]) -> None:
    address = new.settings.database_url.replace("@", ":hunter2@").replace("/quizapp_test", "/no_quizapp_test")
    ran = move(old, new, "--to", address)
    assert ran.exit_code == 1 and "Cơ sở dữ liệu báo lỗi" in ran.output
    assert "hunter2" not in ran.output


def test_the_sum_is_of_what_is_there_and_not_of_its_order() -> None:
    def sum_of(*rows: tuple[object, ...]) -> Sum:
        found = Sum()
        for row in rows:
            found.add(row)
        return found

    one = sum_of((1, "a"), (2, "b"), (2, "b"))
    assert one == sum_of((2, "b"), (1, "a"), (2, "b"))
    assert one != sum_of((1, "a"), (1, "a"), (2, "b")), "as many rows, none of them new"
    assert one != sum_of((1, "a"), (3, "c"), (3, "c")), "a pair does not cancel itself out"


@pytest.mark.parametrize(
    ("one", "other"),
    [([None], [""]), ([1], ["1"]), ([b"1"], ["1"]), (["a", "b"], ["a,b"]), ([[]], [None])],
    ids=["nothing", "a number", "bytes", "a comma", "an empty list"],
)
def test_what_is_different_is_written_differently(one: list[object], other: list[object]) -> None:
    assert canonical(one) != canonical(other)


def test_the_order_of_names_inside_json_is_nothing() -> None:
    assert canonical([{"b": 1, "a": None}]) == canonical([{"a": None, "b": 1}])
