"""A directory as a file: fetched as CSV or address cards, and one taken in, to look over what it would change."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.views.generic import FormView, View

from accounts.rights import Right
from accounts.scoping import tenant_scope
from accounts.views_base import TenantRightMixin, require_right
from portal.ui.links import tenant_url
from telephony.forms.directory import DirectoryImportForm
from telephony.services import bulk, directory_files, directory_import
from telephony.services.directory_files import FORMATS, BadFile, Directory
from telephony.services.directory_tree import Tree, trees
from telephony.services.door import right_for
from telephony.services.door import why_not as why_connection_cannot


class DirectoryExportView(TenantRightMixin, View):
    """All contacts of one directory as a file."""

    right = Right.EXPORTS_MAKE
    http_method_names = ["get"]

    def get(self, request: HttpRequest, slug: str, connection: str, format: str) -> StreamingHttpResponse:
        tree = next((one for one in trees() if one.connection.slug == connection), None)
        if tree is None or format not in FORMATS:
            raise Http404
        content_type, write = FORMATS[format]
        tenant = request.tenant  # type: ignore[attr-defined]

        def content() -> Any:
            with tenant_scope(tenant):
                yield from write(Directory(tree))

        response = StreamingHttpResponse(content(), content_type=content_type)
        response["Content-Disposition"] = f'attachment; filename="directory-{connection}.{format}"'
        return response


class DirectoryImportView(TenantRightMixin, FormView):
    """Which file goes into which directory; then a job shows each row of the difference."""

    right = Right.BULK_EDIT
    menu_entry = "telephony:directory"
    template_name = "telephony/directory_import.html"
    form_class = DirectoryImportForm

    @cached_property
    def trees(self) -> list[Tree]:
        """The directories that can be written."""
        return [
            tree
            for tree in trees()
            if tree.folders
            and not why_connection_cannot(
                tree.connection, tree.connection.declaration.catalog[tree.page.contact_create]
            )
        ]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "trees": self.trees}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(title=_("Contacts from a file"), **kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {"folder": self.request.GET.get("folder", "")}

    def form_valid(self, form: DirectoryImportForm) -> HttpResponse:
        tree, folder = form.chosen
        require_right(self.request, right_for(tree.connection.declaration.catalog[tree.page.contact_create]))
        directory = Directory(tree)
        try:
            job = directory_import.draft(
                directory,
                directory_files.read(directory, form.cleaned_data["file"]),
                self.request.user,
                file_name=self.request.FILES["file"].name or "",
                home=folder,
                removes=form.cleaned_data["removes"],
            )
        except BadFile as bad:
            form.add_error("file", str(bad))
            return self.form_invalid(form)
        except bulk.TooMany:
            words = _("One file takes at most %(count)s contacts; send it in parts.")
            form.add_error("file", words % {"count": bulk.MOST_ROWS})
            return self.form_invalid(form)
        return HttpResponseRedirect(tenant_url(self.request.tenant, "telephony:job_detail", pk=job.pk))

    def form_invalid(self, form: DirectoryImportForm) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)
