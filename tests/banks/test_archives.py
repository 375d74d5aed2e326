"""Archives that nobody honest sends, and honest ones that look odd. Nothing is ever unpacked to disk."""

import io
import os
import struct
import time
import unicodedata
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from quizapp.banks import loader
from quizapp.banks.formats import native
from quizapp.foundation.errors import BadInput
from tests.banks.bank_files import HEAD, SINGLE, draft, files, zipped

Members = list[tuple[str | zipfile.ZipInfo, bytes]]


def packed(members: Members) -> bytes:
    """Return a ZIP of these members as they are told, names and all."""
    made = io.BytesIO()
    with warnings.catch_warnings(), zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        warnings.simplefilter("ignore")  # zipfile warns of one name twice, which is the point
        for name, data in members:
            archive.writestr(name, data)
    return made.getvalue()


def bank_and(*more: tuple[str | zipfile.ZipInfo, bytes]) -> bytes:
    return packed([*files().items(), *more])


def link(name: str, target: str) -> tuple[zipfile.ZipInfo, bytes]:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, 0o120777 << 16
    return info, target.encode()


def lying_size(declared: int, member: bytes = b"x" * 100_000) -> bytes:
    """Return a bank whose last member tells another size than it has, in both of its headers."""
    archive = bytearray(bank_and(("questions/z.yaml", member)))
    real = struct.pack("<I", len(member))
    assert archive.count(real) == 2
    return bytes(archive.replace(real, struct.pack("<I", declared)))


def locked() -> bytes:
    """Return a bank that says of each of its members that it is encrypted."""
    archive = bytearray(zipped(files()))
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = archive.find(mark)
        while at >= 0:
            archive[at + flags] |= 1
            at = archive.find(mark, at + 4)
    return bytes(archive)


def damaged() -> bytes:
    archive = bytearray(bank_and(("questions/z.yaml", os.urandom(5000))))
    at = archive.find(b"questions/z.yaml") + 16
    archive[at : at + 200] = b"\xff" * 200
    return bytes(archive)


def nul_name() -> bytes:
    return bank_and(("questions/z.yaml_.exe", b"- x")).replace(b"z.yaml_.exe", b"z.yaml\0.exe")


HOSTILE: dict[str, Callable[[], bytes]] = {
    "climbing out": lambda: bank_and(("../../etc/cron.d/x.yaml", b"- x")),
    "climbing out the Windows way": lambda: bank_and(("..\\..\\x.yaml", b"- x")),
    "an absolute name": lambda: bank_and(("/etc/x.yaml", b"- x")),
    "a drive": lambda: bank_and(("C:/x.yaml", b"- x")),
    "a link": lambda: bank_and(link("questions/z.yaml", "/etc/passwd")),
    "a link beside the questions": lambda: bank_and(link("figures", "/etc")),
    "NUL in a name": nul_name,
    "one name twice": lambda: bank_and(("bank.yaml", HEAD.encode())),
    "two banks": lambda: bank_and(("khac/bank.yaml", HEAD.encode())),
    "no bank": lambda: packed([("questions/a.yaml", SINGLE.encode())]),
    "an empty ZIP": lambda: packed([]),
    "a ZIP in a ZIP": lambda: packed([("bank.zip", zipped(files()))]),
    "a bomb of zeros": lambda: bank_and(("questions/z.yaml", bytes(100 * 1024 * 1024))),
    "one large file": lambda: bank_and(("questions/z.yaml", bytes(1024 * 1024 + 1))),
    "many large files": lambda: bank_and(*((f"questions/{no}.yaml", bytes(1024 * 1024)) for no in range(12))),
    "ten thousand members": lambda: bank_and(*((f"figures/{no}.png", b"") for no in range(10_000))),
    "a thousand question files": lambda: bank_and(*((f"questions/{no}.yaml", b"- x") for no in range(1000))),
    "a size told too small": lambda: lying_size(10),
    "a size told too large": lambda: lying_size(1_000_000),
    "a size told beyond reason": lambda: lying_size(2**31),
    "locked": locked,
    "damaged inside": damaged,
    "cut off": lambda: zipped(files())[:-30],
    "no ZIP at all": lambda: b"%PDF-1.7 not a ZIP",
    "nothing": lambda: b"",
}


@pytest.fixture
def quiet_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in an empty folder, which shall stay empty."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("archive", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_hostile_archive_is_refused_plainly_and_soon(archive: Callable[[], bytes], quiet_disk: Path) -> None:
    data = archive()
    began = time.monotonic()
    with pytest.raises(BadInput, match="Chưa có gì bị thay đổi"):
        loader.from_zip(data)
    assert time.monotonic() - began < 10
    assert list(quiet_disk.rglob("*")) == []


@pytest.mark.parametrize(
    ("archive", "sentence"),
    [
        (locked, "mật khẩu"),
        (lambda: bank_and(("khac/bank.yaml", HEAD.encode())), "nhiều hơn một bank.yaml"),
        (lambda: bank_and(("../x.yaml", b"- x")), r"«\.\./x\.yaml»"),
        (nul_name, r"«questions/z\.yaml\\x00\.exe»"),
        (lambda: bank_and(*((f"{no}", b"") for no in range(10_000))), "quá nhiều thành phần"),
    ],
    ids=["locked", "two banks", "climbing", "NUL", "too many"],
)
def test_the_refusal_tells_what_to_mend(archive: Callable[[], bytes], sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        loader.from_zip(archive())


def below(folder: str) -> dict[str, bytes]:
    return {f"{folder}/{name}": data for name, data in files().items()}


HONEST: dict[str, bytes] = {
    "at the top": zipped(files()),
    "in a folder": zipped(below("thu-nghiem")),
    "in a folder of a folder": zipped(below("tải về/thu-nghiem")),
    "a decomposed folder name": zipped(below(unicodedata.normalize("NFD", "ngân hàng"))),
    "from a Mac": zipped(
        files() | {"__MACOSX/questions/._a.yaml": b"\x00\x05\x16\x07", "questions/._a.yaml": b"\x00\x05\x16\x07"}
    ),
    "from Windows": zipped({name.replace("/", "\\"): data for name, data in files().items()}),
    "with other files beside": zipped(files() | {"README.md": b"x", "figures/1.png": b"\x89PNG", "LICENSE": b"\xff"}),
    "with its folders told": packed([("questions/", b""), *files().items()]),
}


@pytest.mark.parametrize("archive", HONEST.values(), ids=HONEST.keys())
def test_an_honest_archive_is_read_as_its_folder_would_be(archive: bytes) -> None:
    assert native.read(loader.from_zip(archive)) == draft()


def test_a_folder_is_read_as_its_archive_would_be(tmp_path: Path) -> None:
    for name, data in (files() | {"questions/._a.yaml": b"\x00"}).items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert native.read(loader.from_folder(tmp_path)) == draft()


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    with pytest.raises(loader.NotABank):
        loader.from_folder(tmp_path / "nowhere")


def test_the_largest_file_that_is_let_in_is_read_in_seconds() -> None:
    item = SINGLE.encode()
    large = {"questions/a.yaml": item * (loader.MAX_FILE_BYTES // len(item))}
    began = time.monotonic()
    found = native.read(loader.from_zip(zipped({"bank.yaml": HEAD.encode(), **large})))
    assert time.monotonic() - began < 10
    assert len(found.problems) == len(found.questions) - 1  # one id for all of them
