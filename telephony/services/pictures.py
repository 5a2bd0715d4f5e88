"""Pictures of an object, read through us and judged: only what is a picture, and not too big, is handed on."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portal.lib.errors import UnexpectedAnswer
from portal.lib.files import media_type_of
from telephony.models import Entity
from telephony.providers.pictures import Picture
from telephony.services import access

DEADLINE_S = 10
SHOWN = frozenset({"image/png", "image/jpeg", "image/gif", "image/x-icon", "image/svg+xml"})


def pictures_of(entity: Entity) -> list[Picture]:
    """Those that an object of this kind has."""
    return [one for one in entity.connection.declaration.pictures if one.kind == entity.kind]


def look_at(entity: Entity, picture: Picture) -> tuple[bytes, str]:
    """The bytes and the media type that they are of, whatever the provider calls it.

    Raises UnexpectedAnswer for what is no picture or too big, and the errors of portal.lib.errors.
    """
    declared = entity.connection.declaration
    values = declared.path_values(entity.kind, entity.parent_remote_id, entity.remote_id)
    client = access.client_of(entity.connection, is_person=True, deadline_s=DEADLINE_S)
    content = client.call(picture.download, values).content or b""
    found = media_type_of(content)
    if found not in SHOWN:
        raise UnexpectedAnswer(_("What the provider has there is no picture."))
    if len(content) > picture.most_bytes:
        raise UnexpectedAnswer(_("The picture is too big to be shown."))
    return content, found
