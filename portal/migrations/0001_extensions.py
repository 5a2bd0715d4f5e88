"""PostgreSQL extensions that the apps' indexes need; kept apart so that their 0001 can be rewritten freely."""

from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    run_before = [("telephony", "0001_initial")]
    operations = [TrigramExtension()]
