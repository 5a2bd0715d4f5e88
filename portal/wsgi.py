"""The web process. Under gunicorn's --preload this runs once, before the processes fork."""

import gc
import os
from importlib import import_module

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
application = get_wsgi_application()

# Views, forms and tables, which each process would else load at its first request.
import_module(settings.ROOT_URLCONF)

# What stands by now stays for good. Without this a collection of everything looks at all of it again, in the middle
# of somebody's page, for 100 ms. Of what a page makes nearly all goes by itself; what waits for a collection, some
# 500 objects, is looked for once in a hundred pages instead of at each.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 20)
