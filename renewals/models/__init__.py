"""The tables of renewals."""

from renewals.models.book import BookChange, BookLine, BookSum
from renewals.models.crm import CrmStageMove
from renewals.models.engage import EngageRun, Override
from renewals.models.negotiation import Objection, TermNote
from renewals.models.renewals import Renewal
from renewals.models.steps import StepChange, StepLine

__all__ = [
    "BookChange",
    "BookLine",
    "BookSum",
    "CrmStageMove",
    "EngageRun",
    "Objection",
    "Override",
    "Renewal",
    "StepChange",
    "StepLine",
    "TermNote",
]
