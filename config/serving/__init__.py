"""The processes behind `manage.py serve`: who starts them, who restarts them, who makes sure that none is left over."""
