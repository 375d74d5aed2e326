"""The entry on paper, measured with a printer's tools."""

import io
import re
import time
from dataclasses import replace
from functools import cache

import pytest
from pypdf import PdfReader

from quizapp.entries.document import Answer, EntryDocument, Margins
from quizapp.entries.pdf import render_entry
from quizapp.foundation.sanitize import clean_essay, plain_text
from tests.paper_tools import Paper, needs_poppler

pytestmark = needs_poppler

POINTS_PER_MM = 72 / 25.4

drawn = cache(render_entry)  # an equal document has equal bytes (see below), so the tests need not wait for it twice


@pytest.fixture
def printed(tmp_path):
    """Print an entry and look at its sheets."""
    return lambda document: Paper(drawn(document), tmp_path)


def on_one_line(text: str) -> str:
    return " ".join(text.split())


def with_essay(entry: EntryDocument, html: str) -> EntryDocument:
    """Return a short entry whose essay is ``html`` just as it is, door or no door."""
    return replace(entry, answers=entry.answers[:2], essay_html=html, words=1)


def test_the_sample_is_as_large_as_an_entry_may_be(entry):
    assert len(entry.answers) == 40
    assert 1_450 <= entry.words <= 1_500


def test_every_page_is_a4(printed, entry):
    sizes = printed(entry).page_sizes()
    assert 8 <= len(sizes) <= 12
    assert all(abs(width - 595) <= 1 and abs(height - 842) <= 1 for width, height in sizes)


def test_only_the_times_family_is_embedded_and_only_the_signs_used(printed, entry):
    fonts = printed(entry).fonts()
    assert {embedded for _, embedded, _ in fonts} == {subset for _, _, subset in fonts} == {"yes"}
    assert all(re.match(r"(Liberation-Serif|TimesNewRoman)(-Bold)?(-Italic)?$", name) for name, *_ in fonts)


def test_body_text_is_14_points(entry):
    sizes: dict[float, int] = {}

    def weigh(text, _matrix, _text_matrix, _font, size):
        if text.strip():
            sizes[round(size * 0.75, 1)] = sizes.get(round(size * 0.75, 1), 0) + len(text)

    for page in PdfReader(io.BytesIO(drawn(entry))).pages:
        page.extract_text(visitor_text=weigh)
    assert max(sizes, key=sizes.__getitem__) == 14
    assert sizes[14] > 0.9 * sum(sizes.values())
    assert min(sizes) >= 11


def test_the_essay_can_be_taken_off_the_paper_word_for_word(printed, entry):
    bullets_and_numbers = re.compile(r"(?:^|(?<=\n))\s*(?:•|–|\d\.) ?")
    on_paper = on_one_line(bullets_and_numbers.sub("", printed(entry).text()))
    assert on_one_line(plain_text(entry.essay_html)) in on_paper


def test_the_particulars_and_every_answer_are_there(printed, entry):
    text = on_one_line(printed(entry).text())
    for label, value in entry.particulars:
        assert f"{label} {value}" in text
    for answer in entry.answers:
        assert f"Câu {answer.no}. {answer.stem} {' '.join(answer.chosen) or 'Chưa trả lời'}" in text
    assert "Đã trả lời 38 trên 40 câu; 2 câu chưa trả lời." in text


def test_neither_key_nor_score_is_printed(printed, entry):
    text = printed(entry).text().lower()
    assert not re.search(r"điểm số|số điểm|đáp án|kết quả chấm|chấm điểm|\d+/40", text)


def test_the_receipt_closes_the_entry(printed, entry):
    paper = printed(entry)
    text = on_one_line(paper.text())
    end = text[text.index("BIÊN NHẬN NỘP BÀI") :]
    assert entry.receipt.code in end and entry.receipt.handed_in_at in end and entry.verify_url in end
    assert entry.receipt.sha256 in end.replace(" ", "")


def test_every_foot_tells_page_and_code(printed, entry):
    feet = printed(entry).feet()
    assert feet == [f"BT-7K4M-92QX Trang {page}/{len(feet)}" for page in range(1, len(feet) + 1)]


def test_no_answer_is_split_over_two_pages(printed, entry):
    long_answers = tuple(
        Answer(no, "Một câu hỏi dài. " * (no % 7 + 2), ("Một phương án dài. " * (no % 5 + 2),)) for no in range(1, 41)
    )
    pages = [on_one_line(page) for page in printed(replace(entry, answers=long_answers)).pages()]
    for answer in long_answers:
        whole = on_one_line(f"Câu {answer.no}. {answer.stem} {answer.chosen[0]}")
        assert sum(whole in page for page in pages) == 1


@pytest.mark.parametrize("lines_before", range(18, 34, 3))
def test_no_heading_stands_alone_at_the_foot_of_a_page(printed, entry, lines_before):
    essay = "<p>Một dòng.</p>" * lines_before + "<h2>Đầu mục</h2><p>" + "Chữ nối tiếp sau đầu mục. " * 30 + "</p>"
    pages = [on_one_line(page) for page in printed(with_essay(entry, essay)).pages()]
    [page] = [page for page in pages if "Đầu mục" in page]
    assert "Đầu mục Chữ nối tiếp" in page


@pytest.mark.parametrize(
    "margins", [Margins(), Margins(top=25, right=15, bottom=20, left=35), Margins(10, 10, 15, 10)], ids=str
)
def test_the_text_keeps_within_the_margins_whatever_was_typed(printed, entry, margins):
    endless = "https://dichvucong.example.vn/" + "thu-tuc-hanh-chinh" * 12
    essay = f"<p>{endless}</p><p>{'W' * 700}</p><ul><li>{'m' * 90}</li></ul><blockquote><p>{'ậ' * 90}</p></blockquote>"
    stranger = replace(
        with_essay(entry, essay),
        margins_mm=margins,
        essay_prompt="Đ" * 80,
        particulars=(("Họ và tên", "N" * 70), ("Trường", endless)),
        answers=(Answer(1, "W" * 90, (endless,)),),
        verify_url="https://thi.example.vn/receipts/" + "A" * 80,
    )
    words = printed(stranger).words()
    assert min(left for left, *_ in words) >= margins.left * POINTS_PER_MM - 0.5
    assert max(right for _, right, _ in words) <= 595.3 - margins.right * POINTS_PER_MM + 0.5


def test_margins_that_push_the_text_off_the_paper_are_refused():
    with pytest.raises(ValueError, match="between 10 and 60 mm"):
        Margins(left=120)


# The judges' paper


def test_a_blind_entry_tells_nothing_of_its_author(printed, entry):
    paper = printed(entry.blind("P-0417"))
    everything = " ".join([paper.text(), *paper.feet(), *paper.info().values(), str(PdfReader(paper.path).metadata)])
    for _, value in entry.particulars:
        assert value not in everything
    for trace in (entry.entry_code, entry.receipt.code, entry.receipt.sha256[:8], entry.verify_url, "BIÊN NHẬN"):
        assert trace not in everything
    assert "Mã phách P-0417" in on_one_line(paper.text())
    assert paper.feet()[0] == f"P-0417 Trang 1/{len(paper.feet())}"


def test_two_authors_of_the_same_words_make_the_same_blind_paper(entry):
    other = replace(entry, entry_code="BT-0000-0000", particulars=(("Họ và tên", "Trần Văn Nam"),), receipt=None)
    assert render_entry(entry.blind("P-0417")) == render_entry(other.blind("P-0417"))


def test_a_blind_entry_with_a_name_cannot_even_be_made(entry):
    blind = entry.blind("P-0417")
    for slip in ({"particulars": entry.particulars}, {"receipt": entry.receipt}, {"verify_url": entry.verify_url}):
        with pytest.raises(ValueError, match="must not tell whose"):
            replace(blind, **slip)


# What people and rivals may write


def test_names_and_titles_are_text_never_marks(printed, entry):
    sly = replace(
        with_essay(entry, "<p>a</p>"),
        contest_title="Thi <b>thử</b> & {{ 7 * 7 }}",
        particulars=(("Họ và tên", '<img src="file:///etc/passwd">'),),
        answers=(Answer(1, "1 < 2 & 3 > 2?", ("</p><h1>x</h1>",)),),
    )
    text = on_one_line(printed(sly).text())
    assert "Thi <b>thử</b> & {{ 7 * 7 }}" in text
    assert '<img src="file:///etc/passwd">' in text and "1 < 2 & 3 > 2? </p><h1>x</h1>" in text


HOSTILE = (
    '<p>Vẫn in được.</p><img src="file:///etc/passwd"><img src="http://127.0.0.1:9/x.png"><img src="quiz-img:khong-co">'
    '<a href="javascript:alert(1)">bấm</a><a rel="attachment" href="file:///etc/passwd">tệp</a>'
    "<style>@import url(http://127.0.0.1:9/x.css); p { background: url(file:///etc/passwd) }</style>"
    '<table><tr><td colspan="1000">ô</td></tr></table><iframe src="http://127.0.0.1:9/"></iframe>'
)


@pytest.mark.parametrize("essay", [HOSTILE, clean_essay(HOSTILE)], ids=["the door left open", "through the door"])
def test_a_hostile_essay_is_printed_and_reaches_nothing(printed, entry, essay):
    paper = printed(with_essay(entry, essay))
    assert "Vẫn in được." in paper.text()
    assert "root:" not in paper.text()
    assert paper.images() == 0 and paper.links() == []
    assert b"EmbeddedFile" not in paper.data


def test_signs_the_face_lacks_are_owned_up_to(printed, entry):
    text = on_one_line(printed(with_essay(entry, "<p>Em rất vui 😀 và ☑ xong.</p>")).text())
    assert "Em rất vui □ và □ xong." in text
    assert "những ký hiệu không có trong phông chữ: U+2611, U+1F600." in text


def test_an_entry_without_an_essay_says_so(printed, entry):
    assert "Chưa viết bài." in printed(replace(entry, essay_html="", words=0)).text()


def test_an_entry_without_choices_has_only_the_essay(printed, entry):
    text = printed(replace(entry, answers=())).text()
    assert "PHẦN" not in text and "BÀI VIẾT" in text


def test_lines_left_empty_stay_empty_and_lists_keep_their_numbers(printed, entry):
    essay = '<p>Dòng trên</p><p></p><p>Dòng dưới</p><ol start="7"><li><p>Điều bảy</p></li></ol>'
    assert "Dòng trên Dòng dưới 7. Điều bảy" in on_one_line(printed(with_essay(entry, essay)).text())


def test_the_same_entry_gives_the_same_bytes(entry):
    assert render_entry(entry) == render_entry(entry)


def test_a_whole_entry_is_printed_within_seconds(entry):
    render_entry(entry)  # the face is loaded once a process
    started = time.process_time()
    render_entry(entry)
    assert time.process_time() - started < 8
