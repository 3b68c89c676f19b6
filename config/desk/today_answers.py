"""What Today keeps of its answers, and every table that it is read from."""

from customers.models import Brake, Contract, Customer, Hold, Meeting, Stakeholder, Todo, User
from customers.queries.kept import KeptAnswers
from emails.models import Draft, Reply
from journeys.models import BusinessPlan, Deliverable, Journey, JourneyMonth
from outreach.models import Enrollment, OutreachPlan, Touch, UpsellRun, UpsellStep
from renewals.models import Objection, Renewal

TODAY_ANSWERS = KeptAnswers(
    *(Brake, Contract, Customer, Hold, Meeting, Stakeholder, Todo, User),
    *(Draft, Reply),
    *(BusinessPlan, Deliverable, Journey, JourneyMonth),
    *(Enrollment, OutreachPlan, Touch, UpsellRun, UpsellStep),
    *(Objection, Renewal),
    most=32,
)
