"""Forms of the renewals pages: what a person decides, checked for shape; what is allowed is checked in the services."""
