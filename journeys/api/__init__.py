"""The JSON doors of journeys: automations and their log, a client's journey, its deliverables and their ground."""
