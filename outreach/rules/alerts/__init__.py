"""Usage alerts as facts, whoever sends them: one small file per source, found by the body's `type`."""
