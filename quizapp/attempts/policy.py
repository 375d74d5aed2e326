"""Whose attempt it is."""

from quizapp.foundation.access import Actor


def may_see(actor: Actor, owner_person_id: int) -> bool:
    """Tell whether the actor may see and write the attempt: its owner alone."""
    return actor.person_id is not None and actor.person_id == owner_person_id
