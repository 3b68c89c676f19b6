"""What the approvals queue keeps: where things stand in it. Their texts are read and judged each time."""

from customers.models import Customer, Stakeholder, User
from customers.queries.kept import KeptAnswers
from emails.models import Draft
from journeys.models import Deliverable, JourneyMonth
from outreach.models import Enrollment

APPROVAL_ANSWERS = KeptAnswers(Customer, Stakeholder, User, Draft, Deliverable, JourneyMonth, Enrollment)
