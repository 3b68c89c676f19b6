"""What the JSON doors of all apps share: one error shape, lists, repeated calls, the description at /api/schema."""
