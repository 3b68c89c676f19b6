"""The URL table of the whole house; each app brings its own."""

from django.contrib import admin
from django.urls import include, path

import customers.urls
from config.desk.account import account_patterns
from config.desk.approvals_page import approval_patterns
from config.desk.commands.page import command_patterns
from config.desk.evidence.page import evidence_patterns
from config.desk.learning import learning_patterns
from config.desk.notices_page import notice_patterns
from config.desk.theme import set_theme
from config.desk.today_page import today_patterns

urlpatterns = [
    path("", include("config.health")),
    path("", include(([*customers.urls.urlpatterns, *account_patterns, *evidence_patterns], "customers"))),
    path("", include(today_patterns)),
    path("", include(approval_patterns)),
    path("", include(learning_patterns)),
    path("", include(notice_patterns)),
    path("", include(command_patterns)),
    path("", include("renewals.urls")),
    path("", include("outreach.urls")),
    path("", include("journeys.urls")),
    path("", include("emails.urls")),
    path("", include("config.desk.handover_urls")),
    path("theme", set_theme, name="theme"),
    path("admin/", admin.site.urls),
    path("api/", include("config.api.urls")),
]
