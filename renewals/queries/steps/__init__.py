"""The artifacts of the six steps, one file each: from the workspace's rows to what the step shows."""
