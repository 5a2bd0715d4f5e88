"""Forms of the directory: its filter, and the file that is taken in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from portal.lib.names import named
from portal.lib.numbers import to_e164
from portal.ui.forms import ANY_ONE, FilterForm, RowField
from telephony.forms.uploads import UploadField
from telephony.models import Connection

MOST_BYTES = 10_000_000


class DirectoryFilterForm(FilterForm):
    """`folder` is the remote id of a folder; `region` understands national numbers."""

    q = forms.CharField(label=_("Name, company or number"), max_length=80)
    folder = forms.CharField(label=_("Folder"), max_length=200, widget=forms.HiddenInput)
    connection = RowField(
        label=_("Connection"), queryset=Connection.objects.order_by("name_key"), empty_label=ANY_ONE
    )
    region = "FR"

    def narrow(self, records: QuerySet) -> QuerySet:
        values = self.cleaned_data
        if words := values["q"]:
            number = to_e164(words, self.region)
            found = named(words) | Q(document__company__icontains=words)
            found |= Q(number=number) if number else Q(number__icontains=words)
            records = records.filter(found)
        if values["folder"]:
            records = records.filter(document__branch_uid=values["folder"])
        if values.get("connection"):
            records = records.filter(connection=values["connection"])
        return records


class DirectoryImportForm(forms.Form):
    """A file of contacts and where they go. `trees` are the directories that can be written (directory_tree.Tree)."""

    file = UploadField(
        label=_("File"),
        most_bytes=MOST_BYTES,
        help_text=_(
            "CSV or XLSX with the columns as they are fetched here, or address cards (vCard 2.1, 3.0, 4.0)."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx,.vcf,text/csv,text/vcard"}),
    )
    folder = forms.ChoiceField(
        label=_("Folder for contacts whose line names none"),
        help_text=_("Of contacts that are there already, the folder stays as it is."),
    )
    removes = forms.BooleanField(
        label=_("Also remove the contacts that the file does not name"),
        required=False,
        help_text=_("They are shown one by one before anything is written."),
    )

    def __init__(self, *args: Any, trees: Sequence[Any] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._places = {
            f"{tree.connection.slug}:{folder.entity.remote_id}": (tree, folder.entity.remote_id)
            for tree in trees
            for folder in tree.folders
        }
        groups = [
            (
                tree.connection.name,
                [
                    (
                        f"{tree.connection.slug}:{folder.entity.remote_id}",
                        "\u00a0\u00a0" * folder.depth + str(folder.entity),
                    )
                    for folder in tree.folders
                ],
            )
            for tree in trees
        ]
        choices: Any = groups if len(groups) > 1 else [one for _name, own in groups for one in own]
        self.fields["folder"].choices = choices  # type: ignore[attr-defined]

    @property
    def chosen(self) -> tuple[Any, str]:
        """The directory, and the folder's identifier."""
        return self._places[self.cleaned_data["folder"]]
