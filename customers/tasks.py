"""The ground's own tasks: doorbells for what a page must not wait for."""

from __future__ import annotations

from celery import shared_task

from customers.services.password_resets import request_reset_link


@shared_task(name="customers.send_reset_link")
def ring_for_reset_link(email: str) -> None:
    """This will look the address up and mail the link here, so that the page takes as long for any address."""
    request_reset_link(email)
