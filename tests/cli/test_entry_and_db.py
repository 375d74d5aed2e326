"""``quizapp entry pdf`` and ``quizapp db check``."""

import re
from pathlib import Path

import pytest

from quizapp.house import House
from tests.cli.conftest import Command
from tests.factories import Card, answer_all, enter, hand_in, start
from tests.paper_tools import Paper, needs_poppler


@pytest.fixture
def pupil(house: House) -> Card:
    return enter(house)


@pytest.fixture
def handed_in(house: House, pupil: Card) -> tuple[str, str]:
    """A paper that was handed in: its name in addresses, and its receipt's code."""
    ref = start(house, pupil)
    answer_all(house, pupil, ref)
    return ref, hand_in(house, pupil, ref)


@needs_poppler
@pytest.mark.parametrize("by", ["name", "receipt", "receipt typed carelessly"])
def test_an_entry_is_printed_by_its_name_or_its_receipt(
    tmp_path: Path, quizapp: Command, handed_in: tuple[str, str], pupil: Card, by: str
) -> None:
    ref, code = handed_in
    asked = {"name": ref, "receipt": code, "receipt typed carelessly": code.lower().replace("-", " ")}[by]
    ran = quizapp("entry", "pdf", asked, "--out", tmp_path / "entry.pdf")
    assert (ran.exit_code, ran.stdout) == (0, f"{tmp_path / 'entry.pdf'}\n")
    text = Paper((tmp_path / "entry.pdf").read_bytes(), tmp_path).text()
    assert pupil.name in text and code in text
    assert "Em thấy dịch vụ công trực tuyến rất tiện lợi." in text


@needs_poppler
def test_a_prompts_paragraphs_are_apart_on_paper(tmp_path: Path, quizapp: Command, handed_in: tuple[str, str]) -> None:
    quizapp("entry", "pdf", handed_in[0], "--out", tmp_path / "entry.pdf")
    paper = Paper((tmp_path / "entry.pdf").read_bytes(), tmp_path)
    assert re.search(r"đến đâu\. *\n *\n *Hãy viết lời hướng dẫn từng bước", "".join(paper.pages()))


@needs_poppler
def test_a_blind_entry_names_nobody(tmp_path: Path, quizapp: Command, handed_in: tuple[str, str], pupil: Card) -> None:
    assert quizapp("entry", "pdf", handed_in[0], "--out", tmp_path / "entry.pdf", "--blind").exit_code == 0
    paper = Paper((tmp_path / "entry.pdf").read_bytes(), tmp_path)
    told = paper.text() + " ".join(paper.feet())
    assert "Em thấy dịch vụ công trực tuyến rất tiện lợi." in told
    assert not [word for word in (pupil.name, "Sông Xanh", "6A1", *handed_in) if word in told]


@pytest.mark.parametrize("name", ["K7QM-2XW9-AAAA-BBBB", "nowhere", "", "' OR 1=1 --"])
def test_an_unknown_entry_is_a_sentence_and_exit_status_1(
    tmp_path: Path, quizapp: Command, handed_in: tuple[str, str], name: str
) -> None:
    ran = quizapp("entry", "pdf", name, "--out", tmp_path / "entry.pdf")
    assert (ran.exit_code, ran.stderr) == (1, "Error: Không có bài đã nộp nào mang mã này.\n")
    assert not (tmp_path / "entry.pdf").exists()


def test_a_paper_still_open_is_not_printed(tmp_path: Path, house: House, quizapp: Command, pupil: Card) -> None:
    ran = quizapp("entry", "pdf", start(house, pupil), "--out", tmp_path / "entry.pdf")
    assert ran.exit_code == 1
    assert not (tmp_path / "entry.pdf").exists()


def test_the_migrations_go_up_and_down_and_match_the_models(quizapp_empty: Command) -> None:
    ran = quizapp_empty("db", "check")
    assert ran.exit_code == 0, ran.output
    assert "chạy lên, xuống và khớp với mô hình" in ran.stdout


def test_upgrading_what_is_up_to_date_changes_nothing(quizapp: Command) -> None:
    assert quizapp("db", "upgrade").exit_code == 0


def test_help_lists_what_there_is(quizapp_empty: Command) -> None:
    ran = quizapp_empty("-h")
    assert ran.exit_code == 0
    assert {line.split()[0] for line in ran.stdout.splitlines() if line.startswith("  ")} >= {
        "bank", "db", "demo", "doctor", "entry", "migrate-store", "round", "serve", "up", "worker",
    }  # fmt: skip
