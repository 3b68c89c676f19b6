"""What a real Celery worker of a drill is given besides its tasks: the handler of the drill's rows."""

from config.drills.engine import register_note

register_note()
