"""Addresses of renewals: the book, a renewal's price and outcome, and the Engage workspace."""

from django.urls import include, path

from renewals.views import book, brake, forecast, overrules, prices, what_works

app_name = "renewals"

ACCOUNT = "customers/<uuid:customer_id>"

urlpatterns = [
    path("", include("renewals.urls_engage")),
    path("", book.book, name="book"),
    path("book.csv", book.export, name="book_export"),
    path("book/views", book.view_save, name="book_view_save"),
    path("book/views/<uuid:view_id>/remove", book.view_delete, name="book_view_delete"),
    path("forecast", forecast.forecast, name="forecast"),
    path("forecast.csv", forecast.export, name="forecast_export"),
    path("what-works", what_works.what_works, name="what_works"),
    path("overrules", overrules.overrules, name="overrules"),
    path("", include("renewals.urls_negotiate")),
    path(f"{ACCOUNT}/brake", brake.page, name="brake"),
    path(f"{ACCOUNT}/brake/<uuid:reaction_id>/undo", brake.undo, name="brake_undo"),
    path(f"{ACCOUNT}/contract", prices.contract, name="contract"),
    path(f"{ACCOUNT}/renewal/target-price", prices.target_price, name="target_price"),
    path(f"{ACCOUNT}/renewal/lock", prices.lock, name="lock_price"),
    path(f"{ACCOUNT}/renewal/unlock", prices.unlock, name="unlock_price"),
    path(f"{ACCOUNT}/renewal/prepare", prices.prepare, name="prepare"),
    path(f"{ACCOUNT}/renewal/outcome", prices.outcome, name="outcome"),
]
