"""Who may judge what."""

from quizapp.foundation.access import Actor, Role


def may_judge(actor: Actor) -> bool:
    """Tell whether the actor is a judge."""
    return actor.has(Role.JUDGE) and actor.account_id is not None


def may_mark(actor: Actor, author_unit_id: int) -> bool:
    """Tell whether the actor may mark somebody of ``author_unit_id``: a judge never marks their own school."""
    return may_judge(actor) and actor.unit_id != author_unit_id
