"""Paths under /api. A slash at the end is taken off before they are read."""

from django.urls import path

from customers.api.imports import Imports
from customers.api.signs import Usage
from customers.api.stops import BrakeView, HoldView
from customers.api.views import CustomerDetail, CustomerList, StakeholderDetail, StakeholderList

urlpatterns = [
    path("customers", CustomerList.as_view()),
    path("customers/<str:id>", CustomerDetail.as_view()),
    path("customers/<str:id>/stakeholders", StakeholderList.as_view()),
    path("customers/<str:id>/stakeholders/<uuid:stakeholderId>", StakeholderDetail.as_view()),
    path("customers/<str:id>/usage", Usage.as_view()),
    path("customers/<str:id>/hold", HoldView.as_view()),
    path("customers/<str:id>/brake", BrakeView.as_view()),
    path("imports", Imports.as_view()),
]
