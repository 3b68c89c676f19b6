"""The eight steps, one file each: what is read or called, and what is handed back. They settle nothing themselves."""
