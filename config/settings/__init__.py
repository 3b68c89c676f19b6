"""Settings: `base` for all, `embedded` for one machine without services, `production`, `testing`."""
