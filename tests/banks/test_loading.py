"""Loading: all or nothing; the same again changes nothing; an edit is a new version, and old papers keep theirs."""

from random import Random

import pytest
from msgspec.structs import replace

from quizapp.attempts import queries as attempts
from quizapp.attempts import services as taking
from quizapp.banks import services
from quizapp.banks.draft import Draft
from quizapp.banks.models import Item, ItemVersion
from quizapp.contests.presets import read_preset
from quizapp.contests.services import create_contest
from quizapp.foundation.access import NOBODY, SYSTEM
from quizapp.foundation.errors import NotAllowed
from quizapp.grading.services import mark_choices
from quizapp.house import House
from tests.banks.bank_files import FIRST, HEAD, MULTIPLE, SINGLE, draft, everything, spoilt
from tests.factories import Clock, enter, hand_in, round_of
from tests.statements import counted


def load(house: House, bank: Draft) -> services.Preview:
    with house.store.unit_of_work(SYSTEM) as work:
        return services.load(work, bank)


def verdicts(house: House, bank: Draft) -> dict[str, str]:
    with house.store.reading() as view:
        return {judged.code: str(judged.verdict) for judged in services.preview(view, bank).judged}


def test_a_bank_is_loaded_with_its_paragraphs_and_its_key_apart(empty_house: House) -> None:
    load(empty_house, draft())
    with empty_house.store.reading() as view:
        single, essay = view.session.query(ItemVersion).join(Item, Item.id == ItemVersion.item_id).order_by(Item.code)
        assert (single.number, single.answer_key) == (1, ["b"])
        assert single.body["options"] == [["a", "15 ngày"], ["b", "60 ngày"], ["c", "90 ngày"]]
        assert essay.body == {"stem": "Kể một lần em dùng dịch vụ công.\n\nNêu một đề xuất."}
        assert essay.answer_key is None and essay.notes["outline"] == ["Có việc thật", "Có đề xuất"]


def test_one_bad_question_and_nothing_at_all_is_loaded(empty_house: House) -> None:
    before = everything(empty_house)
    with pytest.raises(services.BankRefused) as refusal:
        load(empty_house, draft(SINGLE + spoilt("[b, c]", "[b]", MULTIPLE)))
    assert [str(problem.place) for problem in refusal.value.preview.problems] == [f"{FIRST}:21"]
    assert everything(empty_house) == before


def test_a_bad_head_and_nothing_at_all_is_loaded(empty_house: House) -> None:
    before = everything(empty_house)
    with pytest.raises(services.BankRefused):
        load(empty_house, draft(head=spoilt("general", "sports", HEAD)))
    assert everything(empty_house) == before


def test_the_same_bank_again_changes_nothing_in_any_table(empty_house: House, clock: Clock) -> None:
    load(empty_house, draft())
    before = everything(empty_house)
    clock.pass_(days=1)
    seen = load(empty_house, draft())
    assert seen.count("unchanged") == 2
    assert everything(empty_house) == before


def test_an_edited_question_becomes_version_two_and_the_others_stay(empty_house: House, clock: Clock) -> None:
    load(empty_house, draft())
    clock.pass_(days=1)
    seen = load(empty_house, draft(spoilt('"15 ngày"', '"30 ngày"')))
    assert {judged.code: str(judged.verdict) for judged in seen.judged} == {
        "tn-001": "changed",
        "tn-tl-01": "unchanged",
    }
    with empty_house.store.reading() as view:
        versions = view.session.query(Item.code, ItemVersion.number, ItemVersion.made_at == clock.instant).join(
            Item, Item.id == ItemVersion.item_id
        )
        assert sorted(map(tuple, versions)) == [("tn-001", 1, False), ("tn-001", 2, True), ("tn-tl-01", 1, False)]
        assert dict(view.session.query(Item.code, Item.current).all()) == {"tn-001": 2, "tn-tl-01": 1}


def test_going_back_to_the_first_wording_is_a_third_version(empty_house: House) -> None:
    for bank in (draft(), draft(spoilt('"15 ngày"', '"30 ngày"')), draft()):
        load(empty_house, bank)
    with empty_house.store.reading() as view:
        assert view.session.query(Item.current).filter(Item.code == "tn-001").scalar() == 3


def test_a_question_taken_out_of_the_files_stays(empty_house: House) -> None:
    load(empty_house, draft(SINGLE + MULTIPLE))
    load(empty_house, draft(SINGLE))
    with empty_house.store.reading() as view:
        assert view.session.query(Item).filter(Item.code == "tn-002").count() == 1


def test_a_new_title_is_written_down_and_told_to_the_audit(empty_house: House) -> None:
    load(empty_house, draft())
    load(empty_house, draft(head=spoilt("Ngân hàng thử nghiệm", "Ngân hàng mới", HEAD)))
    told = everything(empty_house)
    assert len(told["item_versions"]) == 2
    assert len(told["audit_log"]) == 2


def test_a_question_of_another_bank_is_refused_with_that_banks_name(empty_house: House) -> None:
    load(empty_house, draft())
    before = everything(empty_house)
    with pytest.raises(services.BankRefused) as refusal:
        load(empty_house, draft(head=spoilt("id: thu-nghiem", "id: khac", HEAD)))
    assert [str(problem) for problem in refusal.value.preview.problems] == [
        "questions/a.yaml:1: tn-001: Mã câu hỏi này thuộc ngân hàng «thu-nghiem».",
        "questions/b.yaml:1: tn-tl-01: Mã câu hỏi này thuộc ngân hàng «thu-nghiem».",
    ]
    assert everything(empty_house) == before


def test_the_preview_has_a_verdict_for_every_question_even_an_unreadable_one(empty_house: House) -> None:
    load(empty_house, draft(SINGLE, MULTIPLE))
    bank = draft(
        SINGLE + spoilt('"15 ngày"', '"30 ngày"', MULTIPLE) + SINGLE.replace("tn-001", "tn-003") + "  kind: single\n"
    )
    assert verdicts(empty_house, bank) == {
        "tn-001": "unchanged",
        "tn-002": "changed",
        "tn-003": "refused",
        "tn-tl-01": "new",
    }


def test_only_an_administrator_loads(empty_house: House) -> None:
    with pytest.raises(NotAllowed), empty_house.store.unit_of_work(NOBODY) as work:
        services.load(work, draft())


def many(count: int, first_option: str = "15 ngày") -> Draft:
    return draft(
        "".join(SINGLE.replace("tn-001", f"tn-{no:03}") for no in range(count)).replace("15 ngày", first_option)
    )


def test_loading_a_hundred_questions_takes_a_handful_of_statements(empty_house: House) -> None:
    def statements(bank: Draft) -> int:
        with counted(empty_house.engine) as sent:
            load(empty_house, bank)
        return len(sent)

    assert statements(many(100)) <= 12
    assert statements(many(100, "30 ngày")) <= 12
    assert statements(many(100, "30 ngày")) == 2


# A bank and a contest of the test's own, so that the question on the paper is known.


def contest_of_one(house: House) -> None:
    preset = read_preset("ha-noi-2019")
    (told,) = preset.rounds
    terms = replace(told.terms, draw=(replace(told.terms.draw[0], count=1),), essay=None, rubric=())
    with house.store.unit_of_work(SYSTEM) as work:
        create_contest(work, replace(preset, rounds=(replace(told, terms=terms),)))


def test_a_paper_begun_before_the_edit_keeps_its_text_its_record_and_its_key(empty_house: House) -> None:
    load(empty_house, draft())
    contest_of_one(empty_house)
    pupil = enter(empty_house)
    ref, _ = taking.start_once(empty_house.store, pupil.actor, round_of(empty_house).ref, Random(1))

    edited = spoilt("key: [b]", "key: [c]", spoilt('"60 ngày"', '"61 ngày"'))
    load(empty_house, draft(edited))

    with empty_house.store.reading() as view:
        (item,) = attempts.get_attempt(view.session, attempts.get_row(view.session, ref)).items
    assert sorted(item.options) == ["15 ngày", "60 ngày", "90 ngày"]
    empty_house.saving.choice(pupil.actor, ref, 1, 1, [item.options.index("60 ngày")])
    hand_in(empty_house, pupil, ref)
    with empty_house.store.unit_of_work(SYSTEM) as work:
        row = attempts.get_row(work.session, ref)
        assert "60 ngày".encode() in attempts.record_of(work.session, row)
        assert mark_choices(work, row.id).points == 1
