"""`make test`: the browser modules' own tests, then pytest once for each store. Words after it go to pytest.

Without CI=true, what this machine lacks leaves tests out, and the last lines say so; with it, a lack is a failure.
"""

import os
import subprocess
import sys
import time

from scripts import browser_side, say, system
from scripts.places import IN_CI, PACKAGE_JSON, ROOT
from tests import services

STORES = ("sqlite", "postgres")
NOTHING_COLLECTED = 5


def main(words: list[str]) -> int:
    bring_tools()
    verdicts: dict[str, str] = {}
    if PACKAGE_JSON.exists() and not words:
        verdicts["frontend"] = frontend()
    for store in [os.environ["STORE"]] if os.environ.get("STORE") else STORES:
        verdicts[store] = pytest(store, words)
    return conclude(verdicts)


def bring_tools() -> None:
    """Install what only tests need, where that is allowed; elsewhere say what is left out, unless CI forbids it."""
    here = {"has_chromium": services.chromium_path() is not None, "has_nginx": services.nginx_path() is not None}
    wanted = system.missing_to_test(**here) if system.on_apt() else []
    if not wanted:
        return
    say.line(f"Công cụ kiểm thử (test tools): {' '.join(wanted)} ", end="")
    try:
        system.install(wanted)
        services.chromium_path.cache_clear()
        services.nginx_path.cache_clear()
        say.line(" ✓")
    except say.Stopped as problem:
        if IN_CI:
            raise
        say.stop(problem)
        say.line("  ! Đi tiếp; các bài kiểm thử cần chúng bị bỏ qua (going on; tests that need them are left out)\n")


def lacks() -> list[str]:
    """Return the services that are not here, as ``tests.services.HOW`` names and explains them."""
    found = {
        "PostgreSQL": services.has_postgres(),
        "Redis": services.has_redis(),
        "Chromium": services.chromium_path() is not None,
        "nginx": services.nginx_path() is not None,
        "FUSE": services.has_fuse(),
        "gcc": services.has_gcc(),
    }
    return [name for name, here in found.items() if not here]


def frontend() -> str:
    say.line("\n── frontend: npm test ", end="")
    started = time.monotonic()
    try:
        browser_side.test()
    except say.Stopped as problem:
        say.stop(problem)
        return "✗"
    say.line(" ✓")
    return f"✓ {say.took(started)}"


def pytest(store: str, words: list[str]) -> str:
    """Run the suite on one store, two workers to two cores; a file's tests stay together and share what they set up."""
    if store == "postgres" and not services.has_postgres() and not IN_CI:
        return "– bỏ qua cả lượt (left out)"
    shape = ["-n", os.environ.get("WORKERS", "2"), "--dist", "loadfile", "--no-loadscope-reorder", "-rs"]
    # The second time only what touches the store is worth running again.
    shape += ["-p", "tests.stored_only"] if store == STORES[1] and not os.environ.get("STORE") else []
    command = [sys.executable, "-m", "pytest", f"--store={store}", *shape, *words]
    say.line(f"\n── {store}: {' '.join(command[1:])}")
    started = time.monotonic()
    # Each kill starts two programs anew; once in full is enough, and $QUIZAPP_KILLS says how often otherwise.
    kills = {} if store == STORES[0] else {"QUIZAPP_KILLS": os.environ.get("QUIZAPP_KILLS", "8")}
    environment = {**os.environ, **kills}
    code = subprocess.run(command, cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, check=False).returncode
    if code == NOTHING_COLLECTED and words:
        return "– không có bài nào khớp (none matched)"
    return f"✓ {say.took(started)}" if code == 0 else f"✗ exit {code}"


def conclude(verdicts: dict[str, str]) -> int:
    say.line()
    for name in lacks():
        say.line(f"! Bỏ qua vì thiếu (left out for want of) {name}: {services.HOW[name]}")
    for name, verdict in verdicts.items():
        say.line(f"{name:9} {verdict}")
    return 1 if any(verdict.startswith("✗") for verdict in verdicts.values()) else 0


if __name__ == "__main__":
    say.speak_utf8()
    try:
        sys.exit(main(sys.argv[1:]))
    except say.Stopped as problem:
        say.stop(problem)
        sys.exit(1)
