"""The pages of whose desk it is: handovers."""

from django.urls import path

from config.desk.handover_page import handover

urlpatterns = [path("handover", handover, name="handover")]
