"""PostgreSQL, Valkey and our own processes, started and stopped in order by one supervisor.

For laptops, the demo and the tests; production is given DATABASE_URL and REDIS_URL and starts nothing.
No server opens a port: they listen on Unix sockets in a folder that only their account may enter.
"""


class CannotStart(Exception):
    """Something a person has to mend first. The message is one sentence that says what to do."""
