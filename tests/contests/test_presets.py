"""A contest is data: what the presets of 2019 say, and what is told to whoever writes one wrongly."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from msgspec.structs import replace
from sqlalchemy import CheckConstraint

from quizapp.contests.checks import CATEGORIES, UNIT_KINDS, TermsRefused
from quizapp.contests.presets import FOLDER, PresetRefused, names, parse_preset, read_preset
from quizapp.contests.queries import list_rounds
from quizapp.contests.rules import RoundKind
from quizapp.contests.services import Window, create_contest
from quizapp.foundation.access import SYSTEM
from quizapp.house import House
from quizapp.roster.models import Person, Unit
from tests.banks.bank_files import everything

HA_NOI = (FOLDER / "ha-noi-2019.yaml").read_text("utf-8")
THANH_XUAN = (FOLDER / "thanh-xuan-2019.yaml").read_text("utf-8")


def test_the_contests_of_2019_are_there() -> None:
    assert names() == ["ha-noi-2019", "thanh-xuan-2019"]


def test_ha_noi_is_forty_items_in_an_hour_and_an_essay_of_twenty_points() -> None:
    (told,) = read_preset("ha-noi-2019").rounds
    terms = told.terms
    assert (told.kind, terms.allowed_min, terms.item_count, terms.choice_points) == (RoundKind.SITTING, 60, 40, 40)
    assert [(draw.domains, draw.count) for draw in terms.draw] == [
        (("general",), 15),
        (("education", "justice", "labour"), 25),
    ]
    assert terms.essay and (terms.essay.word_limit, terms.essay.points) == (1500, 20)
    assert terms.shows == ("choices_score", "time_used")


def test_thanh_xuan_is_written_without_a_clock_until_five_in_the_afternoon_in_viet_nam() -> None:
    (told,) = read_preset("thanh-xuan-2019").rounds
    assert (told.kind, told.terms.allowed_min, told.terms.shows) == (RoundKind.WRITTEN, None, ())
    assert told.closes_at == datetime(2019, 8, 20, 10, tzinfo=UTC)
    assert told.terms.closes_by_unit_kind == {"office": datetime(2019, 8, 21, 17, tzinfo=UTC)}


def test_marks_are_decimals_never_floats() -> None:
    preset = parse_preset("x", HA_NOI.replace("item_points: 1", "item_points: 0.1"))
    assert preset.rounds[0].terms.item_points == Decimal("0.1")


SPOILT: dict[str, tuple[str, str, str]] = {
    "a misspelt field": ("word_limit:", "wordlimit:", "unknown field `wordlimit` - at `$.rounds[0].terms.essay`"),
    "a field left out": ("item_points: 1\n", "\n", "missing required field `item_points` - at `$.rounds[0].terms`"),
    "a word for a number": ("allowed_min: 60", "allowed_min: một giờ", "`$.rounds[0].terms.allowed_min`"),
    "an unknown scheme": ("multiple: all_or_nothing", "multiple: lottery", "Invalid enum value 'lottery'"),
    "an unknown thing to show": ("time_used]", "answers]", "Invalid enum value 'answers'"),
    "an unknown kind": ("kind: sitting", "kind: oral", "Invalid enum value 'oral'"),
    "three margins": ("as_of: 2019", "margins_mm: [20, 20, 20]\nas_of: 2019", "`$.margins_mm`"),
    "a margin off the paper": ("as_of: 2019", "margins_mm: [20, 20, 20, 5]\nas_of: 2019", "10–60 mm"),
    "no Vietnamese title": ('title: {vi: "Bài thi trực tuyến", ', "title: {", "title: vi"),
    "no YAML": ("rounds:", "rounds: [", "expected"),
    "no numbers of points": ("item_points: 1", "item_points: NaN", "Điểm mỗi câu (item_points) phải lớn hơn 0"),
    "endless points": ("item_points: 1", "item_points: .inf", "Điểm mỗi câu (item_points) phải lớn hơn 0"),
    "points for nothing": ("item_points: 1", "item_points: 0", "Điểm mỗi câu (item_points) phải lớn hơn 0"),
    "thirds of a point": ("item_points: 1", "item_points: 0.333", "nhiều nhất hai số lẻ"),
    "a negative count": ("count: 15", "count: -15", "Phần 1 phải rút từ 1 câu trở lên."),
    "nothing drawn": ("count: 25", "count: 0", "Phần 2 phải rút từ 1 câu trở lên."),
    "a part of no domain": ("[general]", "[]", "Phần 1 chưa có lĩnh vực nào."),
    "an unknown domain": ("[general]", "[sports]", "Không có lĩnh vực «sports»."),
    "a domain in two parts": ("[general]", "[general, justice]", "Lĩnh vực «justice» chỉ được nằm trong một phần."),
    "no time to write": ("allowed_min: 60", "allowed_min: 0", "cần số phút (allowed_min) từ 1 trở lên."),
    "a sitting without a clock": ("allowed_min: 60\n", "\n", "cần số phút (allowed_min) từ 1 trở lên."),
    "a clock where none runs": ("kind: sitting", "kind: written", "không tính giờ, nên không có allowed_min."),
    "no attempt": ("attempts_allowed: 1", "attempts_allowed: 0", "Số lần thi (attempts_allowed) phải từ 1 trở lên."),
    "a word limit of nothing": ("word_limit: 1500", "word_limit: 0", "Giới hạn từ (word_limit) phải từ 1 trở lên."),
    "no prompt": ("[chung-tl-01]", "[]", "Bài tự luận chưa có câu nào (items)."),
    "an essay below nothing": ("points: 20", "points: -20", "Điểm bài tự luận phải lớn hơn 0"),
    "a rubric that adds up to less": ("points: 20", "points: 25",
                                      "Các tiêu chí cộng lại được 20 điểm, bài tự luận có 25 điểm."),
    "a criterion of nothing": ("points: 8", "points: 0", "Điểm của mỗi tiêu chí phải lớn hơn 0"),
    "one criterion twice": ("id: practice", "id: content", "Có hai tiêu chí cùng mã «content»."),
    "closing before it opens": ("closes_at: 2019-09-26", "closes_at: 2019-07-26", "phải sau giờ mở (opens_at)."),
    "closing as it opens": ("closes_at: 2019-09-26 17", "closes_at: 2019-08-01 00", "phải sau giờ mở (opens_at)."),
    "an unknown kind of unit": ("office:", "ministry:", "Không có loại đơn vị «ministry»."),
    "an unknown category": ("grade-9", "grade-10", "Không có đối tượng «grade-10»."),
}  # fmt: skip


@pytest.mark.parametrize(("old", "new", "sentence"), SPOILT.values(), ids=SPOILT.keys())
def test_what_is_wrong_with_a_contest_is_told_in_a_sentence(old: str, new: str, sentence: str) -> None:
    assert old in HA_NOI
    with pytest.raises((PresetRefused, TermsRefused)) as refusal:
        parse_preset("thu", HA_NOI.replace(old, new, 1))
    assert sentence in str(refusal.value)
    assert str(refusal.value).startswith(("Tệp cuộc thi «thu» viết sai:", "Vòng «truc-tuyen» không tổ chức được."))


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("{office: 2019-08-22", "{office: 2019-05-14", "Giờ đóng riêng của «office» phải sau giờ mở (opens_at)."),
        ("{office: 2019-08-22", "{ward: 2019-08-22", "Có giờ đóng riêng cho «ward» nhưng không ai ở đó dự thi."),
    ],
    ids=["before it opens", "for nobody"],
)
def test_a_closing_of_their_own_is_looked_at_too(old: str, new: str, sentence: str) -> None:
    with pytest.raises(TermsRefused, match=sentence.replace("(", r"\(").replace(")", r"\)")):
        parse_preset("thu", THANH_XUAN.replace(old, new))


def test_everything_that_is_wrong_is_told_at_once() -> None:
    wrong = HA_NOI.replace("count: 15", "count: 0").replace("word_limit: 1500", "word_limit: -1")
    with pytest.raises(TermsRefused) as refusal:
        parse_preset("thu", wrong)
    assert "Phần 1 phải rút" in str(refusal.value) and "word_limit" in str(refusal.value)


def test_a_window_turned_round_makes_no_contest(house: House) -> None:
    before = everything(house)
    opens = datetime(2020, 1, 2, tzinfo=UTC)
    with pytest.raises(TermsRefused), house.store.unit_of_work(SYSTEM) as work:
        create_contest(work, replace(read_preset("ha-noi-2019"), slug="khac"), Window(opens, opens))
    assert everything(house) == before


def test_the_roster_and_the_contests_know_the_same_people() -> None:
    for table, known in ((Unit, UNIT_KINDS), (Person, CATEGORIES)):
        checks = [rule for rule in table.__table__.constraints if isinstance(rule, CheckConstraint)]
        (named,) = [str(check.sqltext) for check in checks if " IN (" in str(check.sqltext)]
        assert named.endswith(f"IN ({', '.join(repr(name) for name in known)})")


def test_every_round_keeps_its_terms_through_the_database(house: House) -> None:
    with house.store.reading() as view:
        found = {row.contest_title["vi"]: row.terms for row in list_rounds(view.session)}
    for name in names():
        preset = read_preset(name)
        assert found[preset.title["vi"]] == preset.rounds[0].terms
