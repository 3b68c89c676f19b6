"""How Django writes dates where no pattern is given, which is in the admin: as the desk does."""
