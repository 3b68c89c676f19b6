"""The paths under /api: each app's own, and their description."""

from django.urls import include, path

from config.api.approvals import ApprovalApprove, ApprovalDecline, ApprovalList
from config.api.command import Command
from config.api.docs import Docs, Schema
from config.api.evidence import EvidenceView
from config.api.notices import NoticeList, NoticeRead, NoticeReadAll
from config.api.saved_views import SavedViewDetail, SavedViewList
from config.api.today import TodayList

urlpatterns = [
    path("", include("customers.api.urls")),
    path("", include("journeys.api.urls")),
    path("", include("emails.api.urls")),
    path("", include("renewals.api.urls")),
    path("", include("outreach.api.urls")),
    path("", include("config.api.handover_urls")),
    path("customers/<str:id>/renewal/evidence", EvidenceView.as_view()),
    path("today", TodayList.as_view()),
    path("notices", NoticeList.as_view()),
    path("notices/read-all", NoticeReadAll.as_view()),
    path("notices/<uuid:id>/read", NoticeRead.as_view()),
    path("views", SavedViewList.as_view()),
    path("views/<uuid:id>", SavedViewDetail.as_view()),
    path("approvals", ApprovalList.as_view()),
    path("approvals/<uuid:id>/approve", ApprovalApprove.as_view()),
    path("approvals/<uuid:id>/decline", ApprovalDecline.as_view()),
    path("command", Command.as_view()),
    path("schema", Schema.as_view(), name="schema"),
    path("docs", Docs.as_view(), name="docs"),
]
