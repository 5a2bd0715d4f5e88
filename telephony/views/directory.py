"""The directory: contacts of every connection that has one, by folder."""

from __future__ import annotations

from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.ui.links import tenant_url
from portal.ui.views import FilteredTableView
from telephony.forms.directory import DirectoryFilterForm
from telephony.menu import number_acts_of
from telephony.models import Entity
from telephony.providers.directory_page import DirectoryPage
from telephony.services.directory_tree import Folder, Tree, trees
from telephony.services.door import why_not as why_connection_cannot
from telephony.tables.directory import ContactTable
from telephony.views.lines import permissions


class DirectoryView(TenantRightMixin, FilteredTableView):
    """Contacts with search, and the tree of folders beside them."""

    right = Right.LINES_READ
    title = gettext_lazy("Directory")
    template_name = "telephony/directory.html"
    table_class = ContactTable
    order = ("name_key", "id")
    empty_title = gettext_lazy("No contact here")
    empty_text = gettext_lazy("Contacts arrive with a connected account, or are added to a folder.")

    @cached_property
    def trees(self) -> list[Tree]:
        return trees()

    @cached_property
    def folder(self) -> tuple[Tree, Folder] | None:
        """The folder that is chosen, else the top one of the first directory."""
        wanted = self.request.GET.get("folder", "")
        pairs = [(tree, folder) for tree in self.trees for folder in tree.folders]
        chosen = [pair for pair in pairs if pair[1].entity.remote_id == wanted]
        return next(iter(chosen or pairs), None)

    def get_queryset(self) -> Any:
        kinds = {tree.page.contact_kind for tree in self.trees}
        return Entity.objects.present().filter(facet=Entity.Facet.CONTACT, kind__in=kinds)

    def get_filter_form(self) -> DirectoryFilterForm:
        form = DirectoryFilterForm(self.request.GET)
        form.region = self.request.tenant.region
        if len(self.trees) < 2:
            del form.fields["connection"]
        return form

    def get_table(self) -> ContactTable:
        table = super().get_table()
        assert isinstance(table, ContactTable)
        table.writes = self._writes()
        table.number_acts = number_acts_of(self.request)
        return table

    def _writes(self) -> dict[int, DirectoryPage]:
        """The directories that this person may change, by connection."""
        if Right.DIRECTORY_EDIT not in self.request.rights:
            return {}
        return {
            tree.connection.pk: tree.page
            for tree in self.trees
            if not why_connection_cannot(
                tree.connection, tree.connection.declaration.catalog[tree.page.contact_update]
            )
        }

    def empty_action(self) -> tuple[str, str] | None:
        if self.trees:
            return None
        return _("Connections"), tenant_url(self.request.tenant, "telephony:connection_list")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        why_not = ""
        if self.folder:
            tree, _folder = self.folder
            reasons = permissions(self.request, tree.connection, [tree.page.contact_create])
            why_not = reasons[tree.page.contact_create]
        return super().get_context_data(
            trees=self.trees,
            chosen=self.folder,
            is_narrowed_to_folder=bool(self.request.GET.get("folder")),
            why_not_write=why_not,
            may_export=Right.EXPORTS_MAKE in self.request.rights,
            may_import=not why_not and Right.BULK_EDIT in self.request.rights,
            **kwargs,
        )
