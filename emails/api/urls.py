"""Paths under /api. A slash at the end is taken off before they are read."""

from django.urls import path

from emails.api.letters import DraftSign, DraftUndo, EmailSettle, ReplyAnswer, VersionList, VersionRestore
from emails.api.replies import ReplyDetail, ReplyList
from emails.api.sending import EmailDetail, Send
from emails.api.suppressions import StakeholderErase, StakeholderSuppress, SuppressionLift, SuppressionList
from emails.api.views import (
    DraftApprove,
    DraftDetail,
    DraftFactConfirm,
    DraftFacts,
    DraftList,
    DraftPreview,
    DraftRegenerate,
    DraftSchedule,
)

urlpatterns = [
    path("emails/drafts", DraftList.as_view()),
    path("emails/drafts/<uuid:id>", DraftDetail.as_view()),
    path("emails/drafts/<uuid:id>/regenerate", DraftRegenerate.as_view()),
    path("emails/drafts/<uuid:id>/approve", DraftApprove.as_view()),
    path("emails/drafts/<uuid:id>/schedule", DraftSchedule.as_view()),
    path("emails/drafts/<uuid:id>/preview", DraftPreview.as_view()),
    path("emails/drafts/<uuid:id>/sign", DraftSign.as_view()),
    path("emails/drafts/<uuid:id>/undo", DraftUndo.as_view()),
    path("emails/drafts/<uuid:id>/versions", VersionList.as_view()),
    path("emails/drafts/<uuid:id>/versions/<uuid:versionId>/restore", VersionRestore.as_view()),
    path("emails/drafts/<uuid:id>/facts", DraftFacts.as_view()),
    path("emails/drafts/<uuid:id>/facts/confirm", DraftFactConfirm.as_view()),
    path("emails/send", Send.as_view()),
    path("emails/<uuid:id>", EmailDetail.as_view()),
    path("emails/<uuid:id>/settle", EmailSettle.as_view()),
    path("suppressions", SuppressionList.as_view()),
    path("suppressions/<uuid:id>/lift", SuppressionLift.as_view()),
    path("customers/<str:id>/stakeholders/<uuid:stakeholderId>/suppress", StakeholderSuppress.as_view()),
    path("customers/<str:id>/stakeholders/<uuid:stakeholderId>/erase", StakeholderErase.as_view()),
    path("replies", ReplyList.as_view()),
    path("replies/<uuid:id>", ReplyDetail.as_view()),
    path("replies/<uuid:id>/answer", ReplyAnswer.as_view()),
]
