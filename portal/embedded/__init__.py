"""PostgreSQL, Valkey and our own processes, started and stopped in order by one supervisor.

For laptops, the demo and the tests; production is given DATABASE_URL and REDIS_URL and starts nothing.
No server opens a port: they listen on Unix sockets in a folder that only their account may enter.
"""


class CannotStart(Exception):
    """Something a person has to mend first. The message is one sentence that says what to do."""


FULL_DISK = "The disk is full: free some space, or set DATA_DIR to a folder on another disk."


def is_full_disk(text: object) -> bool:
    """Whether this output or error says that there is no space left, as the kernel and PostgreSQL word it."""
    return "No space left on device" in str(text)
