"""The native format: every complaint names its file and line, in a sentence its author understands."""

import unicodedata
from collections.abc import Callable

import pytest

from quizapp.banks.formats import native
from quizapp.banks.rules import Kind
from tests.banks.bank_files import ESSAY, FIRST, HEAD, MULTIPLE, SECOND, SINGLE, draft, files, spoilt

NESTED = "- " + "[" * 5000
LAUGHS = "- &a [x, x]\n- &b [*a, *a]\n"


def said(first: str = SINGLE, second: str = ESSAY, head: str = HEAD) -> list[tuple[str, str]]:
    """Return (file:line, sentence) of each complaint."""
    return [
        (str(problem.place), problem.message % problem.values if problem.values else problem.message)
        for problem in draft(first, second, head).problems
    ]


def test_a_good_bank_is_read_without_complaint() -> None:
    found = draft()
    assert found.problems == []
    assert found.head and (found.head.slug, found.head.as_of.isoformat()) == ("thu-nghiem", "2019-08-20")
    assert [(str(at.place), at.question.code) for at in found.questions] == [
        (f"{FIRST}:1", "tn-001"),
        (f"{SECOND}:1", "tn-tl-01"),
    ]
    single = found.questions[0].question
    assert (single.kind, single.key, single.valid_to) == (Kind.SINGLE, ("b",), None)
    assert single.stem == "Cha mẹ đăng ký khai sinh cho con trong bao nhiêu ngày?"


SPOILT_QUESTIONS: dict[str, tuple[str, int, str]] = {
    "a field is missing": (spoilt("  topic: “Khai sinh”\n".replace("“", '"').replace("”", '"'), ""), 1,
                           "Thiếu mục «topic»."),
    "the id is missing": (spoilt("- id: tn-001\n  kind", "- kind"), 1, "Thiếu mục «id»."),
    "no legal basis": (spoilt("  legal_basis:\n    - document: \"Luật Hộ tịch 60/2014/QH13\"\n"
                              "      article: \"Điều 15\"\n", "  legal_basis: []\n"), 1,
                       "Thiếu căn cứ pháp lý (legal_basis)."),
    "a basis without its article": (spoilt("      article: \"Điều 15\"\n", ""), 16, "Thiếu mục «article»."),
    "a basis with an empty article": (spoilt('"Điều 15"', '""'), 17, "Chỗ này không được để trống."),
    "an unknown field": (spoilt("  source:", "  sourse:"), 18, "Không có mục tên «sourse»."),
    "a field written twice": (spoilt("  kind: single\n", "  kind: single\n  kind: single\n"), 3,
                              "Mục «kind» viết hai lần."),
    "an unknown kind": (spoilt("kind: single", "kind: singel"), 2,
                        "«singel» không hợp lệ; hãy chọn một trong: single, multiple, essay."),
    "an unknown audience": (spoilt("[student, staff]", "[student, parents]"), 3,
                            "«parents» không hợp lệ; hãy chọn một trong: student, staff."),
    "no audience": (spoilt("[student, staff]", "[]"), 1, "Thiếu đối tượng (audience)."),
    "an unknown difficulty": (spoilt("recognise", "easy"), 4,
                              "«easy» không hợp lệ; hãy chọn một trong: recognise, understand, apply."),
    "a day there is not": (spoilt("2016-01-01", "2019-02-29"), 19, "«2019-02-29» không phải ngày dạng 2019-08-20."),
    "a day written the other way": (spoilt("2016-01-01", "1/1/2016"), 19,
                                    "«1/1/2016» không phải ngày dạng 2019-08-20."),
    "a day without hyphens": (spoilt("2016-01-01", "20160101"), 19, "«20160101» không phải ngày dạng 2019-08-20."),
    "an end before the beginning": (spoilt("valid_to: null", "valid_to: 2015-01-01"), 1,
                                    "Ngày hết hiệu lực (valid_to) phải sau ngày có hiệu lực (valid_from)."),
    "a key that is no option": (spoilt("key: [b]", "key: [e]"), 1, "Đáp án (key) không có trong các phương án."),
    "two equal options": (spoilt('"90 ngày"', '"60  NGÀY"'), 1, "Có hai phương án giống nhau."),
    "two options with one letter": (spoilt("    c: ", "    b: "), 10, "Có hai phương án cùng mã."),
    "an empty option": (spoilt('c: "90 ngày"', 'c: ""'), 12, "Chỗ này không được để trống."),
    "one option only": (spoilt('    b: "60 ngày"\n    c: "90 ngày"\n  key: [b]', "  key: [a]"), 1,
                        "Câu trắc nghiệm cần từ 2 đến 8 phương án."),
    "options as a list": (spoilt('    a: "15 ngày"\n    b: "60 ngày"\n    c: "90 ngày"\n', "    - 15 ngày\n"), 10,
                          "Các phương án phải viết dạng «a: …»."),
    "a single with two keys": (spoilt("key: [b]", "key: [a, b]"), 1, "Câu một lựa chọn phải có đúng một đáp án."),
    "a single without a key": (spoilt("key: [b]", "key: []"), 1, "Câu một lựa chọn phải có đúng một đáp án."),
    "a multiple with one key": (spoilt("[b, c]", "[b]", MULTIPLE), 1, "Câu nhiều lựa chọn phải có ít nhất hai đáp án."),
    "a multiple where all is right": (spoilt("[b, c]", "[a, b, c]", MULTIPLE), 1,
                                      "Câu nhiều lựa chọn không thể đúng tất cả phương án."),
    "a key told twice": (spoilt("[b, c]", "[b, c, b]", MULTIPLE), 1, "Đáp án (key) ghi một phương án hai lần."),
    "no explanation": (spoilt('  explanation: "Luật cho 60 ngày."\n', ""), 1, "Thiếu lời giải thích (explanation)."),
    "a choice with an outline": (spoilt("  key: [b]\n", "  key: [b]\n  outline: [x]\n"), 1,
                                 "Gợi ý chấm (outline) chỉ dành cho câu tự luận."),
    "an empty stem": (spoilt("  stem: >-\n    Cha mẹ đăng ký khai sinh cho con\n    trong bao nhiêu ngày?\n",
                             '  stem: ""\n'), 1, "Thiếu nội dung câu hỏi (stem)."),
    "a stem that is a list": (spoilt("  stem: >-\n    Cha mẹ đăng ký khai sinh cho con\n    trong bao nhiêu ngày?\n",
                                     "  stem: [x]\n"), 6, "Chỗ này phải là một đoạn chữ."),
    "an id that cannot be told aloud": (spoilt("tn-001", '"câu một"'), 1,
                                        "Mã (id) gồm 1 đến 64 chữ cái không dấu, chữ số, gạch nối hoặc dấu chấm."),
    "an empty id": (spoilt("tn-001", '""'), 1,
                    "Mã (id) gồm 1 đến 64 chữ cái không dấu, chữ số, gạch nối hoặc dấu chấm."),
    "a NUL by escape": (spoilt('"90 ngày"', r'"90\0 ngày"'), 12, "Đoạn chữ này có ký tự điều khiển không dùng được."),
    "a tab": (spoilt("  kind: single", "\tkind: single"), 2, "Dòng này có phím Tab; YAML chỉ thụt dòng bằng dấu cách."),
    "a quotation mark left open": (spoilt('"Công báo"', '"Công báo'), 18,
                                   "Dấu ngoặc mở ở dòng này chưa đóng."),
    "a control sign": (spoilt('"Công báo"', '"Công\x07 báo"'), 18, "Tệp có ký tự không dùng được trong YAML."),
    "an alias": (spoilt("key: [b]", "key: &k [b]") + "- *k\n", 21, "Không dùng tham chiếu (alias) trong tệp."),
    "a bomb of aliases": (LAUGHS, 2, "Không dùng tham chiếu (alias) trong tệp."),
    "nested too deeply": (NESTED, 1, "Tệp lồng nhau quá sâu."),
    "an empty file": ("", 1, "Tệp phải là một danh sách câu hỏi."),
    "no list": ("id: tn-001\n", 1, "Tệp phải là một danh sách câu hỏi."),
    "a list of words": ("- một\n- hai\n", 1, "Chỗ này phải là các cặp «tên: giá trị»."),
    "two documents": (SINGLE + "---\n" + MULTIPLE, 21, "Tệp YAML viết sai: but found another document."),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line", "sentence"), SPOILT_QUESTIONS.values(), ids=SPOILT_QUESTIONS.keys())
def test_what_is_wrong_with_a_question_and_where(text: str, line: int, sentence: str) -> None:
    assert said(first=text)[0] == (f"{FIRST}:{line}", sentence)


SPOILT_ESSAYS = {
    "options": ("  outline:", '  options: {a: "x", b: "y"}\n  outline:'),
    "a key": ("  outline:", "  key: [a]\n  outline:"),
    "an explanation": ("  outline:", '  explanation: "x"\n  outline:'),
}


@pytest.mark.parametrize(("old", "new"), SPOILT_ESSAYS.values(), ids=SPOILT_ESSAYS.keys())
def test_an_essay_has_neither_options_nor_key_nor_explanation(old: str, new: str) -> None:
    sentence = "Câu tự luận không có phương án, đáp án hay lời giải thích."
    assert said(second=spoilt(old, new, ESSAY)) == [(f"{SECOND}:1", sentence)]


def test_an_essay_tells_its_judges_what_to_look_for() -> None:
    without = spoilt('  outline:\n    - "Có việc thật"\n    - "Có đề xuất"\n', "", ESSAY)
    assert said(second=without) == [(f"{SECOND}:1", "Câu tự luận cần gợi ý chấm (outline).")]


SPOILT_HEADS: dict[str, tuple[str, int, str]] = {
    "another format": (spoilt("quizapp-bank/1", "quizapp-bank/9", HEAD), 1, "Định dạng phải là quizapp-bank/1."),
    "no domain": (spoilt("domain: general\n", "", HEAD), 1, "Thiếu mục «domain»."),
    "an unknown domain": (spoilt("general", "sports", HEAD), 4,
                          "«sports» không hợp lệ; hãy chọn một trong: general, education, justice, labour."),
    "no English title": (spoilt(', en: "Trial bank"', "", HEAD), 3, "Thiếu mục «en»."),
    "an empty title": (spoilt('"Trial bank"', '""', HEAD), 3, "Chỗ này không được để trống."),
    "a bad day": (spoilt("2019-08-20", "20/8/2019", HEAD), 5, "«20/8/2019» không phải ngày dạng 2019-08-20."),
    "an empty file": ("", 1, "Tệp bank.yaml trống."),
    "a list": ("- x\n", 1, "Chỗ này phải là các cặp «tên: giá trị»."),
}  # fmt: skip


@pytest.mark.parametrize(("head", "line", "sentence"), SPOILT_HEADS.values(), ids=SPOILT_HEADS.keys())
def test_what_is_wrong_with_the_head_and_where(head: str, line: int, sentence: str) -> None:
    assert said(head=head) == [(f"bank.yaml:{line}", sentence)]


def test_a_bank_needs_its_head() -> None:
    without = files()
    del without["bank.yaml"]
    assert [str(problem) for problem in native.read(without).problems] == [
        "bank.yaml:1: Thiếu tệp bank.yaml mô tả ngân hàng câu hỏi."
    ]


def test_a_bank_needs_a_question() -> None:
    only = {"bank.yaml": HEAD.encode()}
    assert [str(problem) for problem in native.read(only).problems] == ["bank.yaml:1: Ngân hàng không có câu hỏi nào."]


def test_an_id_used_in_two_files_is_told_with_both_places() -> None:
    assert [str(problem) for problem in draft(second=SINGLE + ESSAY).problems] == [
        f"{SECOND}:1: tn-001: Mã câu hỏi đã dùng ở {FIRST}:1."
    ]


def test_the_question_is_named_even_when_only_its_id_can_be_read() -> None:
    first, second = draft(spoilt("kind: single", "kind: quiz") + spoilt("  kind: multiple\n", "", MULTIPLE)).problems
    assert (first.code, str(first.place)) == ("tn-001", f"{FIRST}:2")
    assert (second.code, str(second.place)) == ("tn-002", f"{FIRST}:21")


def test_one_bad_question_hides_no_other() -> None:
    places = [place for place, _ in said(first=spoilt("key: [b]", "key: [e]") + spoilt("[b, c]", "[b]", MULTIPLE))]
    assert places == [f"{FIRST}:1", f"{FIRST}:21"]


def test_what_is_not_utf_8_is_told_with_its_line() -> None:
    told = files() | {FIRST: SINGLE.encode("utf-8").replace("Công báo".encode(), "Công báo".encode("cp1258", "ignore"))}
    told[FIRST] = told[FIRST].replace(b"Khai sinh", b"Khai \xff sinh")
    assert [str(problem) for problem in native.read(told).problems] == [f"{FIRST}:5: Tệp không phải văn bản UTF-8."]


@pytest.mark.parametrize(
    "written",
    [
        lambda text: b"\xef\xbb\xbf" + text.encode(),
        lambda text: text.replace("\n", "\r\n").encode(),
        lambda text: unicodedata.normalize("NFD", text).encode(),
        lambda text: text.replace('"90 ngày"', r'"90 nga\u0300y"').encode(),
    ],
    ids=["byte order mark", "Windows line ends", "decomposed", "decomposed by escapes"],
)
def test_the_same_words_are_the_same_question_however_the_editor_saved_them(written: Callable[[str], bytes]) -> None:
    told = native.read(files() | {FIRST: written(SINGLE)})
    assert told.problems == []
    assert told.questions[0].question == draft().questions[0].question


STEMS = {
    "folded": ("  stem: >-\n    Một\n    hai.\n\n    Ba.\n", "Một hai.\n\nBa."),
    "folded, two empty lines": ("  stem: >-\n    Một\n    hai.\n\n\n    Ba.\n", "Một hai.\n\nBa."),
    "literal": ("  stem: |\n    Một\n    hai.\n\n    Ba.\n", "Một hai.\n\nBa."),
    "literal, a line of spaces": ("  stem: |\n    Một\n    hai.\n      \n    Ba.\n", "Một hai.\n\nBa."),
    "quoted": ('  stem: "Một\n    hai.\n\n    Ba."\n', "Một hai.\n\nBa."),
    "plain": ("  stem: Một\n    hai.\n\n    Ba.\n", "Một hai.\n\nBa."),
    "one paragraph": ("  stem: >-\n    Một   hai.\n    Ba.\n", "Một hai. Ba."),
}


@pytest.mark.parametrize(("written", "read"), STEMS.values(), ids=STEMS.keys())
def test_an_empty_line_in_a_stem_begins_a_paragraph(written: str, read: str) -> None:
    before = "  stem: >-\n    Kể một lần em dùng dịch vụ công.\n\n    Nêu một đề xuất.\n"
    told = draft(second=spoilt(before, written, ESSAY))
    assert told.problems == []
    assert told.questions[1].question.stem == read
