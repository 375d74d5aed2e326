"""The one door to paper: a closed engine, one face, and bytes that depend on nothing but the content."""

import hashlib
import os
import socket
import subprocess
import sys
import threading
import unicodedata
from pathlib import Path

import pytest

from quizapp.foundation import paper
from quizapp.foundation.paper import faces
from tests.paper_tools import Paper, needs_poppler

pytestmark = needs_poppler

RED_DOT = (  # a real PNG, one pixel
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x02\x00\x00\x00\x90wS\xde"
    b"\x00\x00\x00\x0cIDATx\x9cc\xf8\xcf\xc0\x00\x00\x03\x01\x01\x00\xc9\xfe\x92\xef\x00\x00\x00\x00IEND\xaeB`\x82"
)
LETTERS = "".join(sorted(faces.VIETNAMESE_LETTERS))


@pytest.fixture
def on_paper(tmp_path):
    """Print some HTML and look at the sheet."""
    return lambda html, **more: Paper(paper.render(html, title="Bài thử", **more), tmp_path)


class Listener:
    """A web server's ear: counts who knocks, answers nobody."""

    def __init__(self) -> None:
        self.knocks = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                caller, _ = self._socket.accept()
            except OSError:
                return
            self.knocks += 1
            caller.close()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def listener():
    ear = Listener()
    yield ear
    ear.close()


def test_the_sheet_is_a4_tagged_and_says_its_title_and_language(on_paper):
    sheet = on_paper("<p>Xin chào</p>")
    assert sheet.page_sizes() == [(pytest.approx(595, abs=1), pytest.approx(842, abs=1))]
    info = sheet.info()
    assert (info["Title"], info["Tagged"], info["JavaScript"]) == ("Bài thử", "yes", "no")
    assert not {"Author", "Subject", "Keywords", "Creator", "CreationDate", "ModDate"} & set(info)


def test_what_the_html_says_about_people_stays_out_of_the_metadata(on_paper):
    sheet = on_paper(
        '<html><head><title>Nguyễn Văn Nam</title><meta name="author" content="Nguyễn Văn Nam">'
        '<meta name="keywords" content="Nam"><meta name="dcterms.created" content="2019-08-19"></head><p>Bài viết</p>'
    )
    assert sheet.info()["Title"] == "Bài thử"
    assert not {"Author", "Keywords", "CreationDate"} & set(sheet.info())


@pytest.mark.parametrize("style", ["{}", "<b>{}</b>", "<i>{}</i>", "<b><i>{}</i></b>"], ids=faces.STYLES)
def test_all_134_vietnamese_letters_are_printed_in_each_style(on_paper, style):
    assert len(LETTERS) == 134 + 12  # 134 letters with marks or đ, and the 12 plain vowels
    sheet = on_paper(f"<p>{style.format(LETTERS)}</p>")
    assert "".join(sheet.text().split()) == LETTERS
    [(name, embedded, subset)] = sheet.fonts()
    assert name.startswith(("Liberation-Serif", "TimesNewRoman")) and (embedded, subset) == ("yes", "yes")


def test_letters_typed_in_pieces_are_printed_whole(on_paper):
    assert "Nguyễn Thị Ánh Tuyết" in on_paper(f"<p>{unicodedata.normalize('NFD', 'Nguyễn Thị Ánh Tuyết')}</p>").text()


def test_words_with_ligatures_can_be_found_again(on_paper):
    assert on_paper("<p>file office affluent fjord</p>").text().split() == ["file", "office", "affluent", "fjord"]


def test_a_numbered_list_goes_on_where_it_is_told(on_paper):
    assert on_paper('<ol start="5"><li>năm</li><li>sáu</li></ol>').text().split() == ["5.", "năm", "6.", "sáu"]


# Missing signs


def test_signs_the_face_lacks_are_named():
    assert paper.missing_glyphs("Tốt lắm 😀 ☑ 漢, 2.000₫ – “đúng” ≤ ½ → …") == {"😀", "☑", "漢"}
    assert paper.missing_glyphs("không\u200b có\u00a0gì\ufeff\n\t") == set()


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Vui 😀!", "Vui □!"),
        ("👨‍👩‍👧 và 👍🏽", "□ và □"),
        ("☑️ xong", "□ xong"),
        ("漢字", "□□"),
        ("không\u2011ngắt", "không-ngắt"),
        ("rộng\u3000rãi", "rộng rãi"),
        ("Chữ thường – “giữ nguyên”", "Chữ thường – “giữ nguyên”"),
    ],
)
def test_signs_the_face_lacks_get_a_stand_in(typed, printed):
    assert paper.printable(typed) == printed


def test_no_other_face_ever_helps_out(on_paper):
    sheet = on_paper(
        '<p style="font-family: DejaVu Sans, sans-serif">😀 ☑ ✓ 漢字 שלום عربي &#128512; <code>mã</code> <b>đậm</b></p>'
        "<ul><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li></ul>"
    )
    assert {name.split("-Bold")[0] for name, *_ in sheet.fonts()} <= {"Liberation-Serif", "TimesNewRoman"}
    assert "□" in sheet.text() and "😀" not in sheet.text()


# A closed room


def test_nothing_is_fetched_and_the_page_goes_on_without_it(on_paper, listener, tmp_path):
    (tmp_path / "secret.png").write_bytes(RED_DOT)
    web, disk = f"http://127.0.0.1:{listener.port}", (tmp_path / "secret.png").as_uri()
    sheet = on_paper(
        f"""<html><head>
        <link rel="stylesheet" href="{web}/a.css"><link rel="attachment" href="{disk}">
        <style>@import url({web}/b.css); @font-face {{ font-family: X; src: url({web}/f.woff2), url({disk}) }}
        body {{ background: url({web}/c.png) }} li {{ list-style-image: url({disk}) }}
        p::after {{ content: url({disk}) }}
        </style><base href="{web}/"></head>
        <body background="{web}/d.png"><p>Vẫn còn chữ.</p>
        <img src="{web}/e.png" alt=""><img src="{disk}" alt=""><img src="f.png" alt="">
        <img src="data:image/png;base64,{"A" * 40}" alt=""><img src="quiz-img:unknown" alt="">
        <img src="//127.0.0.1/g.png" alt=""><img src="quiz-face:../x" alt="">
        <object data="{disk}"></object><embed src="{web}/h.png"><iframe src="{web}/"></iframe><ul><li>một</li></ul>
        <svg width="9" height="9"><image href="{web}/i.png" width="9" height="9"/><use href="{disk}#x"/></svg>
        <a rel="attachment" href="{disk}">tệp</a></body></html>"""
    )
    assert "Vẫn còn chữ." in sheet.text()
    assert listener.knocks == 0
    assert sheet.images() == 0
    assert b"EmbeddedFile" not in sheet.data


def test_an_image_that_was_handed_over_is_shown(on_paper):
    assert on_paper('<p>a</p><img src="quiz-img:dot" alt="một chấm đỏ">', images={"dot": RED_DOT}).images() == 1


def test_only_addresses_of_the_web_and_of_mailboxes_stay_clickable(on_paper):
    sheet = on_paper(
        '<a href="https://thi.example.vn/">a</a> <a href="javascript:app.alert(1)">b</a> <a href="file:///etc/passwd">c</a>'
        ' <a href="data:text/html,x">d</a> <a href="../e">e</a> <a href="JAVASCRIPT:x">f</a>'
    )
    assert sheet.links() == ["https://thi.example.vn/"]


# The same content, the same bytes

PRINT_AND_HASH = """
import hashlib
from quizapp.foundation import paper
html = '<h1>Bài</h1><p>chữ <b>đậm</b> <i>nghiêng</i> <a href="https://x.vn">x</a></p><ul><li>một</li></ul>'
print(hashlib.sha256(paper.render(html, title="Bài")).hexdigest())
"""


def test_the_same_content_gives_the_same_bytes_in_another_process_and_language():
    def printed(**world: str) -> str:
        ran = subprocess.run(
            [sys.executable, "-c", PRINT_AND_HASH],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, **world},
        )
        return ran.stdout

    assert printed(PYTHONHASHSEED="1", TZ="UTC") == printed(PYTHONHASHSEED="2", TZ="Asia/Ho_Chi_Minh", LC_ALL="C")


def test_another_text_gives_other_bytes():
    assert len({hashlib.sha256(paper.render(f"<p>{n}</p>", title="t")).digest() for n in range(3)}) == 3


def test_several_threads_may_print_at_once():
    expected = paper.render("<p>Cùng in một lúc</p>", title="t")
    printed: list[bytes] = []
    threads = [
        threading.Thread(target=lambda: printed.append(paper.render("<p>Cùng in một lúc</p>", title="t")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert printed == [expected] * 4


# Faces


def test_the_machine_has_a_face_and_the_doctor_can_name_it():
    face = paper.body_face()
    assert face.name in {"Times New Roman", "Liberation Serif"}
    assert len(face.files) == 4 and all(path.is_file() for path in face.files)
    assert paper.pango_version() >= "1.44"
    assert paper.harfbuzz_subset_available()


def a_copy_named(family: str, folder: Path) -> None:
    """Put the machine's face into ``folder`` under another family's name."""
    from fontTools.ttLib import TTFont

    folder.mkdir()
    for style, path in zip(faces.STYLES, paper.body_face().files, strict=True):
        with TTFont(path) as font:
            font["name"].setName(family, 1, 3, 1, 0x409)
            font["name"].setName(family, 1, 1, 0, 0)
            font.save(folder / f"times_{style}.ttf")


def test_times_new_roman_is_taken_where_it_is_installed(tmp_path):
    a_copy_named("Liberation Serif", tmp_path / "a")
    a_copy_named("Times New Roman", tmp_path / "b")
    face = paper.body_face([tmp_path])
    assert face.name == "Times New Roman"
    printed = Paper(paper.render("<p>Thuở ấy <b>đậm</b></p>", title="t", face=face), tmp_path)
    assert {name for name, *_ in printed.fonts()} == {"TimesNewRoman", "TimesNewRoman-Bold"}


def test_a_face_with_a_style_missing_does_not_count(tmp_path):
    a_copy_named("Times New Roman", tmp_path / "b")
    (tmp_path / "b" / "times_bold.ttf").unlink()
    with pytest.raises(paper.FaceMissing, match="fonts-liberation2"):
        paper.body_face([tmp_path])


def test_a_broken_font_file_is_passed_over(tmp_path):
    a_copy_named("Liberation Serif", tmp_path / "a")
    (tmp_path / "times.ttf").write_bytes(b"not a font")
    assert paper.body_face([tmp_path]).name == "Liberation Serif"


# What would take minutes


@pytest.mark.parametrize(
    "html",
    ["<p>" + "a" * 100_000, "<blockquote>" * 64 + "chữ", "<ul><li>" * 32 + "chữ", "<strong><em>" * 32 + "chữ"],
    ids=["one endless word", "64 quotations deep", "32 lists deep", "64 emphases deep"],
)
def test_awkward_pages_are_printed_all_the_same(on_paper, html):
    assert on_paper(html).info()["Tagged"] == "yes"
