"""`make bench`: say which measurements there are; each is started on its own, on a quiet machine."""

import shutil

from scripts import say, system
from scripts.places import ROOT


def main() -> None:
    found = sorted(path for path in ROOT.glob("benchmarks/*.py") if not path.name.startswith("_"))
    if not found:
        say.line("Chưa có phép đo nào trong benchmarks/ (no benchmarks yet)")
    for path in found:
        first = path.read_text(encoding="utf-8").lstrip().splitlines()[0].strip('"')
        say.line(f"  .venv/bin/python {path.relative_to(ROOT)}\n      {first}")
    if not shutil.which(system.BENCH_TOOL):
        say.line(f"\nCòn thiếu (still missing) {system.BENCH_TOOL}: {system.line_for([system.BENCH_TOOL])}")


if __name__ == "__main__":
    say.speak_utf8()
    main()
