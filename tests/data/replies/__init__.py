"""Mails of our own making, for the reply corpus: what people and machines write back, and what each one is."""
