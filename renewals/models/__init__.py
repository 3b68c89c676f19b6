"""The tables of renewals."""

from renewals.models.engage import EngageRun, Override
from renewals.models.negotiation import Objection, TermNote
from renewals.models.renewals import Renewal

__all__ = ["EngageRun", "Objection", "Override", "Renewal", "TermNote"]
