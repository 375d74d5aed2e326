"""A small bank as its author would write it, to be spoilt line by line; and the whole database, to see what changed."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from quizapp.banks.draft import Draft
from quizapp.banks.formats import native
from quizapp.foundation.db import Base
from quizapp.house import House

HEAD = """\
format: quizapp-bank/1
id: thu-nghiem
title: {vi: "Ngân hàng thử nghiệm", en: "Trial bank"}
domain: general
as_of: 2019-08-20
language: vi
"""

SINGLE = """\
- id: tn-001
  kind: single
  audience: [student, staff]
  difficulty: recognise
  topic: "Khai sinh"
  stem: >-
    Cha mẹ đăng ký khai sinh cho con
    trong bao nhiêu ngày?
  options:
    a: "15 ngày"
    b: "60 ngày"
    c: "90 ngày"
  key: [b]
  explanation: "Luật cho 60 ngày."
  legal_basis:
    - document: "Luật Hộ tịch 60/2014/QH13"
      article: "Điều 15"
  source: "Công báo"
  valid_from: 2016-01-01
  valid_to: null
"""

MULTIPLE = (
    SINGLE.replace("tn-001", "tn-002").replace("kind: single", "kind: multiple").replace("key: [b]", "key: [b, c]")
)

ESSAY = """\
- id: tn-tl-01
  kind: essay
  audience: [student]
  difficulty: apply
  topic: "Hướng dẫn"
  stem: >-
    Kể một lần em dùng dịch vụ công.

    Nêu một đề xuất.
  outline:
    - "Có việc thật"
    - "Có đề xuất"
  legal_basis:
    - document: "Nghị định 43/2011/NĐ-CP"
      article: "Điều 3"
  source: "Công báo"
  valid_from: 2011-10-01
"""

FIRST, SECOND = "questions/a.yaml", "questions/b.yaml"


def files(first: str = SINGLE, second: str = ESSAY, head: str = HEAD) -> dict[str, bytes]:
    """Return the bank's files with these contents."""
    return {"bank.yaml": head.encode(), FIRST: first.encode(), SECOND: second.encode()}


def draft(first: str = SINGLE, second: str = ESSAY, head: str = HEAD) -> Draft:
    """Read the bank."""
    return native.read(files(first, second, head))


def spoilt(old: str, new: str, text: str = SINGLE) -> str:
    """Return ``text`` with ``old``, which must be there, replaced."""
    assert old in text
    return text.replace(old, new, 1)


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Return a ZIP of ``members``."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return packed.getvalue()


def everything(house: House) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of every table, so that two moments can be compared."""
    with house.store.reading() as view:
        return {
            table.name: sorted(map(tuple, view.session.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }
