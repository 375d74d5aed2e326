"""JSON in and JSON out: checked on the way in, listed on the way out."""

from typing import TypeVar

import msgspec
from flask import Response, request
from werkzeug.exceptions import UnsupportedMediaType

from quizapp.foundation.errors import BadInput

Shape = TypeVar("Shape", bound=msgspec.Struct)


def body_of(shape: type[Shape]) -> Shape:
    """Return the request's body as ``shape``. Read whole before any clock is.

    Raises:
        BadInput: if it is not what the shape says.
        UnsupportedMediaType: if it does not call itself JSON.
    """
    if request.mimetype != "application/json":
        raise UnsupportedMediaType
    try:
        return msgspec.json.decode(request.get_data(cache=True), type=shape)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise BadInput from None


def json_of(shape: msgspec.Struct, status: int = 200) -> Response:
    """Return ``shape`` as a response."""
    return Response(msgspec.json.encode(shape), status, mimetype="application/json")
