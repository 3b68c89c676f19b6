"""Paths under /api. A slash at the end is taken off before they are read."""

from django.urls import path

from outreach.api.connection import ConnectionEnd, ConnectionRead, ConnectionView, CustomFields
from outreach.api.crm import CrmStages, CrmView, CrmWriteRetry, CrmWrites
from outreach.api.enrollments import (
    Enroll,
    EnrollmentApprove,
    EnrollmentDecline,
    EnrollmentPause,
    EnrollmentRemove,
    EnrollmentResume,
    EnrollmentStatus,
    MappingDetail,
    Mappings,
    Prospects,
)
from outreach.api.expansion import (
    ExpansionContextView,
    FeatureRequestsView,
    FeatureRequestView,
    UpsellIntroductionView,
)
from outreach.api.introductions import (
    ChannelView,
    ExpansionLook,
    IntroductionAnswer,
    IntroductionCopy,
    IntroductionList,
)
from outreach.api.offers import OfferDetail, OfferList
from outreach.api.opportunities import OpportunityDetail, OpportunityList
from outreach.api.outreach_io import OutreachCallback, OutreachConnect, OutreachSequences
from outreach.api.runs import (
    RunApprove,
    RunCancel,
    RunDetail,
    RunList,
    RunReply,
    RunRetry,
    RunSkip,
)
from outreach.api.upsell_settings import SlackQuestionAgain, SlackQuestions, UpsellSettingsView

urlpatterns = [
    path("integrations/crm", CrmView.as_view()),
    path("integrations/crm/read-stages", CrmStages.as_view()),
    path("integrations/crm/writes", CrmWrites.as_view()),
    path("integrations/crm/writes/<uuid:id>/retry", CrmWriteRetry.as_view()),
    path("integrations/outreach", ConnectionView.as_view()),
    path("integrations/outreach/disconnect", ConnectionEnd.as_view()),
    path("integrations/outreach/discover", ConnectionRead.as_view()),
    path("outreach/custom-fields", CustomFields.as_view()),
    path("slack-questions", SlackQuestions.as_view()),
    path("slack-questions/<uuid:id>/post-again", SlackQuestionAgain.as_view()),
    path("upsell-settings", UpsellSettingsView.as_view()),
    path("integrations/outreach/connect", OutreachConnect.as_view()),
    path("integrations/outreach/callback", OutreachCallback.as_view()),
    path("outreach/sequences", OutreachSequences.as_view()),
    path("outreach/prospects", Prospects.as_view()),
    path("outreach/enroll", Enroll.as_view()),
    path("outreach/enrollments/<uuid:id>/approve", EnrollmentApprove.as_view()),
    path("outreach/enrollments/<uuid:id>/decline", EnrollmentDecline.as_view()),
    path("outreach/status/<uuid:stakeholderId>", EnrollmentStatus.as_view()),
    path("outreach/pause/<uuid:stakeholderId>", EnrollmentPause.as_view()),
    path("outreach/resume/<uuid:stakeholderId>", EnrollmentResume.as_view()),
    path("outreach/remove/<uuid:stakeholderId>", EnrollmentRemove.as_view()),
    path("outreach/mappings", Mappings.as_view()),
    path("outreach/mappings/<uuid:id>", MappingDetail.as_view()),
    path("customers/<str:id>/expansion-context", ExpansionContextView.as_view()),
    path("customers/<str:id>/upsell-intro", UpsellIntroductionView.as_view()),
    path("customers/<str:id>/feature-requests", FeatureRequestsView.as_view()),
    path("customers/<str:id>/feature-requests/<uuid:requestId>", FeatureRequestView.as_view()),
    path("customers/<str:id>/introductions", IntroductionList.as_view()),
    path("customers/<str:id>/expansion/look", ExpansionLook.as_view()),
    path("introductions/<uuid:id>/copy", IntroductionCopy.as_view()),
    path("introductions/<uuid:id>/answer", IntroductionAnswer.as_view()),
    path("todos/<uuid:id>/channel", ChannelView.as_view()),
    path("offers", OfferList.as_view()),
    path("offers/<uuid:id>", OfferDetail.as_view()),
    path("upsell-runs", RunList.as_view()),
    path("upsell-runs/<uuid:id>", RunDetail.as_view()),
    path("upsell-runs/<uuid:id>/reply", RunReply.as_view()),
    path("upsell-runs/<uuid:id>/cancel", RunCancel.as_view()),
    path("upsell-runs/<uuid:id>/steps/<str:name>/approve", RunApprove.as_view()),
    path("upsell-runs/<uuid:id>/steps/<str:name>/retry", RunRetry.as_view()),
    path("upsell-runs/<uuid:id>/steps/<str:name>/skip", RunSkip.as_view()),
    path("opportunities", OpportunityList.as_view()),
    path("opportunities/<uuid:id>", OpportunityDetail.as_view()),
]
