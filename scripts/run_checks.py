"""`make check`: every check runs, each with its time; the end names those that failed."""

import subprocess
import sys
import time
from pathlib import Path

from scripts import say
from scripts.places import BIN, ROOT

CODE = ("quizapp", "tests", "scripts")


def checks() -> dict[str, list[str | Path]]:
    """Return each check's name and command."""
    code = [name for name in (*CODE, "benchmarks") if (ROOT / name).is_dir()]
    banks = sorted(path.parent for path in ROOT.glob("question_banks/*/bank.yaml"))
    return {
        "ruff": [BIN / "ruff", "check", "--output-format", "concise", *code],
        "format": [BIN / "ruff", "format", "--check", "--output-format", "concise", *code],
        "mypy": [BIN / "mypy"],
        "contracts": [BIN / "lint-imports"],
        "migrations": [BIN / "quizapp", "db", "check"],
        "translations": [BIN / "python", "-m", "scripts.check_translations"],
        "banks": [BIN / "quizapp", "bank", "check", *banks],
    }


def main(only: list[str]) -> int:
    """Run the checks named in ``only``, or all; return 0 if every one passed."""
    chosen = {name: command for name, command in checks().items() if not only or name in only}
    failed = [name for name, command in chosen.items() if not passes(name, command)]
    named = f" – hỏng (failed): {', '.join(failed)}" if failed else ""
    say.line(f"\n{len(chosen) - len(failed)}/{len(chosen)} mục đạt (checks passed){named}")
    return 1 if failed else 0


def passes(name: str, command: list[str | Path]) -> bool:
    say.line(f"\n── {name}: {' '.join(str(word).removeprefix(f'{ROOT}/') for word in command)}")
    started = time.monotonic()
    code = subprocess.run(command, cwd=ROOT, stdin=subprocess.DEVNULL, check=False).returncode
    say.line(f"   {'✓' if code == 0 else f'✗ exit {code}'} {name} {say.took(started)}")
    return code == 0


if __name__ == "__main__":
    say.speak_utf8()
    sys.exit(main(sys.argv[1:]))
