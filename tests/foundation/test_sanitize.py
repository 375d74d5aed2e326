"""What may pass the one HTML door, and what it costs to knock with something monstrous."""

import re
import time
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quizapp.foundation import sanitize
from quizapp.foundation.sanitize import TextRefused, clean_essay, clean_line, count_words, plain_text

FROM_THE_EDITOR = (
    '<h2>Mở bài</h2><p style="text-align:justify;">Dịch vụ công <strong>trực tuyến</strong> giúp <em>mẹ em</em> '
    'nộp hồ sơ <u>tại nhà</u>, không <s>phải</s> chờ.</p><ol start="3"><li><p>Đăng nhập</p></li></ol>'
    "<blockquote><p>Ông nội nói:<br>“Tiện thật!”</p></blockquote>"
)


def test_what_the_editor_writes_stays_as_it_is():
    assert clean_essay(FROM_THE_EDITOR) == FROM_THE_EDITOR


@pytest.mark.parametrize(
    ("given_html", "expected"),
    [
        ("<p>Nộp <b>đúng</b> <i>hạn</i></p>", "<p>Nộp <strong>đúng</strong> <em>hạn</em></p>"),
        ('<p class="x" id="y" lang="vi" onclick="go()">a</p>', "<p>a</p>"),
        ('<p style="color:red; text-align:center; position:fixed">a</p>', '<p style="text-align:center;">a</p>'),
        ('<p style="text-align:url(//evil.example)">a</p>', "<p>a</p>"),
        ('<ol start="7"><li>a</li></ol>', '<ol start="7"><li>a</li></ol>'),
        ('<ol start="-1"><li>a</li></ol>', "<ol><li>a</li></ol>"),
        ('<ol start="1e9"><li>a</li></ol>', "<ol><li>a</li></ol>"),
        ('<a href="javascript:alert(1)">bấm</a>', "bấm"),
        ('<a href="file:///etc/passwd">bấm</a>', "bấm"),
        ('<img src="http://evil.example/x.png" onerror="go()">', ""),
        ("<script>alert(1)</script><style>p{}</style>còn chữ", "còn chữ"),
        ('<svg><style><img src=x onerror="go()"></style></svg>', ""),
        ('<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1&gt;">', ""),
        ("<!-- ẩn -->hiện", "hiện"),
        ('<table><tr><td colspan="1000000">ô</td></tr></table>', "ô"),
        ("&lt;script&gt; 3 &lt; 5 &amp; 5 &gt; 3", "&lt;script&gt; 3 &lt; 5 &amp; 5 &gt; 3"),
        ("<p>a\x00b\x08c</p>", "<p>abc</p>"),
        ("a\ud800b", "ab"),
    ],
)
def test_only_the_essays_own_marks_pass(given_html, expected):
    assert clean_essay(given_html) == expected


def test_letters_typed_in_pieces_come_out_whole():
    in_pieces = unicodedata.normalize("NFD", "<p>Nguyễn Thị Ánh Tuyết, ở phường Thượng Đình</p>")
    assert clean_essay(in_pieces) == "<p>Nguyễn Thị Ánh Tuyết, ở phường Thượng Đình</p>"
    assert clean_essay("<p>e&#x302;&#x301;</p>") == "<p>ế</p>"


def test_a_mark_that_melts_into_the_tag_before_it_is_left_out():
    assert clean_essay("<p>\u0338chữ còn nguyên</p>") == "<p>chữ còn nguyên</p>"
    assert clean_essay("<p>&#x338;chữ còn nguyên</p>") == "<p>chữ còn nguyên</p>"


MONSTERS: dict[str, Callable[[], str]] = {
    "deep nesting (bleach alone: over a minute)": lambda: "<b>" * 60_000,
    "65 quotations in each other": lambda: "<blockquote>" * 65 + "a",
    "more bytes than any essay": lambda: "ờ" * (sanitize.MAX_BYTES // 3 + 1),
    "more tags than any essay": lambda: "<p>a</p>" * (sanitize.MAX_TAGS + 1),
    "end tags alone, each making a paragraph": lambda: "</p>" * 80_000,
    "formatting reopened in every paragraph": lambda: "".join(f"<b a={n}>" for n in range(2_000)) + "<p>a" * 3_000,
    "signs that grow when escaped": lambda: "<" * 399_999,
    "references by the thousand": lambda: "&nbsp;" * 60_000,
    "accents piled to the sky": lambda: "a" + "\u0301\u0323" * 50_000,
    "three accents on every letter of a page": lambda: "x\u0301\u0302\u0308 " * 2_000,
}


@pytest.mark.parametrize("monster", MONSTERS.values(), ids=MONSTERS.keys())
def test_monsters_are_refused_at_once_and_in_vietnamese(monster):
    text = monster()
    started = time.process_time()
    with pytest.raises(TextRefused) as refused:
        clean_essay(text)
    assert time.process_time() - started < 3
    assert "ài viết" in refused.value.message


WORST_THAT_PASSES: dict[str, Callable[[], str]] = {
    "every tag allowed": lambda: "<p>từ</p>" * sanitize.MAX_TAGS,
    "formatting reopened, within the caps": lambda: "".join(f"<b a={n}>" for n in range(60)) + "<p>a" * 2_900,
    "64 quotations in each other": lambda: "<blockquote>" * 64 + "a",
    "one paragraph as large as allowed": lambda: "từ " * 79_000,
    "one tag with forty thousand attributes": lambda: "<p " + " ".join(f"a{n}=1" for n in range(40_000)) + ">a",
}


@pytest.mark.parametrize("essay", WORST_THAT_PASSES.values(), ids=WORST_THAT_PASSES.keys())
def test_the_worst_that_passes_is_cleaned_within_seconds(essay):
    text = essay()
    started = time.process_time()
    clean_essay(text)
    assert time.process_time() - started < 5


PIECES = st.sampled_from(
    "<p> </p> <b> </b> <strong> </strong> <i> </i> <ul> </ul> <ol start=2> </ol> <li> </li> <br> <blockquote> "
    "<h2> </h2> <a href=javascript:x> <table> <td> <svg> <style> </style> <!-- --> &lt; &amp; &nbsp; &#x301; \u0338 "
    "<p style='text-align:center'> chữ e \u0323 \u0302 < > & \" '".split(" ")
    + [" ", "\n", "\r\n", "\u00a0"]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(PIECES, max_size=25).map("".join)))
def test_cleaning_what_is_clean_changes_nothing(html):
    try:
        once = clean_essay(html)
    except TextRefused:
        return  # refused whole: nothing was cleaned
    assert clean_essay(once) == once
    assert unicodedata.is_normalized("NFC", plain_text(once))
    assert set(re.findall(r"</?([a-z0-9]*)", once)) <= sanitize.ALLOWED_TAGS


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Mn", "Me")), max_size=60))
def test_no_typed_word_is_lost(text):
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    assert plain_text(clean_essay(f"<p>{escaped}</p>")).split() == sanitize.nfc(text).split()


def test_blocks_and_line_breaks_part_the_lines_of_plain_text():
    assert plain_text(FROM_THE_EDITOR).split("\n") == [
        "Mở bài",
        "Dịch vụ công trực tuyến giúp mẹ em nộp hồ sơ tại nhà, không phải chờ.",
        "Đăng nhập",
        "Ông nội nói:",
        "“Tiện thật!”",
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("   \n ", 0),
        ("Dịch vụ công trực tuyến", 5),
        ("Hà\u00a0Nội, năm 2019", 4),
        ("một – hai", 3),
        ("một\u200bhai", 1),
        ("\ufeffmột hai", 2),
        (unicodedata.normalize("NFD", "Nguyễn Thị"), 2),
        ("dichvucong.hanoi.gov.vn và 24/24", 3),
    ],
)
def test_words_are_counted_as_word_counts_them(text, words):
    assert count_words(text) == words


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Nguyễn\u00a0Thị \u200b Ánh\tTuyết\n", "Nguyễn Thị Ánh Tuyết"),
        ("\ufeffTrần Văn Nam", "Trần Văn Nam"),
        ("\u00d0ặng Thu Hà", "Đặng Thu Hà"),
        ("\u0189ỗ An", "Đỗ An"),
        ("An\u202enaV", "AnnaV"),
        (unicodedata.normalize("NFD", "Lê Thị Hường"), "Lê Thị Hường"),
        ("", ""),
    ],
)
def test_a_line_is_tidied(typed, kept):
    assert clean_line(typed, 60) == kept


def test_a_line_too_long_is_refused_not_cut():
    assert clean_line("a" * 60, 60) == "a" * 60
    with pytest.raises(TextRefused, match="quá 60 ký tự"):
        clean_line("a" * 61, 60)
