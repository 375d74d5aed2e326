"""The native format: a folder with ``bank.yaml`` and ``questions/*.yaml``. See ``question_banks/README.md``.

Read node by node, so that every complaint names its line. Aliases are refused: they serve no author, only bombs.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TypeVar

import yaml
from yaml.reader import Reader

from quizapp.banks.draft import Draft, Located, Place
from quizapp.banks.rules import AUDIENCES, DIFFICULTIES, DOMAINS, BankHead, Kind, LegalBasis, Option, Question
from quizapp.foundation.i18n import N_

FORMAT = "quizapp-bank/1"
HEAD_FILE = "bank.yaml"
MAX_DEPTH = 12

# libyaml's, where the machine has it: twenty-five times as fast, with the same lines.
_Loader: type[yaml.SafeLoader] | type[yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

# What an escape in a quoted text can still bring in: control signs and halves of characters. PostgreSQL refuses NUL.
_UNUSABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

_REQUIRED = {"id", "kind", "audience", "difficulty", "topic", "stem", "legal_basis", "source", "valid_from"}
_OPTIONAL = {"valid_to", "options", "key", "explanation", "outline"}

T = TypeVar("T")


class Unreadable(Exception):
    """A value that is not what its field wants. ``where`` is its node, or its line counted from 1."""

    def __init__(self, where: yaml.Node | yaml.Event | int, message: str, **values: str) -> None:
        super().__init__(message)
        self.line = where if isinstance(where, int) else _line(where)
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
    text = _decoded(data)
    try:
        _refuse_bombs(text)
        return yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise _told(error, text.split("\n")) from None


def _told(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> Unreadable:
    problem, mark = str(error.problem), error.problem_mark
    if error.context_mark and "end of stream" in problem:
        return Unreadable(error.context_mark.line + 1, N_("Dấu ngoặc mở ở dòng này chưa đóng."))
    line = mark.line + 1 if mark else 1
    if any(re.match(r"[ -]*\t", told) for told in lines[line - 1 : line]):
        return Unreadable(line, N_("Dòng này có phím Tab; YAML chỉ thụt dòng bằng dấu cách."))
    return Unreadable(line, N_("Tệp YAML viết sai: %(reason)s."), reason=problem)


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise Unreadable(line, N_("Tệp không phải văn bản UTF-8.")) from None
    strange = Reader.NON_PRINTABLE.search(text)
    if strange:
        line = text.count("\n", 0, strange.start()) + 1
        raise Unreadable(line, N_("Tệp có ký tự không dùng được trong YAML."))
    return text


def _refuse_bombs(text: str) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.AliasEvent):
            raise Unreadable(event, N_("Không dùng tham chiếu (alias) trong tệp."))
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise Unreadable(event, N_("Tệp lồng nhau quá sâu."))


def _read_head(draft: Draft, name: str, root: yaml.Node | None) -> None:
    try:
        if root is None:
            raise Unreadable(1, N_("Tệp bank.yaml trống."))
        fields = _mapping(root, {"format", "id", "title", "domain", "as_of"}, {"language"})
        if _text(fields["format"]) != FORMAT:
            raise Unreadable(fields["format"], N_("Định dạng phải là %(format)s."), format=FORMAT)
        titles = _mapping(fields["title"], {"vi", "en"}, set())
        draft.head = BankHead(
            slug=_name(fields["id"]),
            title_vi=_said(titles["vi"]),
            title_en=_said(titles["en"]),
            domain=_one_of(DOMAINS)(fields["domain"]),
            as_of=_day(fields["as_of"]),
        )
    except Unreadable as fault:
        draft.blame(Place(name, fault.line), fault.message, **fault.values)


def _read_question(draft: Draft, name: str, node: yaml.Node) -> None:
    code = _code(node)
    try:
        fields = _mapping(node, _REQUIRED, _OPTIONAL)
        code = _name(fields["id"])
        question = _question(code, fields)
    except Unreadable as fault:
        return draft.blame(Place(name, fault.line), fault.message, code, **fault.values)
    draft.questions.append(Located(question, Place(name, _line(node))))


def _code(node: yaml.Node) -> str:
    """Return the question's id if it has one at all, so that a complaint about the rest can name it."""
    pairs = node.value if isinstance(node, yaml.MappingNode) else []
    ids = [str(value.value) for name, value in pairs if name.value == "id" and isinstance(value, yaml.ScalarNode)]
    return ids[0] if ids and not _UNUSABLE.search(ids[0]) else ""


def _line(node: yaml.Node | yaml.Event) -> int:
    return node.start_mark.line + 1 if node.start_mark else 1


def _question(code: str, fields: Mapping[str, yaml.Node]) -> Question:
    return Question(
        code=code,
        kind=Kind(_one_of(tuple(Kind))(fields["kind"])),
        audience=tuple(sorted(set(_list(_one_of(AUDIENCES))(fields["audience"])))),
        difficulty=_one_of(DIFFICULTIES)(fields["difficulty"]),
        topic=_said(fields["topic"]),
        stem=_paragraphs(fields["stem"]),
        legal_basis=tuple(_list(_basis)(fields["legal_basis"])),
        source=_said(fields["source"]),
        valid_from=_day(fields["valid_from"]),
        valid_to=_day_or_none(fields["valid_to"]) if "valid_to" in fields else None,
        options=_options(fields["options"]) if "options" in fields else (),
        key=tuple(sorted(_texts(fields, "key"))),
        explanation=_text(fields["explanation"]) if "explanation" in fields else "",
        outline=tuple(_texts(fields, "outline")),
    )


def _mapping(node: yaml.Node, required: set[str], optional: set[str]) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise Unreadable(node, N_("Chỗ này phải là các cặp «tên: giá trị»."))
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


def _raw(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise Unreadable(node, N_("Chỗ này phải là một đoạn chữ."))
    text = unicodedata.normalize("NFC", str(node.value))
    if _UNUSABLE.search(text):
        raise Unreadable(node, N_("Đoạn chữ này có ký tự điều khiển không dùng được."))
    return text


def _text(node: yaml.Node) -> str:
    return " ".join(_raw(node).split())


def _said(node: yaml.Node) -> str:
    text = _text(node)
    if not text:
        raise Unreadable(node, N_("Chỗ này không được để trống."))
    return text


def _paragraphs(node: yaml.Node) -> str:
    """Return the text, an empty line between its paragraphs and single spaces elsewhere.

    A new paragraph is an empty line in the file: in YAML's literal style («|») two line breaks, in all others one.
    """
    literal = isinstance(node, yaml.ScalarNode) and node.style == "|"
    gap = r"\n[^\S\n]*\n" if literal else r"\n"
    paragraphs = (" ".join(part.split()) for part in re.split(gap, _raw(node)))
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _name(node: yaml.Node) -> str:
    name = _text(node)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise Unreadable(node, N_("Mã (id) gồm 1 đến 64 chữ cái không dấu, chữ số, gạch nối hoặc dấu chấm."))
    return name


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
    return _list(_said)(fields[name]) if name in fields else []


def _day(node: yaml.Node) -> date:
    value = _text(node)
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise ValueError(value)
        return date.fromisoformat(value)
    except ValueError:
        raise Unreadable(node, N_("«%(value)s» không phải ngày dạng 2019-08-20."), value=value) from None


def _day_or_none(node: yaml.Node) -> date | None:
    return None if _text(node) in ("", "null", "~") else _day(node)


def _basis(node: yaml.Node) -> LegalBasis:
    fields = _mapping(node, {"document", "article"}, set())
    return LegalBasis(_said(fields["document"]), _said(fields["article"]))


def _options(node: yaml.Node) -> tuple[Option, ...]:
    if not isinstance(node, yaml.MappingNode):
        raise Unreadable(node, N_("Các phương án phải viết dạng «a: …»."))
    options = tuple(Option(_said(name), _said(value)) for name, value in node.value)
    if len({option.id for option in options}) < len(options):
        raise Unreadable(node, N_("Có hai phương án cùng mã."))
    return options
