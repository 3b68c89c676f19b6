"""What the book keeps of its answers, and every table that it is read from."""

from customers.models import Brake, Contract, Customer, Hold, Stakeholder, Todo, User
from customers.queries.kept import KeptAnswers
from emails.models import Draft
from outreach.models import OutreachPlan, Touch
from renewals.models import Renewal

BOOK_ANSWERS = KeptAnswers(
    *(Customer, Contract, Renewal, Stakeholder, User),
    *(Brake, Hold, Todo, Draft, OutreachPlan, Touch),
)
