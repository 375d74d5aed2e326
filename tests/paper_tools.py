"""Poppler's eyes on a PDF: what a printer, a reader and a search would find in it."""

import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pytest

from tests import services

FOOT_PT = 66  # the page's foot lies in the lowest 23 mm


class Paper:
    """A PDF on disk, asked through poppler's own programs."""

    def __init__(self, data: bytes, folder: Path) -> None:
        self.data = data
        self.path = folder / "paper.pdf"
        self.path.write_bytes(data)

    def _ask(self, program: str, *options: str) -> str:
        command = [program, *options, str(self.path), *(["-"] if program == "pdftotext" else [])]
        return subprocess.run(command, capture_output=True, check=True, text=True, timeout=120).stdout

    def fonts(self) -> list[tuple[str, str, str]]:
        """Return (name without the subset's prefix, embedded, subset) of every font."""
        rows = [line.split() for line in self._ask("pdffonts").splitlines()[2:]]
        return [(row[0].split("+")[-1], row[-5], row[-4]) for row in rows]

    def info(self) -> dict[str, str]:
        lines = (line.split(":", 1) for line in self._ask("pdfinfo").splitlines() if ":" in line)
        return {name: value.strip() for name, value in lines}

    def page_sizes(self) -> list[tuple[float, float]]:
        sizes = re.findall(r"Page +\d+ size: +([\d.]+) x ([\d.]+) pts", self._ask("pdfinfo", "-l", "10000"))
        return [(float(width), float(height)) for width, height in sizes]

    def text(self) -> str:
        """Return the text of the pages without their feet, NFC, in reading order."""
        area = ("-x", "0", "-y", "0", "-W", "596", "-H", str(842 - FOOT_PT))
        return unicodedata.normalize("NFC", self._ask("pdftotext", *area))

    def feet(self) -> list[str]:
        area = ("-x", "0", "-y", str(842 - FOOT_PT), "-W", "596", "-H", str(FOOT_PT))
        return [" ".join(page.split()) for page in self._ask("pdftotext", *area).split("\f")[:-1]]

    def pages(self) -> list[str]:
        return self._ask("pdftotext", "-layout").split("\f")[:-1]

    def words(self) -> list[tuple[float, float, str]]:
        """Return (left, right, word) of every word, in points."""
        found = re.findall(
            r'<word xMin="([\d.-]+)".*?xMax="([\d.-]+)".*?>(.*?)</word>', self._ask("pdftotext", "-bbox")
        )
        return [(float(left), float(right), word) for left, right, word in found]

    def images(self) -> int:
        return len(self._ask("pdfimages", "-list").splitlines()) - 2

    def links(self) -> list[str]:
        return re.findall(r"https?://\S+|file:\S+|javascript:\S+", self._ask("pdfinfo", "-url"))


needs_poppler = pytest.mark.skipif(
    shutil.which("pdffonts") is None and not services.IN_CI,
    reason="paper is measured with poppler-utils (apt-get install poppler-utils), which is not installed",
)
