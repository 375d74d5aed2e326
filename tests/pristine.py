"""A PostgreSQL database made as new between tests: milliseconds, where making and dropping one takes a second."""

import psycopg
from psycopg import sql

# A partition's rows are its table's.
TABLES = (
    "SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace "
    "WHERE n.nspname = %s AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY c.relname"
)


class Changed(Exception):
    """The database holds other tables than it was made with, so it cannot be made as new."""


def remember(address: str) -> None:
    """Keep a copy of every row, and where each sequence stands, in a schema of its own."""
    with psycopg.connect(address) as link:
        link.execute("CREATE SCHEMA pristine")
        for table in _tables(link, "public"):
            link.execute(sql.SQL("CREATE TABLE pristine.{0} AS TABLE public.{0}").format(sql.Identifier(table)))
        link.execute(
            "CREATE TABLE pristine.sequences_as_they_stood AS "
            "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = 'public'"
        )


def restore(address: str) -> None:
    """Put every row and every sequence back; whoever is still connected is cut off first.

    Raises:
        Changed: if there are other tables than there were.
    """
    with psycopg.connect(address) as link:
        link.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        tables = _tables(link, "public")
        if tables != [name for name in _tables(link, "pristine") if name != "sequences_as_they_stood"]:
            raise Changed
        link.execute("SET LOCAL session_replication_role = replica")
        for table in tables:
            link.execute(sql.SQL("DELETE FROM public.{}").format(sql.Identifier(table)))
            link.execute(sql.SQL("INSERT INTO public.{0} SELECT * FROM pristine.{0}").format(sql.Identifier(table)))
        link.execute(
            "SELECT setval(format('public.%I', sequencename)::regclass, "
            "coalesce(last_value, 1), last_value IS NOT NULL) FROM pristine.sequences_as_they_stood"
        )


def _tables(link: "psycopg.Connection[tuple[object, ...]]", schema: str) -> list[str]:
    return [str(name) for (name,) in link.execute(TABLES, (schema,))]
