"""The API of whose desk it is: handovers."""

from django.urls import path

from config.api.handovers import HandoverList

urlpatterns = [path("handovers", HandoverList.as_view())]
