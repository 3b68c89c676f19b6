"""Addresses of the Engage workspace; `renewals/urls.py` includes them."""

from django.urls import path

from renewals.views import engage

ENGAGE = "customers/<uuid:customer_id>/engage"

urlpatterns = [
    path(ENGAGE, engage.page, name="engage"),
    path(f"{ENGAGE}/open", engage.open_engage, name="engage_open"),
    path(f"{ENGAGE}/close", engage.close, name="engage_close"),
    path(f"{ENGAGE}/write", engage.write, name="engage_write"),
    path(f"{ENGAGE}/replan", engage.replan, name="engage_replan"),
    path(f"{ENGAGE}/strategy", engage.strategy, name="engage_strategy"),
    path(f"{ENGAGE}/order", engage.order, name="engage_order"),
    path(f"{ENGAGE}/owner", engage.owner, name="engage_owner"),
    path(f"{ENGAGE}/price", engage.price, name="engage_price"),
    path(f"{ENGAGE}/variation", engage.variation, name="engage_variation"),
    path(f"{ENGAGE}/crm", engage.crm_stage, name="engage_crm"),
    path(f"{ENGAGE}/tasks/<uuid:task_id>", engage.task, name="engage_task"),
    path(f"{ENGAGE}/touches/<uuid:touch_id>", engage.touch, name="engage_touch"),
    path(f"{ENGAGE}/<slug:code>", engage.step, name="engage_step"),
]
