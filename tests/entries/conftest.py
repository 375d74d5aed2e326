"""A whole entry to draw: 40 answers and an essay of 1,500 words, both made up for the tests."""

from pathlib import Path

import pytest

from quizapp.entries.document import Answer, EntryDocument, Receipt, Variant
from quizapp.foundation.sanitize import clean_essay, count_words, plain_text

ESSAY = Path(__file__).with_name("essay.html")

STEMS = (
    "Theo quy định về cung cấp thông tin và dịch vụ công trực tuyến của cơ quan nhà nước, "
    "dịch vụ công trực tuyến mức độ 3 khác mức độ 4 ở điểm nào?",
    "Trẻ em sinh ra phải được đăng ký khai sinh trong thời hạn bao nhiêu ngày?",
    "Mã số hồ sơ ghi trên giấy tiếp nhận dùng để làm gì?",
    "Những cách nào dưới đây được dùng để nộp hồ sơ theo cơ chế một cửa? (Chọn tất cả các ý đúng.)",
    "Người lao động muốn hưởng trợ cấp thất nghiệp phải nộp hồ sơ trong thời hạn nào kể từ ngày chấm dứt hợp đồng?",
)
CHOICES = (
    ("Mức độ 3 trả phí và nhận kết quả tại cơ quan; mức độ 4 cho phép nộp cả phí trực tuyến.",),
    ("Trong 60 ngày, kể từ ngày sinh con.",),
    ("Để tra cứu tình trạng giải quyết hồ sơ.",),
    ("Trực tiếp tại bộ phận một cửa.", "Qua dịch vụ bưu chính công ích.", "Trực tuyến trên cổng dịch vụ công."),
    ("Trong 3 tháng.",),
)
UNANSWERED = {17, 40}


@pytest.fixture
def essay() -> str:
    """An essay of 1,500 words, as the editor would hand it over and the door would let it in."""
    return clean_essay(ESSAY.read_text(encoding="utf-8"))


@pytest.fixture
def entry(essay: str) -> EntryDocument:
    """A pupil's whole entry, named."""
    return EntryDocument(
        contest_title="Cuộc thi “Tìm hiểu dịch vụ công trực tuyến” năm 2019",
        round_title="Vòng thi cấp quận, dành cho học sinh trung học cơ sở",
        organiser=("Uỷ ban nhân dân quận Thanh Xuân", "Phòng Giáo dục và Đào tạo"),
        variant=Variant.NAMED,
        entry_code="BT-7K4M-92QX",
        particulars=(
            ("Họ và tên", "Nguyễn Thị Ánh Tuyết"),
            ("Ngày sinh", "05/3/2008"),
            ("Lớp", "6A1"),
            ("Trường", "Trường Trung học cơ sở Thượng Đình"),
        ),
        answers=tuple(Answer(no, STEMS[no % 5], () if no in UNANSWERED else CHOICES[no % 5]) for no in range(1, 41)),
        essay_prompt=(
            "Em hãy kể một câu chuyện có thật về việc sử dụng dịch vụ công trực tuyến ở nơi em sống "
            "và đề xuất một sáng kiến để nhiều người dân cùng sử dụng. Bài viết không quá 1.500 từ."
        ),
        essay_html=essay,
        words=count_words(plain_text(essay)),
        receipt=Receipt(
            code="4T9P-XW2C-LM83",
            handed_in_at="16:41:07 ngày 19/8/2019",
            sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        ),
        verify_url="https://thi.thanhxuan.example.vn/receipts/4T9P-XW2C-LM83",
    )
