"""Forms of the ground's pages: labels, widgets and words. What is allowed is checked in the services."""
