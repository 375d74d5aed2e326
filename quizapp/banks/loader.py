"""From a folder, a ZIP or a single file on somebody's disk to the files of a bank – with caps, and nothing written."""

import io
import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from quizapp.foundation.errors import BadInput
from quizapp.foundation.i18n import N_

MAX_FILES = 300
# Figures and whatever else an archive holds beside its YAML.
MAX_MEMBERS = 3_000
# Of YAML: some four thousand questions, read in a few seconds. A bank of a hundred has a tenth of a megabyte.
MAX_FILE_BYTES = 1024 * 1024
MAX_TOTAL_BYTES = 4 * 1024 * 1024
# Of the archive as it is sent, figures and all.
MAX_UPLOAD_BYTES = 20 * 1024 * 1024

# What macOS and editors leave in folders and archives.
LEFTOVERS = ("__MACOSX", ".")


class NotABank(BadInput):
    """What was given is no bank at all."""

    message = N_("Đây không phải ngân hàng câu hỏi: cần một thư mục hoặc tệp ZIP có bank.yaml. Chưa có gì bị thay đổi.")


class SeveralBanks(NotABank):
    """There is more than one ``bank.yaml``."""

    message = N_("Tệp có nhiều hơn một bank.yaml; hãy nạp từng ngân hàng một. Chưa có gì bị thay đổi.")


class OddMember(NotABank):
    """An archive holds something under a name that no honest program writes, or a link, or one name twice."""

    message = N_("Tệp ZIP có thành phần không dùng được: «%(name)s». Chưa có gì bị thay đổi.")


class Locked(NotABank):
    """The archive asks for a password."""

    message = N_("Tệp ZIP đang đặt mật khẩu; hãy nén lại không có mật khẩu. Chưa có gì bị thay đổi.")


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
    named = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*.yaml")) if path.is_file()}
    paths = {name: path for name, path in named.items() if _is_ours(name)}
    _within_caps({name: path.stat().st_size for name, path in paths.items()})
    return {name: path.read_bytes() for name, path in paths.items()}


def from_zip(data: bytes) -> dict[str, bytes]:
    """Return the bank files inside a ZIP, named relative to the folder with ``bank.yaml``. Nothing is unpacked to disk.

    Raises:
        NotABank: if it is no ZIP, is encrypted or broken, or holds what no honest archive does.
        TooMuch: if a cap is passed; sizes are counted while reading, never believed.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = _members(archive)
            _within_caps({name: member.file_size for name, member in members.items()})
            return _beside_head({name: _read_member(archive, member) for name, member in members.items()})
    except (zipfile.BadZipFile, zlib.error, OSError, RuntimeError, NotImplementedError, EOFError, ValueError):
        raise NotABank from None


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    everything = archive.infolist()
    if len(everything) > MAX_MEMBERS:
        raise TooMuch
    found: dict[str, zipfile.ZipInfo] = {}
    for member in everything:
        name = member.filename.replace("\\", "/")
        if _is_odd(member, name) or name in found:
            raise OddMember(name=ascii(member.orig_filename)[1:-1][:80])
        if member.flag_bits & 1:
            raise Locked
        found[name] = member
    return {name: member for name, member in found.items() if name.endswith(".yaml") and _is_ours(name)}


def _is_odd(member: zipfile.ZipInfo, name: str) -> bool:
    climbs = ".." in name.split("/") or name.startswith("/") or name[1:2] == ":"
    return climbs or "\0" in member.orig_filename or stat.S_ISLNK(member.external_attr >> 16)


def _is_ours(name: str) -> bool:
    return not any(part.startswith(LEFTOVERS) for part in name.split("/"))


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    with archive.open(member) as file:
        data = file.read(member.file_size + 1)
    if len(data) != member.file_size:
        raise NotABank
    return data


def _beside_head(files: Mapping[str, bytes]) -> dict[str, bytes]:
    heads = [PurePosixPath(name).parent for name in files if PurePosixPath(name).name == "bank.yaml"]
    if len(heads) != 1:
        raise SeveralBanks if heads else NotABank
    inside = {name: PurePosixPath(name) for name in files if PurePosixPath(name).is_relative_to(heads[0])}
    return {path.relative_to(heads[0]).as_posix(): files[name] for name, path in inside.items()}


def _within_caps(sizes: Mapping[str, int]) -> None:
    if (
        len(sizes) > MAX_FILES
        or any(size > MAX_FILE_BYTES for size in sizes.values())
        or sum(sizes.values()) > MAX_TOTAL_BYTES
    ):
        raise TooMuch
