"""The description of the interface, OpenAPI 3.1, generated from the table of operations and the shapes."""

import re
from typing import Any

import msgspec

from quizapp.web.api.operations import OPERATIONS, Operation
from quizapp.web.api.shapes import Problem

PREFIX = "/api/v1"
_REF = "#/components/schemas/{name}"


def describe() -> dict[str, Any]:
    """Return the whole description."""
    types = {shape for operation in OPERATIONS for shape in (operation.body, *operation.answers.values()) if shape}
    ordered = sorted(types | {Problem}, key=lambda shape: shape.__name__)
    _, components = msgspec.json.schema_components(ordered, ref_template=_REF)
    paths: dict[str, Any] = {}
    for operation in OPERATIONS:
        paths.setdefault(PREFIX + operation.path, {})[operation.method] = _operation(operation)
    return {
        "openapi": "3.1.0",
        "info": {"title": "quizapp", "version": "1", "description": "What the contest's own pages use."},
        "paths": paths,
        "components": {"schemas": components, "securitySchemes": {"session": _session_scheme()}},
    }


def _session_scheme() -> dict[str, str]:
    return {"type": "apiKey", "in": "cookie", "name": "session", "description": "Set by POST /session."}


def _operation(operation: Operation) -> dict[str, Any]:
    told: dict[str, Any] = {"summary": operation.summary, "responses": _responses(operation)}
    names = re.findall(r"{(\w+)}", operation.path)
    parameters = [_parameter(name) for name in names]
    if operation.method != "get":
        parameters.append({"name": "X-CSRFToken", "in": "header", "required": True, "schema": {"type": "string"}})
    if parameters:
        told["parameters"] = parameters
    if operation.body:
        told["requestBody"] = {"required": True, "content": _json(operation.body)}
    return told


def _parameter(name: str) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": 1} if name == "no" else {"type": "string"}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _responses(operation: Operation) -> dict[str, Any]:
    good = {
        str(status): {"description": "Done", **({"content": _json(shape)} if shape else {})}
        for status, shape in operation.answers.items()
    }
    bad = {
        str(status): {"description": "Refused", "content": _json(Problem, "application/problem+json")}
        for status in operation.errors
    }
    return good | bad


def _json(shape: type[msgspec.Struct], mimetype: str = "application/json") -> dict[str, Any]:
    return {mimetype: {"schema": {"$ref": _REF.format(name=shape.__name__)}}}
