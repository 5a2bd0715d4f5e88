#!/usr/bin/env python3
"""Django's command line. On a bare clone it first makes its environment: see portal/bootstrap.py."""

import os
import sys


def main():
    if sys.version_info < (3, 11):
        sys.exit(
            "Switchboard needs Python 3.11 or newer and this is %d.%d: "
            "run manage.py with a newer one, for example python3.12." % sys.version_info[:2]
        )
    try:
        run(sys.argv)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:  # the reader has seen enough: `manage.py operations | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)


def run(argv):
    from portal.bootstrap import prepare

    prepare(argv[1:])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    from portal.running import services_for
    from portal.translations import compile_stale

    compile_stale()
    with services_for(argv[1:]):
        from django.core.management import execute_from_command_line

        execute_from_command_line(argv)


if __name__ == "__main__":
    main()
