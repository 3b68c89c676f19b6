"""Pages of drafts and of the capture mailbox."""
