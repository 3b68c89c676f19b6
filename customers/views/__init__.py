"""The pages of the ground: the door, the settings, accounts and people."""
