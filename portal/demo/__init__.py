"""The demo: its people, its connections, its processes, and the walk over its pages. Only `manage.py demo` uses it."""

PASSWORD = "switchboard-demo"
TOTP_SECRET = "NVQWKZDPKN3WS5DDNBRG6YLSMQQHIZLT"  # of the platform's staff; any authenticator takes it

KEYYO_CLIENT_ID = "5f1c0a7be2d94"
KEYYO_CLIENT_SECRET = "keyyo-demo-secret"
KEYYO_PASSWORD = "keyyo-demo"
