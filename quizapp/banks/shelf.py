"""Items as they are asked, kept at hand: a version never changes, so it is read once a process."""

import json
from collections.abc import Collection

from quizapp.banks.queries import Asked, asked_of
from quizapp.foundation.road import Lane

# About as many as a large authority's banks hold; then the shelf is cleared and filled anew.
MOST = 20_000

_VERSIONS = "SELECT v.id, v.kind, CAST(v.body AS text) FROM item_versions AS v WHERE v.id IN :ids"


class Shelf:
    """What contestants may see of item versions. No key is ever on it."""

    def __init__(self) -> None:
        self._held: dict[int, Asked] = {}

    def asked(self, lane: Lane, version_ids: Collection[int]) -> dict[int, Asked]:
        """Return what may be shown of the versions, by id; what is not at hand is fetched in one statement."""
        held = self._held
        missing = [version for version in version_ids if version not in held]
        if missing:
            if len(held) > MOST:
                held = self._held = {}
            for version, kind, body in lane.rows(_VERSIONS, ids=missing):
                held[version] = asked_of(version, kind, json.loads(body))
        return held
