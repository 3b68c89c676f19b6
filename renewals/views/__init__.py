"""The pages of renewals: the book, prices and outcomes, and the Engage workspace."""
