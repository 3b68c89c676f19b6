"""What the views of this app share."""

from __future__ import annotations

from customers.api_base import Conflict

__all__ = ["Conflict"]
