"""How Alembic reaches the database."""

import re

from alembic import context

from quizapp.migrations.tables import metadata

# A partition's rows, columns and keys are its table's.
PARTITION = re.compile(r"\w+_p[0-9]{2}")


def is_compared(name: str | None, kind: str, _parents: object) -> bool:
    """Tell whether Alembic compares the thing with the models."""
    return kind != "table" or not PARTITION.fullmatch(name or "")


with context.config.attributes["engine"].connect() as connection:
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=True,
        compare_type=True,
        include_name=is_compared,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
