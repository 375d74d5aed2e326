"""From a folder, a ZIP or a single file on somebody's disk to the files of a bank – with caps, and nothing written."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from quizapp.foundation.errors import BadInput
from quizapp.foundation.i18n import N_

MAX_FILES = 300
MAX_FILE_BYTES = 2 * 1024 * 1024
MAX_TOTAL_BYTES = 20 * 1024 * 1024


class NotABank(BadInput):
    """What was given is no bank at all."""

    message = N_("Đây không phải ngân hàng câu hỏi: cần một thư mục hoặc tệp ZIP có bank.yaml. Chưa có gì bị thay đổi.")


class TooMuch(BadInput):
    """What was given is larger than any bank."""

    message = N_("Tệp quá lớn hoặc có quá nhiều thành phần. Chưa có gì bị thay đổi.")


def from_folder(folder: Path) -> dict[str, bytes]:
    """Return the bank files below ``folder``, named relative to it.

    Raises:
        NotABank: if there is no folder.
        TooMuch: if a cap is passed.
    """
    if not folder.is_dir():
        raise NotABank
    paths = sorted(path for path in folder.rglob("*.yaml") if path.is_file())
    sizes = {path.relative_to(folder).as_posix(): path.stat().st_size for path in paths}
    _within_caps(sizes)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in paths}


def from_zip(data: bytes) -> dict[str, bytes]:
    """Return the bank files inside a ZIP, named relative to the folder with ``bank.yaml``. Nothing is unpacked to disk.

    Raises:
        NotABank: if it is no ZIP, is encrypted or broken.
        TooMuch: if a cap is passed; sizes are counted while reading, never believed.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = [member for member in archive.infolist() if member.filename.endswith(".yaml")]
            _within_caps({member.filename: member.file_size for member in members})
            return _beside_head({member.filename: _read_member(archive, member) for member in members})
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError, ValueError):
        raise NotABank from None


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    with archive.open(member) as file:
        data = file.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise TooMuch
    return data


def _beside_head(files: Mapping[str, bytes]) -> dict[str, bytes]:
    heads = [PurePosixPath(name).parent for name in files if PurePosixPath(name).name == "bank.yaml"]
    if len(heads) != 1:
        raise NotABank
    inside = {name: PurePosixPath(name) for name in files if PurePosixPath(name).is_relative_to(heads[0])}
    return {path.relative_to(heads[0]).as_posix(): files[name] for name, path in inside.items()}


def _within_caps(sizes: Mapping[str, int]) -> None:
    if (
        len(sizes) > MAX_FILES
        or any(size > MAX_FILE_BYTES for size in sizes.values())
        or sum(sizes.values()) > MAX_TOTAL_BYTES
    ):
        raise TooMuch
