"""Looks at the processes of this machine."""

from pathlib import Path


def processes_of(folder: Path) -> list[str]:
    """Command lines that mention the folder, as the kernel tells them."""
    found = []
    for entry in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = entry.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if str(folder) in line:
            found.append(line)
    return found
