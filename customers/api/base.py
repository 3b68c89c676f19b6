"""What the views of this app share."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import APIException
from rest_framework.views import APIView

from customers.models import Customer
from customers.queries.callers import caller_of
from customers.queries.lookup import require_customer


class Conflict(APIException):
    """The state of things does not allow it now."""

    status_code = 409
    default_code = "conflict"


class OfCustomer(APIView):
    """A view of one account, named in the path by its id or by `ext:THEIR-ID`."""

    def get_customer(self, queryset: Any = None) -> Customer:
        """This will find the account. Raises NotThere."""
        return require_customer(self.kwargs["id"], user=caller_of(self.request), queryset=queryset)
