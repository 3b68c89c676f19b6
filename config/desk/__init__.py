"""What looks across all apps: the frame of every page, its navigation, and the account page."""
