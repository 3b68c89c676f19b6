"""The simulator: the rules of the engine on a virtual clock, with facts in memory in place of rows."""
