"""Voice messages of a line, read as the person's own contact each time they look; nothing of them is kept here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import Person
from portal.lib.errors import Forbidden, NotFound, ProviderError
from telephony.models import Change, Connection, Entity
from telephony.providers.mailbox import Folder, Mailbox, Message
from telephony.services import access, editing

DEADLINE_S = 10


@dataclass(frozen=True, kw_only=True)
class Messages:
    """The messages of one folder; `error` why they could not be read."""

    folder: Folder
    found: Sequence[Message] = ()
    error: str = ""


def mailbox_of(line: Entity) -> Mailbox | None:
    mailbox = line.connection.declaration.mailbox
    return mailbox if mailbox is not None and line.kind in mailbox.kinds else None


def is_signed_in(connection: Connection, person: Person) -> bool:
    """Whether the person has a contact's grant of their own here."""
    credential = access.contact_credential_of(connection, person)
    return credential is not None and bool(credential.secrets_sealed) and credential.state == "working"


def why_not_erase(connection: Connection, mailbox: Mailbox, person: Person) -> str:
    """Why the person's own grant erases nothing, "" where it does."""
    credential = access.contact_credential_of(connection, person)
    needed = set(connection.declaration.catalog[mailbox.folders[0].delete].scopes)
    if credential is None or not credential.scopes or not needed or needed & set(credential.scopes):
        return ""
    return _(
        "Your sign-in as a contact only reads. Sign in to delete messages too on the page of the connection."
    )


def messages_of(line: Entity, mailbox: Mailbox, person: Person) -> list[Messages]:
    """The messages of each folder, newest first. Never raises: a fault is said at its folder."""
    return [_in_folder(line, mailbox, folder, person) for folder in mailbox.folders]


def _in_folder(line: Entity, mailbox: Mailbox, folder: Folder, person: Person) -> Messages:
    try:
        client = access.client_of(line.connection, is_person=True, deadline_s=DEADLINE_S, as_contact=person)
        items = client.call(folder.list, _address(line)).items
    except NotFound:
        words = _("This line is none of those of your contact at %(provider)s.")
        return Messages(folder=folder, error=words % {"provider": line.connection.declaration.label})
    except ProviderError as error:
        return Messages(folder=folder, error=error.message)
    found = [mailbox.message(item) for item in items]
    found.sort(key=lambda one: (one.left_at is not None, one.left_at), reverse=True)
    return Messages(folder=folder, found=found)


def sound_of(line: Entity, mailbox: Mailbox, folder: Folder, identifier: str, person: Person) -> bytes:
    """The sound of one message. Raises the errors of portal.lib.errors."""
    client = access.client_of(line.connection, is_person=True, deadline_s=DEADLINE_S, as_contact=person)
    answer = client.call(folder.read, {**_address(line), "identifier": identifier})
    return mailbox.sound(answer.document)


def propose_erasing(line: Entity, folder: Folder, identifier: str, person: Person) -> Change:
    """The preview of erasing one message. Raises the errors of portal.lib.errors."""
    if not is_signed_in(line.connection, person):
        raise Forbidden(str(access.NO_CONTACT))
    address = {**_address(line), "identifier": identifier}
    return editing.propose(line.connection, folder.delete, address, {}, person=person, line=line)


def folder_named(mailbox: Mailbox, key: str) -> Folder:
    """Raises NotFound."""
    found = next((one for one in mailbox.folders if one.key == key), None)
    if found is None:
        raise NotFound("")
    return found


def _address(line: Entity) -> dict[str, str]:
    values = line.connection.declaration.path_values(line.kind, line.parent_remote_id, line.remote_id)
    return {name: str(value) for name, value in values.items()}
