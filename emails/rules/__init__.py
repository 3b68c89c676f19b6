"""Pure decisions about letters: facts in, decision with its reasons out. No ORM, clock, settings, network."""
