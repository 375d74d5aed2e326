"""``quizapp bank check`` and ``quizapp bank import``."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from quizapp.config import ROOT
from quizapp.house import House
from tests.banks.bank_files import ESSAY, SINGLE, everything, files, spoilt, zipped
from tests.cli.conftest import Command, environment

QUIZAPP = [sys.executable, "-c", "from quizapp.cli import main; main()"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small bank as a folder."""
    return write(tmp_path / "thu-nghiem", files())


def write(folder: Path, contents: dict[str, bytes]) -> Path:
    for name, data in contents.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)
    return folder


def test_the_banks_that_come_along_are_all_good(quizapp_empty: Command) -> None:
    banks = sorted(path.parent for path in (ROOT / "question_banks").glob("*/bank.yaml"))
    ran = quizapp_empty("bank", "check", *banks)
    assert (ran.exit_code, ran.stderr) == (0, "")
    assert len(ran.stdout.splitlines()) == 4
    assert all(line.endswith("câu hỏi, không có lỗi") for line in ran.stdout.splitlines())


def test_checking_changes_nothing_and_needs_no_database(
    tmp_path: Path, folder: Path, empty_house: House, quizapp_empty: Command
) -> None:
    before = everything(empty_house)
    assert quizapp_empty("bank", "check", folder).exit_code == 0
    assert everything(empty_house) == before


def test_a_faulty_bank_is_told_by_file_and_line_with_exit_status_1(folder: Path, quizapp_empty: Command) -> None:
    write(folder, files(spoilt("key: [b]", "key: [e]"), spoilt("kind: essay", "kind: song", ESSAY)))
    ran = quizapp_empty("bank", "check", folder)
    assert ran.exit_code == 1
    assert ran.stdout == ""
    assert ran.stderr.splitlines() == [
        f"{folder}/questions/b.yaml:2: tn-tl-01: «song» không hợp lệ; hãy chọn một trong: single, multiple, essay.",
        f"{folder}/questions/a.yaml:1: tn-001: Đáp án (key) không có trong các phương án.",
    ]


def test_one_faulty_bank_of_two_is_enough_for_exit_status_1_and_both_are_told(
    tmp_path: Path, folder: Path, quizapp_empty: Command
) -> None:
    faulty = write(tmp_path / "hong", files(spoilt("key: [b]", "key: []")))
    ran = quizapp_empty("bank", "check", faulty, folder)
    assert ran.exit_code == 1
    assert ran.stdout == "thu-nghiem: 2 câu hỏi, không có lỗi\n"
    assert ran.stderr.startswith(f"{faulty}/questions/a.yaml:1: tn-001:")


@pytest.mark.parametrize("verb", ["check", "import"])
def test_what_is_no_bank_is_told_in_a_sentence(tmp_path: Path, quizapp_empty: Command, verb: str) -> None:
    (tmp_path / "entry.pdf").write_bytes(b"%PDF-1.7")
    ran = quizapp_empty("bank", verb, tmp_path / "entry.pdf")
    assert ran.exit_code == 1
    assert ran.stderr.startswith(f"Error: {tmp_path / 'entry.pdf'}: Đây không phải ngân hàng câu hỏi")


def test_a_bank_is_imported_and_the_second_time_changes_nothing(
    folder: Path, empty_house: House, quizapp_empty: Command
) -> None:
    first = quizapp_empty("bank", "import", folder)
    assert first.exit_code == 0
    assert "2 câu mới, 0 câu có bản mới, 0 câu giữ nguyên" in first.stdout
    before = everything(empty_house)
    second = quizapp_empty("bank", "import", folder)
    assert second.exit_code == 0
    assert "0 câu mới, 0 câu có bản mới, 2 câu giữ nguyên" in second.stdout
    assert everything(empty_house) == before


def test_a_zip_is_imported_as_its_folder(tmp_path: Path, folder: Path, quizapp_empty: Command) -> None:
    quizapp_empty("bank", "import", folder)
    (tmp_path / "bank.zip").write_bytes(zipped(files(spoilt("15 ngày", "30 ngày"))))
    ran = quizapp_empty("bank", "import", tmp_path / "bank.zip")
    assert "0 câu mới, 1 câu có bản mới, 1 câu giữ nguyên" in ran.stdout


def test_a_faulty_bank_is_not_imported(folder: Path, empty_house: House, quizapp_empty: Command) -> None:
    write(folder, files(SINGLE + SINGLE))
    before = everything(empty_house)
    ran = quizapp_empty("bank", "import", folder)
    assert ran.exit_code == 1
    assert "a.yaml:21: tn-001: Mã câu hỏi đã dùng ở questions/a.yaml:1." in ran.stderr
    assert everything(empty_house) == before


def test_a_question_of_another_bank_is_refused_with_its_place(folder: Path, quizapp_empty: Command) -> None:
    quizapp_empty("bank", "import", folder)
    write(folder, {"bank.yaml": files()["bank.yaml"].replace(b"id: thu-nghiem", b"id: khac")})
    ran = quizapp_empty("bank", "import", folder)
    assert ran.exit_code == 1
    assert "questions/a.yaml:1: tn-001: Mã câu hỏi này thuộc ngân hàng «thu-nghiem»." in ran.stderr


def test_a_database_without_its_tables_is_told_with_the_cure(tmp_path: Path, folder: Path) -> None:
    env = os.environ | {"QUIZAPP_DATA": str(tmp_path / "new"), "QUIZAPP_DATABASE_URL": "", "QUIZAPP_REDIS_URL": ""}
    ran = subprocess.run([*QUIZAPP, "bank", "import", str(folder)], env=env, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 1
    assert "Traceback" not in ran.stderr
    assert "no such table" in ran.stderr and "Chạy `quizapp db upgrade`" in ran.stderr


def test_a_process_of_its_own_tells_the_same(folder: Path, empty_house: House) -> None:
    write(folder, files(spoilt("key: [b]", "key: [e]")))
    env = os.environ | environment(empty_house)
    ran = subprocess.run([*QUIZAPP, "bank", "check", str(folder)], env=env, capture_output=True, text=True, timeout=60)
    assert ran.returncode == 1
    assert ran.stderr == f"{folder}/questions/a.yaml:1: tn-001: Đáp án (key) không có trong các phương án.\n"
