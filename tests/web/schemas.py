"""Holding a JSON value against an OpenAPI 3.1 schema: as much of JSON Schema as msgspec writes, and stricter.

A name the schema does not know is a fault here, for nobody could rely on it.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "null": (type(None),),
}
KNOWN = {
    *("$ref", "type", "title", "description", "properties", "required", "additionalProperties", "items", "anyOf"),
    *("enum", "const", "default", "format", "minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems"),
    *("discriminator",),
}


def faults(value: Any, schema: dict[str, Any], described: dict[str, Any], at: str = "$") -> list[str]:
    """Return where ``value`` is not what ``schema`` says; ``described`` is the whole OpenAPI document."""
    return list(_faults(value, schema, described["components"]["schemas"], at))


def _faults(value: Any, schema: dict[str, Any], named: dict[str, Any], at: str) -> Iterator[str]:
    assert set(schema) <= KNOWN, f"this checker does not know {set(schema) - KNOWN}"
    if "$ref" in schema:
        yield from _faults(value, named[schema["$ref"].removeprefix("#/components/schemas/")], named, at)
    if "anyOf" in schema:
        tried = [list(_faults(value, one, named, at)) for one in schema["anyOf"]]
        yield from [] if not all(tried) else min(tried, key=len)
    if "type" in schema and (not isinstance(value, KINDS[schema["type"]]) or _is_yes_for_a_number(value, schema)):
        yield f"{at}: {value!r} is no {schema['type']}"
        return
    yield from _faults_of_itself(value, schema, at)
    if isinstance(value, dict) and "properties" in schema:
        yield from _faults_of_names(value, schema, named, at)
    if isinstance(value, list) and "items" in schema:
        for number, inner in enumerate(value):
            yield from _faults(inner, schema["items"], named, f"{at}[{number}]")


def _is_yes_for_a_number(value: Any, schema: dict[str, Any]) -> bool:
    return isinstance(value, bool) and schema["type"] == "integer"


def _faults_of_itself(value: Any, schema: dict[str, Any], at: str) -> Iterator[str]:
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at}: {value!r} is none of {schema['enum']}"
    if schema.get("format") == "date-time" and not _is_instant(value):
        yield f"{at}: {value!r} is no instant"
    if isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{at}: {value!r} is out of bounds"


def _faults_of_names(value: dict[str, Any], schema: dict[str, Any], named: dict[str, Any], at: str) -> Iterator[str]:
    for name in sorted(set(schema.get("required", ())) - set(value)):
        yield f"{at}: {name} is missing"
    for name, inner in value.items():
        if name in schema["properties"]:
            yield from _faults(inner, schema["properties"][name], named, f"{at}.{name}")
        else:
            yield f"{at}: {name} is not described"


def _is_instant(value: Any) -> bool:
    whole = re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", str(value))
    return bool(whole) and datetime.fromisoformat(str(value)).tzinfo is not None
