"""`make clean`: remove what set-up and tests can make again. Data in var/ stays, but for set-up's own logs."""

import shutil

from scripts import say
from scripts.places import BUILD, LOGS, MODULES, ROOT, TRANSLATIONS, VENV

CACHES = (".mypy_cache", ".ruff_cache", ".pytest_cache", ".import_linter_cache", ".hypothesis", "quizapp.egg-info")


def main() -> None:
    folders = [VENV, MODULES, BUILD, LOGS, *(ROOT / name for name in CACHES)]
    for folder in [*folders, *ROOT.glob("[!.]*/**/__pycache__")]:
        if folder.exists():
            shutil.rmtree(folder)
    for catalogue in TRANSLATIONS.glob("**/*.mo"):
        catalogue.unlink()
    (ROOT / ".coverage").unlink(missing_ok=True)
    say.line("Đã dọn; dữ liệu trong var/ còn nguyên (cleaned; data in var/ is untouched)")


if __name__ == "__main__":
    say.speak_utf8()
    main()
