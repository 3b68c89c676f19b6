"""The tables of renewals."""

from renewals.models.engage import EngageRun, Override
from renewals.models.renewals import Renewal

__all__ = ["EngageRun", "Override", "Renewal"]
