"""``quizapp doctor`` on the place for files: where it is, and the cure where it refuses."""

from collections.abc import Iterator

import pytest
from click.testing import CliRunner

from quizapp.cli import main
from quizapp.house import House
from tests.cli.conftest import environment
from tests.foundation.s3_server import new_bucket, s3_server


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with s3_server() as endpoint:
        yield endpoint


def told(house: House, s3_url: str = "") -> list[str]:
    """Return what the doctor says of the storage, and the cure below it if there is one."""
    ran = CliRunner().invoke(main, ["doctor"], env=environment(house) | {"QUIZAPP_S3_URL": s3_url})
    lines = ran.output.splitlines()
    at = next(number for number, line in enumerate(lines) if "Kho tệp" in line)
    return [lines[at], *(line for line in lines[at + 1 : at + 2] if "→" in line)]


def test_a_folder_that_works_is_named(empty_house: House) -> None:
    assert told(empty_house) == [f"✓ Kho tệp: {empty_house.settings.data / 'files'}"]


def test_a_folder_that_refuses_is_told_with_the_cure(empty_house: House) -> None:
    (empty_house.settings.data / "files").write_text("a file where the folder should be")
    seen, cure = told(empty_house)
    assert seen.startswith("✗ Kho tệp") and "kiểm tra ổ đĩa" in cure


def test_a_bucket_that_works_is_named(empty_house: House, s3: str) -> None:
    (line,) = told(empty_house, new_bucket(s3))
    assert line.startswith("✓ Kho tệp: s3://quizapp-") and line.endswith(f"/thi/2019 ({s3})")


def test_a_bucket_that_is_not_there_is_told_with_the_cure(empty_house: House, s3: str) -> None:
    seen, cure = told(empty_house, f"s3://khong-co?endpoint={s3}")
    assert seen.startswith("✗ Kho tệp") and "does not exist" in seen and "QUIZAPP_S3_URL" in cure


def test_a_setting_that_is_no_bucket_is_told(empty_house: House) -> None:
    seen, _cure = told(empty_house, "s3://key:hunter2@khong-phai")
    assert seen.startswith("✗ Kho tệp") and "QUIZAPP_S3_URL phải có dạng s3://" in seen and "hunter2" not in seen
