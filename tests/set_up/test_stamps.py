"""A step is done once, done again when what it is made from changes, and never believed when it was cut short."""

from pathlib import Path

import pytest

from scripts import stamps
from scripts.stamps import Step


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(stamps, "STAMPS", tmp_path / "stamps")
    path = tmp_path / "run.lock"
    path.write_text("flask==3.1.3\n")
    return path


def install_step(lock: Path, done: list[str]) -> Step:
    made = lock.with_name("made")

    def install() -> None:
        done.append(lock.read_text())
        made.touch()

    return Step("packages", "Thư viện", lambda: stamps.fingerprint([lock]), install, proof=(made,))


def test_a_second_run_has_nothing_to_do(lock: Path) -> None:
    done: list[str] = []
    for _ in range(2):
        install_step(lock, done).see_to()
    assert done == ["flask==3.1.3\n"]


def test_a_changed_lock_is_installed_again(lock: Path) -> None:
    done: list[str] = []
    install_step(lock, done).see_to()
    lock.write_text("flask==3.1.4\n")
    install_step(lock, done).see_to()
    assert done == ["flask==3.1.3\n", "flask==3.1.4\n"]


def test_what_was_removed_by_hand_is_made_again(lock: Path) -> None:
    done: list[str] = []
    step = install_step(lock, done)
    step.see_to()
    lock.with_name("made").unlink()
    step.see_to()
    assert len(done) == 2


def test_a_step_cut_short_is_found_undone(lock: Path) -> None:
    def pull_the_plug() -> None:
        raise KeyboardInterrupt

    done: list[str] = []
    install_step(lock, done).see_to()
    with pytest.raises(KeyboardInterrupt):
        Step("packages", "Thư viện", lambda: stamps.fingerprint([lock], "new"), pull_the_plug).see_to()
    assert not install_step(lock, done).is_done()


def test_nothing_to_make_is_done(lock: Path) -> None:
    assert Step("assets", "Giao diện", lambda: None, lambda: pytest.fail("nothing to do")).is_done()
