"""Now, read once per request or task, from the database, and passed down."""

from datetime import datetime

from django.db import connection


def now() -> datetime:
    """The database's time, aware, in UTC."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        instant: datetime = cursor.fetchone()[0]
    return instant
