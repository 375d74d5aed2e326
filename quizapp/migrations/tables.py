"""Today's models, all imported, for comparing the migrated schema with them."""

import quizapp.accounts.models
import quizapp.attempts.models
import quizapp.banks.models
import quizapp.contests.models
import quizapp.entries.models
import quizapp.foundation.models
import quizapp.grading.models
import quizapp.judging.models
import quizapp.roster.models  # noqa: F401
from quizapp.foundation.db import Base

metadata = Base.metadata
