"""Whose attempt it is, and who may change its time."""

from quizapp.foundation.access import Actor, Role


def may_see(actor: Actor, owner_person_id: int) -> bool:
    """Tell whether the actor may see and write the attempt: its owner alone."""
    return actor.person_id is not None and actor.person_id == owner_person_id


def may_change_time(actor: Actor) -> bool:
    """Tell whether the actor may extend, pause and resume a round: administrators."""
    return actor.has(Role.ADMINISTRATOR)
