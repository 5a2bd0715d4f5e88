"""Files that people send to Kazoo: sounds, pictures, papers of a port request. Their kinds and sizes: the catalog."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as lazy

from telephony.providers.act_forms import ActForm, Sent
from telephony.providers.edit_fields import Field, Fields, Surroundings
from telephony.providers.kazoo.catalog import CATALOG
from telephony.providers.operations import Text


def _file(key: str, label: Text) -> Field:
    param = CATALOG[key].param("data")
    assert param is not None
    return Field(
        name="data", label=label, kind="file", required=True, accepts=param.accepts, maximum=param.maximum
    )


def _form(key: str, label: Text, what: Text, says: Text) -> ActForm:
    return ActForm(
        label=label,
        title=label,
        verb=lazy("Send the file"),
        says=says,
        icon="upload",
        fields=(_file(key, what),),
    )


def _attachment(fields: Fields, around: Surroundings) -> Sent:
    """Without a name of its own the attachment has the file's."""
    name = fields.get("documentName") or getattr(fields["data"], "name", "")
    return Sent(values={"data": fields["data"], "documentName": name})


_SEEN = lazy("Whoever opens the provider’s own portal under this domain sees it from then on.")
_ATTACH = ActForm(
    label=lazy("Attach a file"),
    title=lazy("Attach a file to the port request"),
    verb=lazy("Send the file"),
    says=lazy("The carriers’ desk can read it from then on."),
    icon="upload",
    fields=(
        _file("port.createAttachment", lazy("File")),
        Field(
            name="documentName",
            label=lazy("Name"),
            max_length=120,
            help=lazy("The file’s own where nothing is said."),
        ),
    ),
    more=(Field(name="data", label=lazy("File"), kind="value"),),
    made=_attachment,
)

UPLOADS: Mapping[str, ActForm] = {
    "media.upload": _form(
        "media.upload",
        lazy("Upload a sound"),
        lazy("Sound"),
        lazy("Callers hear it from then on; the sound that was there is not kept."),
    ),
    "whitelabel.uploadLogo": _form("whitelabel.uploadLogo", lazy("Upload a logo"), lazy("Logo"), _SEEN),
    "whitelabel.uploadIcon": _form("whitelabel.uploadIcon", lazy("Upload an icon"), lazy("Icon"), _SEEN),
    "port.createAttachment": _ATTACH,
    "port.updateAttachment": _form(
        "port.updateAttachment",
        lazy("Replace the file"),
        lazy("File"),
        lazy("It takes the place of the file of that name, which is not kept."),
    ),
}
