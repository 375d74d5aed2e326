"""A demonstration contest with invented people."""

import json
import os
import secrets
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import click
from sqlalchemy import select

from quizapp.accounts.models import Account
from quizapp.accounts.rules import CODE_LENGTH
from quizapp.accounts.secrets import hash_pin, new_pin
from quizapp.accounts.services import open_account
from quizapp.cli.opening import open_house
from quizapp.cli.prepare import prepare
from quizapp.contests.models import Contest
from quizapp.contests.presets import names, read_preset
from quizapp.contests.queries import list_rounds
from quizapp.contests.services import Window, create_contest
from quizapp.foundation.access import SYSTEM, Role
from quizapp.foundation.refs import new_code
from quizapp.foundation.work import Work
from quizapp.house import House
from quizapp.roster.services import NewPerson, enter_person, enter_unit

OPEN_FOR = timedelta(days=60)

UNITS = (
    ("PGD", "Phòng Giáo dục và Đào tạo (minh họa)", "office"),
    ("THCS-A", "Trường THCS Sông Xanh (minh họa)", "secondary"),
    ("THCS-B", "Trường THCS Đồi Sim (minh họa)", "secondary"),
    ("TH-A", "Trường Tiểu học Hoa Sữa (minh họa)", "primary"),
)

FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Vũ", "Đặng", "Bùi", "Đỗ", "Ngô", "Dương", "Lý")
MIDDLE = ("Thị", "Văn", "Minh", "Ngọc", "Đức", "Thu", "Hải", "Gia", "Bảo", "Quỳnh")
GIVEN = (
    "An",
    "Bình",
    "Chi",
    "Dũng",
    "Đào",
    "Giang",
    "Hà",
    "Huệ",
    "Khánh",
    "Lan",
    "Nam",
    "Oanh",
    "Phúc",
    "Quân",
    "Sơn",
    "Tuyết",
    "Ước",
    "Ý",
)

GRADES = ("grade-6", "grade-7", "grade-8", "grade-9")

KEPT = "demo.json"


@dataclass(frozen=True)
class NewAccount:
    """Somebody invented, with the PIN still readable."""

    code: str
    pin: str
    pin_hash: str
    unit: str
    person: NewPerson
    roles: tuple[Role, ...]

    def card(self) -> dict[str, str]:
        """Return what stands on their slip."""
        return {
            "role": self.roles[0].value,
            "code": self.code,
            "pin": self.pin,
            "name": self.person.full_name,
            "category": self.person.category,
        }


@click.command()
@click.option(
    "--participants",
    default=8,
    show_default=True,
    type=click.IntRange(0, 20_000),
    help="How many new participants to invent.",
)
@click.option(
    "--json",
    "out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write their sign-ins there, for load clients.",
)
def demo(participants: int, out: Path | None) -> None:
    """Make a demonstration contest and invented participants for it."""
    house = open_house()
    prepare(house)
    cards = ensure_demo(house)
    people = add_participants(house, participants)
    if out:
        _write_private(out, json.dumps(_for_clients(house, people, cards), ensure_ascii=False, indent=1))
    click.echo(f"{participants} thí sinh mới" + (f", ghi vào {out}" if out else ""))


def ensure_demo(house: House) -> list[dict[str, str]]:
    """Make the contests of all presets, open now, and one person per role, unless they are there; return sign-ins."""
    with house.store.unit_of_work(SYSTEM) as work:
        known = set(work.session.scalars(select(Contest.slug)))
        window = Window(work.now, work.now + OPEN_FOR)
        for name in names():
            if name not in known:
                create_contest(work, read_preset(name), window)
    kept = house.settings.data / KEPT
    cards: list[dict[str, str]] = json.loads(kept.read_text("utf-8")) if kept.exists() else []
    if not _all_known(house, cards):
        shown = [_participant(0), _participant(4), _staff(Role.JUDGE), _staff(Role.ADMINISTRATOR)]
        cards = [account.card() for account in _enter(house, shown)]
        _write_private(kept, json.dumps(cards, ensure_ascii=False, indent=1))
    return cards


def _all_known(house: House, cards: list[dict[str, str]]) -> bool:
    """Tell whether there are cards and all of them sign in here: the data folder may have met another database."""
    codes = {card["code"] for card in cards}
    with house.store.reading() as view:
        return bool(codes) and codes == set(view.session.scalars(select(Account.code).where(Account.code.in_(codes))))


def add_participants(house: House, count: int) -> list[dict[str, str]]:
    """Invent ``count`` participants – pupils of all grades, and every fifth a teacher – and return their cards."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        invented = list(pool.map(_participant, range(count)))
    return [account.card() for account in _enter(house, invented)]


def _participant(number: int) -> NewAccount:
    teacher = number % 5 == 4
    grade = GRADES[number % len(GRADES)]
    unit = UNITS[1 + number % 2][0]
    if teacher:
        person = NewPerson(_name(), "staff", "Giáo viên")
    else:
        born = date(2019 - 6 - int(grade[-1]), 1 + secrets.randbelow(12), 1 + secrets.randbelow(28))
        person = NewPerson(_name(), grade, f"{grade[-1]}A{1 + number % 4}", born)
    return _account(unit, person, Role.PARTICIPANT)


def _staff(role: Role) -> NewAccount:
    return _account("PGD", NewPerson(_name(), "staff", "Chuyên viên"), role)


def _account(unit: str, person: NewPerson, role: Role) -> NewAccount:
    pin = new_pin()
    return NewAccount(new_code(CODE_LENGTH), pin, hash_pin(pin), unit, person, (role,))


def _name() -> str:
    return " ".join(secrets.choice(part) for part in (FAMILY, MIDDLE, GIVEN))


def _enter(house: House, invented: list[NewAccount]) -> list[NewAccount]:
    with house.store.unit_of_work(SYSTEM) as work:
        units = {code: enter_unit(work, code, name, kind) for code, name, kind in UNITS}
        for account in invented:
            row = open_account(work, account.code, account.pin_hash, account.roles)
            enter_person(work, units[account.unit], account.person, row.id)
        _audit(work, len(invented))
    return invented


def _audit(work: Work, count: int) -> None:
    if count:
        work.audit("invent_people", "demo", count=count)


def _for_clients(house: House, people: list[dict[str, str]], cards: list[dict[str, str]]) -> dict[str, object]:
    with house.store.reading() as view:
        rounds = [
            {"ref": row.ref, "kind": row.kind.value, "title": row.title["vi"]} for row in list_rounds(view.session)
        ]
    others = [card for card in cards if card["role"] != Role.PARTICIPANT]
    return {
        "address": house.settings.address,
        "api": f"{house.settings.address}/api/v1",
        "rounds": rounds,
        "participants": people,
        "others": others,
    }


def _write_private(path: Path, text: str) -> None:
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)  # a file that was there keeps its own mode otherwise
        file.write(text)
