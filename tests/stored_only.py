"""A pytest plugin for the second run, on the other store: leave out what touches no store."""

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    stored = [item for item in items if "stores" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=[item for item in items if item not in stored])
    items[:] = stored
