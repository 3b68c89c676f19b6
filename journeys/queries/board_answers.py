"""What the board keeps of its answers, and every table that it is read from."""

from customers.models import Customer, Stakeholder, User
from customers.queries.kept import KeptAnswers
from journeys.models import Deliverable, Journey, JourneyMonth, Programme, ProgrammeStep, ProgrammeVersion

BOARD_ANSWERS = KeptAnswers(
    *(Customer, Stakeholder, User),
    *(Journey, JourneyMonth, Deliverable, Programme, ProgrammeVersion, ProgrammeStep),
)
