"""Paths under /api. A slash at the end is taken off before they are read."""

from django.urls import path

from customers.api.imports import Imports
from customers.api.signs import Usage
from customers.api.stops import BrakeView, HoldView
from customers.api.views import CustomerDetail, CustomerList, StakeholderDetail, StakeholderList
from customers.api.webhook_endpoints import (
    DeliveryAgain,
    DeliveryDetail,
    DeliveryList,
    EndpointDetail,
    EndpointList,
    EndpointSecret,
    EndpointTest,
)

urlpatterns = [
    path("customers", CustomerList.as_view()),
    path("customers/<str:id>", CustomerDetail.as_view()),
    path("customers/<str:id>/stakeholders", StakeholderList.as_view()),
    path("customers/<str:id>/stakeholders/<uuid:stakeholderId>", StakeholderDetail.as_view()),
    path("customers/<str:id>/usage", Usage.as_view()),
    path("customers/<str:id>/hold", HoldView.as_view()),
    path("customers/<str:id>/brake", BrakeView.as_view()),
    path("webhook-endpoints", EndpointList.as_view()),
    path("webhook-endpoints/<uuid:id>", EndpointDetail.as_view()),
    path("webhook-endpoints/<uuid:id>/rotate-secret", EndpointSecret.as_view()),
    path("webhook-endpoints/<uuid:id>/test", EndpointTest.as_view()),
    path("webhook-deliveries", DeliveryList.as_view()),
    path("webhook-deliveries/<uuid:id>", DeliveryDetail.as_view()),
    path("webhook-deliveries/<uuid:id>/redeliver", DeliveryAgain.as_view()),
    path("imports", Imports.as_view()),
]
