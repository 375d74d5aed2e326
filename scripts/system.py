"""Debian's and Ubuntu's own packages: which are missing, put in where that is allowed, asked for where it is not."""

import importlib.util
import os
import shutil
import subprocess
import sys

from scripts import say

# WeasyPrint's libraries. Without HarfBuzz's subsetter an entry's PDF takes twice as long (fontTools does it instead).
LIBRARIES = ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0")
# A disk that loses what is not synced, and a clock that steps, are tests' tools too.
TEST_TOOLS = ("poppler-utils", "fuse3", "gcc", "libc6-dev")
# Named by `make bench`, never installed by it: a server has no use for a load client.
BENCH_TOOL = "wrk"
APT = ("apt-get", "-o", "DPkg::Lock::Timeout=120")
AGAIN = "rồi chạy lại lệnh make vừa rồi (then repeat the same make command)."


def on_apt() -> bool:
    return bool(shutil.which("dpkg-query") and shutil.which("apt-get"))


def missing_to_run() -> list[str]:
    """Return the packages to install before quizapp can run; their names are the same on Debian 12 and Ubuntu 24.04."""
    wanted = [name for name in LIBRARIES if not installed(name)]
    if not has_liberation_serif():
        wanted.append(liberation_package())
    if importlib.util.find_spec("ensurepip") is None:  # Debian keeps it apart from Python
        wanted.append(f"python3.{sys.version_info.minor}-venv")
    return wanted


def missing_to_test(*, has_chromium: bool, has_nginx: bool) -> list[str]:
    """Return the packages that only tests need. Ubuntu's chromium is a snap, so apt cannot bring it there.

    Where systemd runs, nginx's package would open port 80 to everybody; there, a person decides.
    """
    wanted = [name for name in TEST_TOOLS if not installed(name)]
    if not has_chromium and not is_ubuntu():
        wanted.append("chromium")
    if not has_nginx and not os.path.isdir("/run/systemd/system"):
        wanted.append("nginx")
    return wanted


def installed(package: str) -> str | None:
    """Return the version of ``package`` that is on this machine, or None."""
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Version}", package],
        capture_output=True,
        text=True,
        check=False,
    )
    state, _, version = asked.stdout.partition(" ")
    return version if state == "installed" else None


def has_liberation_serif() -> bool:
    """Version 2 of the face is wanted: ``fonts-liberation2``, or ``fonts-liberation`` where that became version 2."""
    return bool(installed("fonts-liberation2")) or is_version_2(installed("fonts-liberation"))


def liberation_package() -> str:
    """Debian 12 has version 2 as ``fonts-liberation2``; later Debians and Ubuntu 24.04 as ``fonts-liberation``."""
    policy = subprocess.run(["apt-cache", "policy", "fonts-liberation"], capture_output=True, text=True, check=False)
    candidate = next((row.split()[-1] for row in policy.stdout.splitlines() if "Candidate:" in row), None)
    return "fonts-liberation" if is_version_2(candidate) else "fonts-liberation2"


def is_version_2(version: str | None) -> bool:
    return bool(version) and version.rpartition(":")[2].startswith("2.")


def is_ubuntu() -> bool:
    try:
        with open("/etc/os-release", encoding="utf-8") as facts:
            return any(row.strip() == "ID=ubuntu" for row in facts)
    except OSError:
        return False


def rights() -> tuple[str, ...] | None:
    """Return what to put before a command to run it as root – nothing, ``sudo -n`` – or None if that is not allowed."""
    if os.geteuid() == 0:
        return ()
    if not shutil.which("sudo"):
        return None
    asked = subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False)
    return ("sudo", "-n") if asked.returncode == 0 else None


def line_for(packages: list[str]) -> str:
    """Return the exact line a person with the right to can paste."""
    does = f"apt-get update && apt-get install -y --no-install-recommends {' '.join(packages)}"
    if os.geteuid() == 0:
        return does
    return f"sudo sh -c '{does}'" if shutil.which("sudo") else f"su -c '{does}'"


def install(packages: list[str]) -> None:
    """Install ``packages``.

    Raises:
        Stopped: this user may not, or apt could not; the exact line to run is told.
    """
    before = rights()
    advice = f"Chạy dòng sau (run this line) {AGAIN}\n    {line_for(packages)}"
    if before is None:
        what = f"Thiếu gói hệ thống mà không có quyền cài (missing, no right to install): {' '.join(packages)}"
        raise say.Stopped(what, advice)
    quiet = (*before, "env", "DEBIAN_FRONTEND=noninteractive", *APT)
    refresh([*quiet, "update"])
    say.run("apt-install", [*quiet, "install", "-y", "--no-install-recommends", *packages], advice=advice)


def refresh(command: list[str]) -> None:
    """Ask apt for fresh lists; one dead source among many is no reason to stop before trying to install."""
    try:
        say.run("apt-update", command, advice="")
    except say.Stopped:
        say.line("  ! apt-get update không trọn vẹn, vẫn thử cài (incomplete; trying to install all the same)")
