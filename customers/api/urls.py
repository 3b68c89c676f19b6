"""Paths under /api. A slash at the end is taken off before they are read."""

from django.urls import path

from customers.api.absences import AbsenceDetail, AbsenceList
from customers.api.import_runs import ImportUndo
from customers.api.imports import Imports
from customers.api.integrations import IntegrationToken, IntegrationTokens
from customers.api.invitations import InvitationDetail, InvitationList
from customers.api.merging import Merge
from customers.api.people import (
    People,
    Person,
    PersonDisable,
    PersonEnable,
    PersonReset,
    PersonTwoSteps,
    TeamDetail,
    TeamList,
)
from customers.api.record import Record, RecordVerify
from customers.api.settings import NoticeChoice, Profile, Settings, TokenDetail, TokenList
from customers.api.signs import Usage
from customers.api.sources import SourceDetail, SourceList, SourcePull, SourcePulls
from customers.api.stops import BrakeView, HoldView
from customers.api.views import CustomerDetail, CustomerList, StakeholderDetail, StakeholderList
from customers.api.webhook_endpoints import (
    DeliveryAgain,
    DeliveryDetail,
    DeliveryList,
    EndpointDetail,
    EndpointList,
    EndpointSecret,
    EndpointTest,
)
from customers.api.work import (
    MeetingCancel,
    MeetingDetail,
    MeetingHeld,
    MeetingList,
    TodoDetail,
    TodoList,
    WinDetail,
    WinList,
)

urlpatterns = [
    path("customers", CustomerList.as_view()),
    path("customers/<str:id>", CustomerDetail.as_view()),
    path("customers/<str:id>/stakeholders", StakeholderList.as_view()),
    path("customers/<str:id>/stakeholders/<uuid:stakeholderId>", StakeholderDetail.as_view()),
    path("customers/<str:id>/merge", Merge.as_view()),
    path("customers/<str:id>/usage", Usage.as_view()),
    path("customers/<str:id>/hold", HoldView.as_view()),
    path("customers/<str:id>/brake", BrakeView.as_view()),
    path("customers/<str:id>/todos", TodoList.as_view()),
    path("customers/<str:id>/wins", WinList.as_view()),
    path("customers/<str:id>/wins/<uuid:winId>", WinDetail.as_view()),
    path("customers/<str:id>/meetings", MeetingList.as_view()),
    path("customers/<str:id>/meetings/<uuid:meetingId>", MeetingDetail.as_view()),
    path("customers/<str:id>/meetings/<uuid:meetingId>/held", MeetingHeld.as_view()),
    path("customers/<str:id>/meetings/<uuid:meetingId>/cancel", MeetingCancel.as_view()),
    path("todos/<uuid:id>", TodoDetail.as_view()),
    path("absences", AbsenceList.as_view()),
    path("absences/<uuid:id>", AbsenceDetail.as_view()),
    path("webhook-endpoints", EndpointList.as_view()),
    path("webhook-endpoints/<uuid:id>", EndpointDetail.as_view()),
    path("webhook-endpoints/<uuid:id>/rotate-secret", EndpointSecret.as_view()),
    path("webhook-endpoints/<uuid:id>/test", EndpointTest.as_view()),
    path("webhook-deliveries", DeliveryList.as_view()),
    path("webhook-deliveries/<uuid:id>", DeliveryDetail.as_view()),
    path("webhook-deliveries/<uuid:id>/redeliver", DeliveryAgain.as_view()),
    path("imports", Imports.as_view()),
    path("imports/<uuid:id>/undo", ImportUndo.as_view()),
    path("people", People.as_view()),
    path("people/<uuid:id>", Person.as_view()),
    path("people/<uuid:id>/tokens", IntegrationTokens.as_view()),
    path("people/<uuid:id>/tokens/<uuid:tokenId>", IntegrationToken.as_view()),
    path("people/<uuid:id>/disable", PersonDisable.as_view()),
    path("people/<uuid:id>/enable", PersonEnable.as_view()),
    path("people/<uuid:id>/reset-link", PersonReset.as_view()),
    path("people/<uuid:id>/two-steps", PersonTwoSteps.as_view()),
    path("invitations", InvitationList.as_view()),
    path("invitations/<uuid:id>", InvitationDetail.as_view()),
    path("teams", TeamList.as_view()),
    path("teams/<uuid:id>", TeamDetail.as_view()),
    path("settings", Settings.as_view()),
    path("profile", Profile.as_view()),
    path("notices/settings", NoticeChoice.as_view()),
    path("tokens", TokenList.as_view()),
    path("tokens/<uuid:id>", TokenDetail.as_view()),
    path("usage-sources", SourceList.as_view()),
    path("usage-sources/<uuid:id>", SourceDetail.as_view()),
    path("usage-sources/<uuid:id>/pull", SourcePull.as_view()),
    path("usage-sources/<uuid:id>/pulls", SourcePulls.as_view()),
    path("record", Record.as_view()),
    path("record/verify", RecordVerify.as_view()),
]
