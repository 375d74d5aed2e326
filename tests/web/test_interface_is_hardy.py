"""What Schemathesis makes of the described interface: each operation, with what fits its description and what does not.

The requests are made from the description, by chance that repeats itself, and go straight into the application. Every
answer has to be as described – its status, its type, its shape –, and nothing may be a fault of ours.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CheckFunction, not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from quizapp.contests.rules import RoundKind
from quizapp.house import House
from quizapp.web.api.operations import OPERATIONS
from tests.factories import Clock, Visitor, answer_all, enter, hand_in, round_of, start

PREFIX = "/api/v1"
CHECKS: list[CheckFunction] = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]

# So many requests an operation, and again as many that do not fit the description.
EXAMPLES = 12

# Signing out would end the visit.
SIGN_OUT = f"DELETE {PREFIX}/session"
LABELS = [label for one in OPERATIONS if (label := f"{one.method.upper()} {PREFIX}{one.path}") != SIGN_OUT]


@dataclass
class Desk:
    """Somebody at work, and names that lead somewhere, by what they name."""

    visitor: Visitor
    known: dict[str, list[dict[str, Any]]]
    schema: Any
    heard: dict[int, int] = field(default_factory=dict)
    # Whether what is sent shall fit the questions, too: no description tells how many options one has.
    fitting: bool = False

    def ask(self, case: Any, data: st.DataObject) -> Any:
        """Send ``case`` as an honest page signs it, mostly with names of ours in its slots."""
        thing = case.operation.path.removeprefix(f"{PREFIX}/").split("/")[0]
        if case.path_parameters and sum(self.heard.values()) % 4:
            # Every slot filled where we can: or an essay's version would hardly ever be found.
            fitting = [names for names in self.known[thing] if case.path_parameters.keys() <= names.keys()]
            names = data.draw(st.sampled_from(fitting or self.known[thing]))
            case.path_parameters |= {name: names[name] for name in names if name in case.path_parameters}
        if case.operation.label.endswith("/responses/{no}") and isinstance(case.body, dict):
            case.body.pop(data.draw(st.sampled_from(["html", "choice", ""])), None)
            if self.fitting and case.path_parameters.get("no") == 2:
                case.body = {"seq": case.body["seq"], "choice": [0]}
        kept = self.visitor.client.get_cookie("session")
        assert kept
        answer = case.call(headers={"X-CSRFToken": self.visitor.token()}, cookies={"session": kept.value})
        self.heard[answer.status_code] = self.heard.get(answer.status_code, 0) + 1
        return answer


@pytest.fixture
def desk(house: House, app: Flask, clock: Clock) -> Desk:
    pupil = enter(house)
    done = start(house, pupil, RoundKind.WRITTEN)
    answer_all(house, pupil, done)
    open_ = start(house, pupil)
    clock.pass_(minutes=30)
    for seq in (1, 2):
        house.saving.essay(pupil.actor, open_, 41, seq, f"<p>Bản {seq}</p>")
    code = hand_in(house, pupil, done)
    essay = {"ref": open_, "no": 41, "version": "1"}
    known = {
        "rounds": [{"ref": round_of(house, kind).ref} for kind in RoundKind],
        "attempts": [essay, essay, {"ref": open_, "no": 2}, {"ref": done}, {"ref": start(house, enter(house))}],
        "receipts": [{"code": code}],
    }
    visitor = Visitor(app).sign_in(pupil)
    return Desk(visitor, known, schemathesis.openapi.from_wsgi(f"{PREFIX}/openapi.json", app))


def operation(desk: Desk, label: str) -> Any:
    found = {one.ok().label: one.ok() for one in desk.schema.get_all_operations()}
    assert set(found) == {*LABELS, SIGN_OUT}
    return found[label]


def drive(desk: Desk, strategy: Any, checks: list[CheckFunction]) -> None:
    @seed(2019)
    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy, data=st.data())
    def each(case: Any, data: st.DataObject) -> None:
        case.validate_response(desk.ask(case, data), checks=checks)

    each()


@pytest.mark.parametrize("label", LABELS)
def test_what_fits_the_description_is_answered_as_described(desk: Desk, label: str) -> None:
    """It gets beyond the doors, too: of every operation a good answer is heard (nobody guesses a PIN)."""
    desk.fitting = True
    drive(desk, operation(desk, label).as_strategy(GenerationMode.POSITIVE), CHECKS)
    assert any(status < 300 for status in desk.heard) or label == f"POST {PREFIX}/session", desk.heard


@pytest.mark.parametrize("label", [label for label in LABELS if not label.startswith("GET")])
def test_what_does_not_fit_is_refused_as_described(desk: Desk, label: str) -> None:
    drive(desk, operation(desk, label).as_strategy(GenerationMode.NEGATIVE), [*CHECKS, negative_data_rejection])
