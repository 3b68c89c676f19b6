"""What `manage.py bench` measures; one file per part. `choice` names them."""
