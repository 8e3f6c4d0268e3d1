"""PostgreSQL and Valkey without an installation: `python -m totalcare.embedded run -- COMMAND`.

Used by every door of `script/` unless the database URLs and REDIS_URL are set; see `docs/doors.md`. Nothing in here
needs Django to be configured.
"""
