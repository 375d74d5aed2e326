"""What supervisors and load balancers hear: alive, and ready for visitors."""

from dataclasses import replace

import pytest
from sqlalchemy import text

from quizapp.app import create_app
from quizapp.house import House
from tests.factories import Visitor
from tests.resilience.programs import free_port


def test_a_node_with_todays_schema_is_ready(visitor: Visitor) -> None:
    answer = visitor.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (200, {"ready": True, "schema": "current"})


def test_a_node_whose_database_has_another_schema_is_alive_but_not_ready(house: House, visitor: Visitor) -> None:
    assert visitor.get("/readyz").status_code == 200
    with house.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = 'another'"))
    answer = visitor.get("/readyz")
    assert (answer.status_code, answer.get_json()) == (503, {"ready": False, "schema": "other"})
    assert visitor.get("/healthz").get_json()["alive"] is True


@pytest.mark.parametrize("path", ["/readyz", "/healthz"])
def test_a_node_that_does_not_reach_its_database_is_neither(house: House, path: str) -> None:
    nowhere = f"postgresql+psycopg://nobody@127.0.0.1:{free_port()}/nothing?connect_timeout=2"
    apart = House(replace(house.settings, database_url=nowhere, redis_url=None))
    assert Visitor(create_app(apart)).get(path).status_code == 503
    apart.engine.dispose()
