"""The desk speaks English alone."""
