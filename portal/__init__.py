"""The composition root and a toolkit without a domain: settings, paths, set-up, `portal.ui` and `portal.lib`.

Importing it imports nothing else, for `manage.py` does so before any package is installed.
"""
