"""Addresses of an account's forms; `customers/urls.py` includes them. The account page itself is the desk's."""

from django.urls import path

from customers.views import accounts, holds, meetings, stakeholders, work

ACCOUNT = "customers/<uuid:customer_id>"

urlpatterns = [
    path("customers/new", accounts.new, name="account_new"),
    path(f"{ACCOUNT}/edit", accounts.edit, name="account_edit"),
    path(f"{ACCOUNT}/sending", accounts.sending, name="account_sending"),
    path(f"{ACCOUNT}/merge", accounts.merge, name="merge"),
    path(f"{ACCOUNT}/merge/<uuid:gone_id>", accounts.merge_confirm, name="merge_confirm"),
    path(f"{ACCOUNT}/people/new", stakeholders.new, name="person_new"),
    path(f"{ACCOUNT}/people/<uuid:person_id>/edit", stakeholders.edit, name="person_edit"),
    path(f"{ACCOUNT}/people/<uuid:person_id>/left", stakeholders.left, name="person_left"),
    path(f"{ACCOUNT}/people/<uuid:person_id>/remove", stakeholders.remove, name="person_remove"),
    path(f"{ACCOUNT}/meetings/new", meetings.new, name="meeting_new"),
    path(f"{ACCOUNT}/meetings/<uuid:meeting_id>/edit", meetings.edit, name="meeting_edit"),
    path(f"{ACCOUNT}/meetings/<uuid:meeting_id>/held", meetings.held, name="meeting_held"),
    path(f"{ACCOUNT}/meetings/<uuid:meeting_id>/cancel", meetings.cancel, name="meeting_cancel"),
    path(f"{ACCOUNT}/todos/new", work.todo_new, name="todo_new"),
    path("todos/<uuid:todo_id>/close", work.todo_close, name="todo_close"),
    path("todos/<uuid:todo_id>/reopen", work.todo_reopen, name="todo_reopen"),
    path(f"{ACCOUNT}/wins/new", work.win_new, name="win_new"),
    path(f"{ACCOUNT}/wins/<uuid:win_id>/remove", work.win_remove, name="win_remove"),
    path(f"{ACCOUNT}/hold", holds.hold, name="hold"),
    path(f"{ACCOUNT}/holds/<uuid:hold_id>/resume", holds.resume, name="hold_resume"),
]
