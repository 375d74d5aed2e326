"""Who may enter what."""

from quizapp.contests.rules import RoundTerms
from quizapp.foundation.access import Actor, Role


def may_enter(actor: Actor, terms: RoundTerms) -> bool:
    """Tell whether the actor takes part: a participant whose category may enter from their kind of unit."""
    if not actor.has(Role.PARTICIPANT) or actor.person_id is None or actor.has(Role.JUDGE):
        return False
    return actor.category in terms.enter.get(actor.unit_kind or "", ())
