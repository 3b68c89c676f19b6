"""Mail providers, one file per vendor. Nothing but `emails.services.outbox` calls them."""
