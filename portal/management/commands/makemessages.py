"""`manage.py makemessages`: Django's command of that name, without the system's gettext tools."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from portal import translations


class Command(BaseCommand):
    help = (
        "Bring portal/locale/*/LC_MESSAGES/django.po to what the sources say, and list what is untranslated."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        found = translations.extract()
        for language, _label in settings.LANGUAGES:
            if language == settings.LANGUAGE_CODE:
                continue
            source = translations.LOCALE / language / "LC_MESSAGES" / "django.po"
            translations.update(source, found)
            missing = translations.untranslated(source, found)
            self.stdout.write(f"{language}: {len(found)} texts, {len(missing)} untranslated")
        translations.compile_stale()
