"""Addresses of drafts, of the capture mailbox, and of what mail providers call."""

from django.urls import path, re_path

from emails import webhooks
from emails.views import (
    conversations,
    drafts,
    mailbox,
    people,
    playing,
    preferences,
    replies,
    review,
    sending,
    suppressions,
)

app_name = "emails"

urlpatterns = [
    # With and without a slash: a mail program follows no redirect (RFC 8058).
    re_path(r"^u/(?P<token>[^/]{1,200})/?$", preferences.preferences, name="preferences"),
    re_path(r"^webhooks/sendgrid/events/?$", webhooks.sendgrid_events, name="sendgrid_events"),
    re_path(
        r"^webhooks/sendgrid/inbound/(?P<secret>[^/]{1,200})/?$",
        webhooks.sendgrid_inbound_mail,
        name="sendgrid_inbound",
    ),
    path("settings/suppressed", suppressions.listing, name="suppressions"),
    path("settings/suppressed.csv", suppressions.export, name="suppressions_export"),
    path("settings/suppressed/<uuid:row_id>/lift", suppressions.lift_one, name="suppression_lift"),
    path("customers/<uuid:customer_id>/people/<uuid:person_id>/mail", people.mail, name="person_mail"),
    path("customers/<uuid:customer_id>/people/<uuid:person_id>/mail/off", people.take_off, name="person_take_off"),
    path("needs-review", review.page, name="review"),
    path("needs-review/<uuid:draft_id>", review.settle, name="review_settle"),
    path("mailbox", mailbox.mailbox, name="mailbox"),
    path("mailbox/<uuid:mail_id>", mailbox.message, name="mailbox_message"),
    path("mailbox/<uuid:mail_id>/deed", playing.deed, name="mailbox_deed"),
    path("mailbox/<uuid:mail_id>/reply", playing.reply, name="mailbox_reply"),
    path("mailbox/<uuid:mail_id>/html", mailbox.message_html, name="mailbox_html"),
    path("mailbox/<uuid:mail_id>/source", mailbox.message_source, name="mailbox_source"),
    path("mailbox/<uuid:mail_id>/files/<int:place>", mailbox.message_file, name="mailbox_file"),
    path("customers/<uuid:customer_id>/mails", conversations.listing, name="conversations"),
    path("customers/<uuid:customer_id>/mails/<uuid:message_id>", conversations.conversation, name="conversation"),
    path("customers/<uuid:customer_id>/write", conversations.write, name="write"),
    path("replies", replies.listing, name="replies"),
    path("replies/<uuid:reply_id>", replies.page, name="reply"),
    path("replies/<uuid:reply_id>/correct", replies.correct, name="reply_correct"),
    path("replies/<uuid:reply_id>/handled", replies.handle, name="reply_handled"),
    path("replies/<uuid:reply_id>/files/<int:place>", replies.file, name="reply_file"),
    path("replies/<uuid:reply_id>/answer", conversations.answer, name="reply_answer"),
    path("drafts/<uuid:draft_id>", drafts.page, name="draft"),
    path("drafts/<uuid:draft_id>/card", drafts.card, name="draft_card"),
    path("drafts/<uuid:draft_id>/writing", drafts.writing, name="draft_writing"),
    path("drafts/<uuid:draft_id>/save", drafts.save, name="draft_save"),
    path("drafts/<uuid:draft_id>/details", drafts.details, name="draft_details"),
    path("drafts/<uuid:draft_id>/regenerate", drafts.rewrite, name="draft_regenerate"),
    path("drafts/<uuid:draft_id>/versions", drafts.versions, name="draft_versions"),
    path("drafts/<uuid:draft_id>/versions/<uuid:version_id>/restore", drafts.restore, name="draft_restore"),
    path("drafts/<uuid:draft_id>/facts/confirm", drafts.confirm_fact, name="draft_confirm_fact"),
    path("drafts/<uuid:draft_id>/facts/remove", drafts.remove_fact, name="draft_remove_fact"),
    path("drafts/<uuid:draft_id>/delete", drafts.delete, name="draft_delete"),
    path("drafts/<uuid:draft_id>/preview", sending.preview, name="draft_preview"),
    path("drafts/<uuid:draft_id>/preview/html", sending.preview_html, name="draft_preview_html"),
    path("drafts/<uuid:draft_id>/send", sending.confirm_send, name="draft_send"),
    path("drafts/<uuid:draft_id>/deliver", sending.deliver, name="draft_deliver"),
    path("drafts/<uuid:draft_id>/undo", sending.take_back, name="draft_undo"),
    path("drafts/<uuid:draft_id>/schedule", sending.plan_send, name="draft_schedule"),
    path("drafts/<uuid:draft_id>/files", sending.attach, name="draft_attach"),
    path("drafts/<uuid:draft_id>/files/<uuid:file_id>", sending.download, name="draft_file"),
    path("drafts/<uuid:draft_id>/files/<uuid:file_id>/remove", sending.detach, name="draft_detach"),
]
