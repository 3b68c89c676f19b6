"""Pure decisions of the ground: no ORM, clock, settings, network or randomness."""
