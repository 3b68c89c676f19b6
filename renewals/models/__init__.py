"""The tables of renewals."""

from renewals.models.crm import CrmStageMove
from renewals.models.engage import EngageRun, Override
from renewals.models.negotiation import Objection, TermNote
from renewals.models.renewals import Renewal

__all__ = ["CrmStageMove", "EngageRun", "Objection", "Override", "Renewal", "TermNote"]
