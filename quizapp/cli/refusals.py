"""What a command says where the contest or the database refuses."""

from sqlalchemy.exc import ProgrammingError

from quizapp.foundation.errors import ContestError
from quizapp.foundation.work import StoreBusy


def sentence(error: Exception) -> str | None:
    """Return what to tell of ``error``, or ``None`` if it is a fault of the program."""
    if isinstance(error, StoreBusy | ProgrammingError):
        return _unusable(error)
    return str(error) if isinstance(error, ContestError) else None


def _unusable(error: Exception) -> str:
    told = error.__cause__ if isinstance(error, StoreBusy) else error
    reason = str(getattr(told, "orig", told)).splitlines()[0]
    return f"Cơ sở dữ liệu chưa dùng được ({reason}). Chạy `quizapp db upgrade`, rồi `quizapp doctor` nếu vẫn vậy."
