"""The native format: a folder with ``bank.yaml`` and ``questions/*.yaml``. See ``question_banks/README.md``.

Read node by node, so that every complaint names its line. Aliases are refused: they serve no author, only bombs.
"""

import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeVar

import yaml

from quizapp.banks.draft import Draft, Located, Place
from quizapp.banks.rules import AUDIENCES, DIFFICULTIES, DOMAINS, BankHead, Kind, LegalBasis, Option, Question
from quizapp.foundation.i18n import N_

FORMAT = "quizapp-bank/1"
HEAD_FILE = "bank.yaml"
MAX_DEPTH = 12

_REQUIRED = {"id", "kind", "audience", "difficulty", "topic", "stem", "legal_basis", "source", "valid_from"}
_OPTIONAL = {"valid_to", "options", "key", "explanation", "outline"}

T = TypeVar("T")


class Unreadable(Exception):
    """A value that is not what its field wants."""

    def __init__(self, node: yaml.Node | yaml.Event, message: str, **values: str) -> None:
        super().__init__(message)
        self.line = node.start_mark.line + 1 if node.start_mark else 1
        self.message, self.values = message, values


def read(files: Mapping[str, bytes]) -> Draft:
    """Read a bank from ``files`` (path inside the bank → bytes). Never raises for bad content: see ``problems``."""
    draft = Draft()
    if HEAD_FILE not in files:
        draft.blame(Place(HEAD_FILE, 1), N_("Thiếu tệp bank.yaml mô tả ngân hàng câu hỏi."))
    for name in sorted(files, key=lambda name: (name != HEAD_FILE, name)):
        _read_file(draft, name, files[name])
    return draft.check()


def _read_file(draft: Draft, name: str, data: bytes) -> None:
    try:
        root = _compose(data)
    except UnicodeDecodeError:
        return draft.blame(Place(name, 1), N_("Tệp không phải văn bản UTF-8."))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        return draft.blame(Place(name, line), N_("Tệp YAML viết sai: %(reason)s."), reason=str(error.problem))
    except yaml.YAMLError:
        return draft.blame(Place(name, 1), N_("Tệp có ký tự không dùng được trong YAML."))
    except Unreadable as fault:
        return draft.blame(Place(name, fault.line), fault.message, **fault.values)
    if name == HEAD_FILE:
        _read_head(draft, name, root)
    elif isinstance(root, yaml.SequenceNode):
        for node in root.value:
            _read_question(draft, name, node)
    else:
        draft.blame(Place(name, 1), N_("Tệp phải là một danh sách câu hỏi."))


def _compose(data: bytes) -> yaml.Node | None:
    text = unicodedata.normalize("NFC", data.decode("utf-8-sig"))
    depth = 0
    for event in yaml.parse(text, Loader=yaml.SafeLoader):
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable(event, N_("Không dùng tham chiếu (alias) trong tệp."))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise Unreadable(event, N_("Tệp lồng nhau quá sâu."))
    return yaml.compose(text, Loader=yaml.SafeLoader)


def _read_head(draft: Draft, name: str, root: yaml.Node | None) -> None:
    place = Place(name, 1)
    try:
        fields = _mapping(root, {"format", "id", "title", "domain", "as_of"}, {"language"})
        if _text(fields["format"]) != FORMAT:
            raise Unreadable(fields["format"], N_("Định dạng phải là %(format)s."), format=FORMAT)
        titles = _mapping(fields["title"], {"vi", "en"}, set())
        draft.head = BankHead(
            slug=_text(fields["id"]),
            title_vi=_text(titles["vi"]),
            title_en=_text(titles["en"]),
            domain=_one_of(DOMAINS)(fields["domain"]),
            as_of=_day(fields["as_of"]),
        )
    except Unreadable as fault:
        draft.blame(Place(name, fault.line), fault.message, **fault.values)
    except AttributeError:
        draft.blame(place, N_("Tệp bank.yaml trống."))


def _read_question(draft: Draft, name: str, node: yaml.Node) -> None:
    code = ""
    try:
        fields = _mapping(node, _REQUIRED, _OPTIONAL)
        code = _text(fields["id"])
        question = _question(code, fields)
    except Unreadable as fault:
        return draft.blame(Place(name, fault.line), fault.message, code, **fault.values)
    draft.questions.append(Located(question, Place(name, node.start_mark.line + 1)))


def _question(code: str, fields: Mapping[str, yaml.Node]) -> Question:
    return Question(
        code=code,
        kind=Kind(_one_of(tuple(Kind))(fields["kind"])),
        audience=tuple(sorted(set(_list(_one_of(AUDIENCES))(fields["audience"])))),
        difficulty=_one_of(DIFFICULTIES)(fields["difficulty"]),
        topic=_text(fields["topic"]),
        stem=_text(fields["stem"]),
        legal_basis=tuple(_list(_basis)(fields["legal_basis"])),
        source=_text(fields["source"]),
        valid_from=_day(fields["valid_from"]),
        valid_to=_day_or_none(fields["valid_to"]) if "valid_to" in fields else None,
        options=_options(fields["options"]) if "options" in fields else (),
        key=tuple(sorted(_texts(fields, "key"))),
        explanation=_text(fields["explanation"]) if "explanation" in fields else "",
        outline=tuple(_texts(fields, "outline")),
    )


def _mapping(node: yaml.Node | None, required: set[str], optional: set[str]) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise Unreadable(node or yaml.ScalarNode("", "", *_NOWHERE), N_("Chỗ này phải là các cặp «tên: giá trị»."))
    fields: dict[str, yaml.Node] = {}
    for name_node, value in node.value:
        name = _text(name_node)
        if name in fields:
            raise Unreadable(name_node, N_("Mục «%(name)s» viết hai lần."), name=name)
        if name not in required | optional:
            raise Unreadable(name_node, N_("Không có mục tên «%(name)s»."), name=name)
        fields[name] = value
    for name in sorted(required - set(fields)):
        raise Unreadable(node, N_("Thiếu mục «%(name)s»."), name=name)
    return fields


_NOWHERE: tuple[Any, Any] = (yaml.Mark("", 0, 0, 0, None, 0), yaml.Mark("", 0, 0, 0, None, 0))


def _text(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise Unreadable(node, N_("Chỗ này phải là một đoạn chữ."))
    return " ".join(str(node.value).split())


def _one_of(allowed: tuple[str, ...]) -> Callable[[yaml.Node], str]:
    def read(node: yaml.Node) -> str:
        value = _text(node)
        if value not in allowed:
            names = ", ".join(allowed)
            raise Unreadable(
                node, N_("«%(value)s» không hợp lệ; hãy chọn một trong: %(names)s."), value=value, names=names
            )
        return value

    return read


def _list(read_one: Callable[[yaml.Node], T]) -> Callable[[yaml.Node], list[T]]:
    def read(node: yaml.Node) -> list[T]:
        if not isinstance(node, yaml.SequenceNode):
            raise Unreadable(node, N_("Chỗ này phải là một danh sách."))
        return [read_one(child) for child in node.value]

    return read


def _texts(fields: Mapping[str, yaml.Node], name: str) -> list[str]:
    return _list(_text)(fields[name]) if name in fields else []


def _day(node: yaml.Node) -> date:
    value = _text(node)
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Unreadable(node, N_("«%(value)s» không phải ngày dạng 2019-08-20."), value=value) from None


def _day_or_none(node: yaml.Node) -> date | None:
    return None if _text(node) in ("", "null", "~") else _day(node)


def _basis(node: yaml.Node) -> LegalBasis:
    fields = _mapping(node, {"document", "article"}, set())
    return LegalBasis(_text(fields["document"]), _text(fields["article"]))


def _options(node: yaml.Node) -> tuple[Option, ...]:
    if not isinstance(node, yaml.MappingNode):
        raise Unreadable(node, N_("Các phương án phải viết dạng «a: …»."))
    options = tuple(Option(_text(name), _text(value)) for name, value in node.value)
    if len({option.id for option in options}) < len(options):
        raise Unreadable(node, N_("Có hai phương án cùng mã."))
    return options
