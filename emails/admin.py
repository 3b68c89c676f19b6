"""Mail in the admin: looked at here, never edited; the bytes themselves stay out of sight."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from customers.admin_base import DayFilter, ValueFilter, ViewOnlyAdmin
from emails import template_admin  # noqa: F401  # registers the templates
from emails.models import (
    Attachment,
    CapturedMail,
    Draft,
    DraftVersion,
    EventBatch,
    InboundMail,
    MailEvent,
    Reply,
    Suppression,
    Writing,
)


@admin.register(Draft)
class DraftAdmin(ViewOnlyAdmin):
    list_display = ("subject", "customer", "to_email", "lane", "state", "attempts", "approved_by", "sent_at")
    list_filter = ("state", "lane", "writer", "purpose")
    ordering = ("-created_at",)
    list_select_related = ("customer", "approved_by")
    search_fields = ("subject", "to_email", "customer__name", "=message_id")
    exclude = ("claim_token",)


@admin.register(DraftVersion)
class DraftVersionAdmin(ViewOnlyAdmin):
    list_display = ("draft", "version", "writer", "by", "reason", "saved_at")
    list_filter = ("writer",)
    list_select_related = ("draft", "by")
    search_fields = ("draft__subject", "draft__customer__name")


@admin.register(Attachment)
class AttachmentAdmin(ViewOnlyAdmin):
    list_display = ("name", "kind", "draft", "size", "created_at")
    list_filter = ("kind",)
    list_select_related = ("draft",)
    search_fields = ("name", "draft__subject", "draft__customer__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("content")


@admin.register(CapturedMail)
class CapturedMailAdmin(ViewOnlyAdmin):
    list_display = ("captured_at", "subject", "mail_from", "mail_to", "customer")
    list_filter = (("captured_at", DayFilter),)
    list_select_related = ("customer",)
    search_fields = ("subject", "mail_to", "=message_id", "customer__name")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("raw")


@admin.register(Writing)
class WritingAdmin(ViewOnlyAdmin):
    list_display = ("draft", "asked_by", "asked_at", "due_at", "attempts", "outcome")
    list_select_related = ("draft", "asked_by")
    search_fields = ("draft__subject", "draft__customer__name")
    exclude = ("token",)


@admin.register(EventBatch)
class EventBatchAdmin(ViewOnlyAdmin):
    list_display = ("received_at", "attempts", "due_at", "applied_at", "problem")
    list_filter = (("received_at", DayFilter),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("body")


@admin.register(MailEvent)
class MailEventAdmin(ViewOnlyAdmin):
    list_display = ("at", "kind", "recipient", "draft", "is_machine", "applied_at", "problem")
    list_filter = (("at", DayFilter), ("kind", ValueFilter), "is_machine")
    list_select_related = ("draft",)
    search_fields = ("recipient", "=smtp_id", "draft__subject")


@admin.register(InboundMail)
class InboundMailAdmin(ViewOnlyAdmin):
    list_display = ("received_at", "attempts", "due_at", "applied_at", "problem")
    list_filter = (
        ("received_at", DayFilter),
        "problem",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).defer("body")


@admin.register(Reply)
class ReplyAdmin(ViewOnlyAdmin):
    list_display = (
        "received_at",
        "from_email",
        "subject",
        "customer",
        "classification",
        "classified_by",
        "is_verified",
    )
    list_filter = (
        ("received_at", DayFilter),
        "classification",
        "classified_by",
        "is_verified",
        "matched_by",
        "is_unsure",
    )
    list_select_related = ("customer",)
    search_fields = ("subject", "from_email", "customer__name", "=message_id")


@admin.register(Suppression)
class SuppressionAdmin(ViewOnlyAdmin):
    list_display = ("address", "cause", "topic", "customer", "at", "by", "lifted_at", "lifted_by")
    list_filter = (("at", DayFilter), "cause", "topic")
    list_select_related = ("customer", "by", "lifted_by")
    search_fields = ("address", "note", "customer__name")
    exclude = ("digest",)
