"""A small site made of the toolkit alone: a list of people, and every component on one page."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import include, path
from django.utils import timezone

from accounts.models import Person
from portal.ui.forms import FilterForm, PeriodField, any_of
from portal.ui.grids import calendar_key
from portal.ui.keyset import CAP, CappedCount
from portal.ui.tables import BaseTable, ChoiceColumn, Column, LocalTimeColumn, MenuItem, NumberColumn
from portal.ui.views import FilteredTableView, SavedView

LANGUAGES = [("en", "English"), ("fr", "Français")]


class PersonTable(BaseTable):
    caption = "People"
    name = Column(linkify=lambda record: f"/people/{record.pk}/", card="title", orderable=True)
    email = Column(card="sub", orderable=True, fixed=True)
    theme = ChoiceColumn(card="end2")
    phone = NumberColumn(accessor="last_name_number", verbose_name="Number", hidden=True)
    date_joined = LocalTimeColumn(card="end", orderable=True, verbose_name="Joined")

    class Meta(BaseTable.Meta):
        model = Person
        fields = ("name", "email", "theme", "date_joined")

    def row_menu(self, record: Person) -> list[MenuItem]:
        return [MenuItem(label="Open", url=f"/people/{record.pk}/", icon="eye")]

    def panel_url(self, record: Person) -> str:
        return f"/people/{record.pk}/"


class PersonFilterForm(FilterForm):
    q = forms.CharField(label="Name or address")
    theme = forms.ChoiceField(choices=any_of(Person.Theme))
    language = forms.MultipleChoiceField(choices=LANGUAGES, widget=forms.CheckboxSelectMultiple)
    joined = PeriodField(label="Joined")

    def narrow(self, records):
        if words := self.cleaned_data["q"]:
            records = records.filter(name__icontains=words)
        if theme := self.cleaned_data["theme"]:
            records = records.filter(theme=theme)
        if languages := self.cleaned_data["language"]:
            records = records.filter(language__in=languages)
        if (period := self.cleaned_data["joined"]) and period.start:
            records = records.filter(date_joined__gte=period.start)
        return records


class PersonListView(FilteredTableView):
    title = "People"
    queryset = Person.objects.all()
    table_class = PersonTable
    filter_form_class = PersonFilterForm
    order = ("-date_joined", "-id")
    page_size = 5
    empty_title = "Nobody yet"
    extra_context = {"base_name": "base_staff.html"}

    def saved_views(self):
        return [SavedView("All", is_current=True), SavedView("Dark", "theme=dark", count="3")]


class CrowdView(PersonListView):
    """So many that nobody can wait until they are counted."""

    def counted(self, cap: int | None = CAP) -> CappedCount:
        if cap is None:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(60)")
        return CappedCount(5, is_capped=True)


@dataclass(frozen=True)
class Row:
    label: str
    before: str | None
    after: str | None
    is_hot: bool = False


class SampleForm(forms.Form):
    name = forms.CharField(help_text="As callers know it")
    delay_s = forms.IntegerField(label="Ring for", min_value=5)
    kind = forms.ChoiceField(choices=LANGUAGES, required=False)
    choice = forms.ChoiceField(choices=LANGUAGES, widget=forms.RadioSelect)
    agreed = forms.BooleanField(
        required=False, label="Anonymous callers are refused", help_text="They hear a sentence"
    )
    notes = forms.CharField(widget=forms.Textarea, required=False)


def components(request: HttpRequest) -> HttpResponse:
    form = SampleForm({"name": "", "delay_s": "2"} if "bad" in request.GET else None)
    same = [("Name", "Default"), ("Forced", "no")]
    values = {
        "form": form or SampleForm(),
        "title": "Components",
        "then": timezone.now() - dt.timedelta(minutes=3),
        "rows": [Row("After ringing for", "20 s", "15 s"), Row("Mail", None, "a@b.example", is_hot=True)],
        "same": same,
        "pairs": [("Zone", "Europe/Paris"), ("Empty", "")],
        "document": {"b": "<script>", "a": [1]},
    }
    return render(request, "ui_samples/components.html", values)


def drawn(request: HttpRequest) -> HttpResponse:
    from tests.portal.ui.test_figures import one_of_each

    return render(
        request, "ui_samples/figures.html", {"figures": one_of_each().items(), "key": calendar_key()}
    )


def part(request: HttpRequest) -> HttpResponse:
    """The live part once it has ended."""
    return render(request, "ui_samples/part.html", {"running": False, "words": "all rows are here"})


def refused(request: HttpRequest) -> HttpResponse:
    raise PermissionDenied("Only owners may close a tenant.")


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("a secret detail")


urlpatterns = [
    path("refused/", refused),
    path("part/", part),
    path("broken/", broken),
    path("nobody/", PersonListView.as_view(queryset=Person.objects.none()), name="nobody"),
    path("crowd/", CrowdView.as_view()),
    path("people/", PersonListView.as_view(), name="people"),
    path("components/", components, name="components"),
    path("figures/", drawn, name="figures"),
    path("ui/", include("portal.ui.urls")),
    path("accounts/", include("allauth.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
]

handler400 = "portal.ui.errors.bad_request"
handler403 = "portal.ui.errors.permission_denied"
handler404 = "portal.ui.errors.page_not_found"
handler500 = "portal.ui.errors.server_error"
