"""The tables of the ground, by noun."""

from customers.models.absences import Absence
from customers.models.accounts import Contract, Customer, Stakeholder
from customers.models.archives import ArchiveFile
from customers.models.imports import ImportChange, ImportRun
from customers.models.notices import Notice, NoticeSettings
from customers.models.people import ApiToken, Invitation, SavedView, Team, User
from customers.models.seals import RecordCheck, Seal, Unsealed
from customers.models.second_factors import SecondFactor
from customers.models.signs import HealthSample, Meeting, UsageSample, Win
from customers.models.sources import UsagePull, UsageSource
from customers.models.stand_ins import StandInCall
from customers.models.standstill import Standstill
from customers.models.stops import Brake, Hold
from customers.models.webhook_endpoints import WebhookDelivery, WebhookEndpoint
from customers.models.work import Activity, AppendOnly, Todo
from customers.models.workspace import IdempotentCall, WorkspaceKey, WorkspaceSettings

__all__ = [
    "Absence",
    "Activity",
    "ApiToken",
    "AppendOnly",
    "ArchiveFile",
    "Brake",
    "Contract",
    "Customer",
    "HealthSample",
    "Hold",
    "IdempotentCall",
    "ImportChange",
    "ImportRun",
    "Invitation",
    "Meeting",
    "Notice",
    "NoticeSettings",
    "RecordCheck",
    "SavedView",
    "Seal",
    "SecondFactor",
    "Stakeholder",
    "StandInCall",
    "Standstill",
    "Team",
    "Todo",
    "Unsealed",
    "UsagePull",
    "UsageSample",
    "UsageSource",
    "User",
    "WebhookDelivery",
    "WebhookEndpoint",
    "Win",
    "WorkspaceKey",
    "WorkspaceSettings",
]
