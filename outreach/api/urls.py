"""Paths under /api. A slash at the end is taken off before they are read."""

from django.urls import path

from outreach.api.enrollments import (
    Enroll,
    EnrollmentApprove,
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

urlpatterns = [
    path("integrations/outreach/connect", OutreachConnect.as_view()),
    path("integrations/outreach/callback", OutreachCallback.as_view()),
    path("outreach/sequences", OutreachSequences.as_view()),
    path("outreach/prospects", Prospects.as_view()),
    path("outreach/enroll", Enroll.as_view()),
    path("outreach/enrollments/<uuid:id>/approve", EnrollmentApprove.as_view()),
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
