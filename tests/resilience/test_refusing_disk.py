"""A disk that is full, or refuses to sync: nothing is called saved that is not, and afterwards the server goes on."""

from random import Random

import pytest

from tests.resilience.books import Content
from tests.resilience.machines import Machine
from tests.resilience.writers import Writer, await_saves, saves, writers_at, writing
from tests.together import until

WRITERS = 12
# Enough changes to fill what the database has of room in its files.
MANY = 1000
ESSAY = 41


def content_of(no: int, seq: int) -> Content:
    """Return what the pupil answers in change ``seq`` of item ``no``; an essay that cannot be packed, so files grow."""
    if no != ESSAY:
        return (0,)
    words = [f"{number:x}" for number in Random(seq).choices(range(16**6), k=5000)]
    return f"<p>Lần {seq}. {' '.join(words)}</p>"


class Pupil(Writer):
    """Sends each change once, and keeps the ledger all the same."""

    def send(self, no: int, seq: int) -> int:
        """Send change ``seq`` of item ``no`` and return the status."""
        content = content_of(no, seq)
        body = {"seq": seq, "html": content} if isinstance(content, str) else {"seq": seq, "choice": list(content)}
        self.ledger.note_sent(no, seq, content)
        path = f"{self.api}/attempts/{self.ledger.attempt}/responses/{no}"
        status = self.http.put(path, json=body, timeout=60).status_code
        if status < 300:
            self.ledger.note_acknowledged(no, seq, content)
        return status

    def try_to_hand_in(self) -> int:
        """Hand in once and return the status."""
        return self.http.post(f"{self.api}/attempts/{self.ledger.attempt}/hand-in", json={}, timeout=60).status_code

    def stored_seq(self, no: int) -> int:
        """Return the number of the stored change of item ``no``, as the server shows it."""
        paper = self.http.get(f"{self.api}/attempts/{self.ledger.attempt}", timeout=60)
        if paper.status_code != 200:
            return -1
        told = paper.json()
        return int(next(item["seq"] for item in told["items"] if item["no"] == no))


@pytest.mark.parametrize("disk", ["refusing", "full"])
def test_what_the_disk_refused_is_not_called_saved(machine: Machine, disk: str) -> None:
    (pupil,) = writers_at(machine, 1, kind=Pupil)
    with pupil.http:
        assert pupil.send(1, 1) == pupil.send(ESSAY, 1) == 200
        machine.disk.ask(disk)
        refused = next((seq for seq in range(2, MANY) if pupil.send(ESSAY, seq) >= 500), None)
        assert refused and machine.disk.ask("tell")["refused"], "the disk was never asked for what it refuses"
        if disk == "refusing":  # a full one has room left for small changes, here and there
            assert pupil.send(1, 2) >= 500
            assert pupil.try_to_hand_in() >= 500
        machine.disk.ask("willing")
        # Whatever became of it, it was not acknowledged; the server comes back by itself, and the pupil sends it again.
        assert until(lambda: pupil.send(1, 3) == 200, 60, every=0.5)
        assert until(lambda: pupil.send(ESSAY, refused) in {200, 409}, 60, every=0.5)
        assert pupil.stored_seq(1) == 3
        pupil.hand_in()
    machine.cut_power()
    assert machine.check([pupil.ledger]) == []


@pytest.mark.parametrize("disk", ["refusing", "full"])
def test_many_write_while_the_disk_refuses_and_nothing_acknowledged_is_lost(machine: Machine, disk: str) -> None:
    writers = writers_at(machine, WRITERS)
    with writing(writers):
        assert await_saves(writers, 50)
        machine.disk.ask(disk)
        assert until(lambda: machine.disk.ask("tell")["refused"] >= 5, 60)
        before, refused = saves(writers), machine.disk.ask("tell")["refused"]
        machine.disk.ask("willing")
        assert await_saves(writers, 50, seconds=90), machine.web and machine.web.said()
        Writer.dark.set()
        machine.cut_power()
    print({"refused": refused, "saved before": before, "saved": saves(writers)})
    assert machine.check([one.ledger for one in writers]) == []


def test_what_is_called_saved_by_a_disk_that_refuses_is_found_out(machine: Machine) -> None:
    machine.be_careless()
    (pupil,) = writers_at(machine, 1, kind=Pupil)
    with pupil.http:
        machine.disk.ask("refusing")
        assert pupil.send(1, 1) == 200
    machine.cut_power()
    assert machine.check([pupil.ledger]) != []
