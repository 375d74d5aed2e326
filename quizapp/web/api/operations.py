"""The interface as a table, from which its description is made. A test holds it against the routes."""

from dataclasses import dataclass

import msgspec

from quizapp.web.api import shapes
from quizapp.web.shared import papers


@dataclass(frozen=True)
class Operation:
    """One thing a client can do."""

    method: str
    path: str
    summary: str
    body: type[msgspec.Struct] | None
    answers: dict[int, type[msgspec.Struct] | None]
    errors: tuple[int, ...] = ()


OPERATIONS = (
    Operation("get", "/session", "Who is signed in, and the CSRF token", None, {200: shapes.SessionOut}),
    Operation("post", "/session", "Sign in", shapes.SignIn, {201: shapes.SessionOut}, (400, 401, 415, 422, 429)),
    Operation("delete", "/session", "Sign out", None, {204: None}, (400, 401)),
    Operation("get", "/settings", "How pages look for this person", None, {200: shapes.Settings}, (401,)),
    Operation(
        "put",
        "/settings",
        "Choose how pages look",
        shapes.Settings,
        {200: shapes.Settings},
        (400, 401, 415, 422, 503),
    ),
    Operation("get", "/rounds", "The rounds the person may enter", None, {200: shapes.RoundsOut}, (401, 403)),
    Operation(
        "post",
        "/rounds/{ref}/attempts",
        "Start, or return the open attempt",
        shapes.Empty,
        {200: papers.AttemptOut, 201: papers.AttemptOut},
        (400, 401, 403, 404, 409, 415, 422),
    ),
    Operation(
        "get",
        "/attempts/{ref}",
        "The attempt and all that is stored of it",
        None,
        {200: papers.AttemptOut},
        (401, 403, 404),
    ),
    Operation(
        "get",
        "/attempts/{ref}/time",
        "How the attempt stands in time: a light look, for a page to take once a minute",
        None,
        {200: shapes.TimeOut},
        (401, 403, 404),
    ),
    Operation(
        "get",
        "/attempts/{ref}/responses/{no}/versions",
        "The earlier texts of the essay",
        None,
        {200: shapes.VersionsOut},
        (401, 403, 404),
    ),
    Operation(
        "get",
        "/attempts/{ref}/responses/{no}/versions/{version}",
        "One earlier text; restoring it is saving it as a new change",
        None,
        {200: shapes.VersionText},
        (401, 403, 404),
    ),
    Operation(
        "put",
        "/attempts/{ref}/responses/{no}",
        "Save one answer; acknowledged only after it is on the disk",
        shapes.SaveResponse,
        {200: shapes.SavedOut},
        (400, 401, 403, 404, 409, 413, 415, 422, 503),
    ),
    Operation(
        "post",
        "/attempts/{ref}/hand-in",
        "Hand in; again returns the same receipt",
        shapes.Empty,
        {200: papers.ReceiptOut},
        (400, 401, 403, 404, 409, 415, 422),
    ),
    Operation("get", "/attempts/{ref}/receipt", "The receipt", None, {200: papers.ReceiptOut}, (401, 403, 404)),
    Operation("get", "/receipts/{code}", "Check a receipt; open to anyone", None, {200: shapes.PublicReceipt}, (404,)),
)
