"""Looking on the straight road leaves connections for everybody else."""

from quizapp.house import House
from tests.together import at_once


def test_a_crowd_that_looks_at_once_leaves_connections_for_others(house: House) -> None:
    def look(_number: int) -> int:
        with house.store.glance() as lane:
            rounds = lane.rows("SELECT id FROM rounds")
        with house.store.reading():
            return len(rounds)

    assert len(set(at_once(64, look))) == 1
