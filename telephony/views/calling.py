"""Acts on a number: who is called or texted, and from which line; then the question whether to, with what it costs.

Each is a page, and over another page a fragment of it. A POST without a source opens the fragment: it comes with the
question at once where nothing else has to be known. Doing what was asked, and how it goes on: act_course.py.
"""

from __future__ import annotations

from itertools import groupby
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from accounts.rights import Right
from accounts.views_base import TenantRightMixin
from portal.lib.errors import ProviderError
from portal.lib.numbers import display, to_e164
from portal.lib.sms import measure
from telephony.forms.calling import CallForm, Choices, JoinForm, TextForm
from telephony.models import Change
from telephony.providers.calling import Act, Wish
from telephony.providers.operations import Text
from telephony.services import calling
from telephony.services.calling import Source
from telephony.services.edit_surroundings import cost_a_minute
from telephony.services.number_names import names_of

GIVEN = {"number": 40, "second": 40, "text": 1000}  # what an address may say, and how much of it


class SourcesMixin:
    """The lines that can do an act, as a form offers them, and the person's own among them."""

    request: Any
    act: ClassVar[Act]

    @cached_property
    def sources(self) -> dict[str, Source]:
        return {one.key: one for one in calling.sources(self.act, self.request.user)}

    @cached_property
    def own(self) -> dict[str, str]:
        """The person's own line, as a form names it, where it can do this; empty without one."""
        own = calling.remembered(self.request.user)
        if own is None:
            return {}
        key = f"line-{own.line_id}" if own.line_id else f"own-{own.connection_id}"
        return {"source": key, "own_number": own.own_number} if key in self.sources else {}

    @property
    def guessed(self) -> str:
        """The line that bears the person's name: it is put first where none was chosen."""
        name = str(self.request.user).casefold()
        named = (key for key, one in self.sources.items() if one.line and str(one.line).casefold() == name)
        return next(named, "")

    def choices(self) -> Choices:
        found = [
            (name, [(one.key, words_of(one)) for one in group])
            for name, group in groupby(self.sources.values(), key=lambda one: one.connection.name)
        ]
        return Choices(
            sources=found,
            has_none=not self.own,
            own=[key for key, one in self.sources.items() if one.line is None],
            longest={key: one.way.longest for key, one in self.sources.items()},
        )


class NumberActView(SourcesMixin, TenantRightMixin, TemplateView):
    """`?number=` is who is called; the line is the person's own. Subclasses say which act it is, and its words."""

    menu_entry = "telephony:call_list"
    form_class: ClassVar[type[CallForm]] = CallForm
    title: ClassVar[Text]
    title_with_name: ClassVar[Text]

    def get_template_names(self) -> list[str]:
        return ["telephony/_number_act.html" if self.request.htmx else "telephony/number_act.html"]

    def form(self, data: Any = None) -> CallForm:
        is_first = calling.remembered(self.request.user) is None
        initial = {"is_kept": is_first, "source": self.guessed, **self._given(), **self.own}
        return self.form_class(self.choices(), region=self.request.tenant.region, data=data, initial=initial)

    def _given(self) -> dict[str, str]:
        """What the address, or who opens it over a page, says already."""
        given = self.request.POST if self.request.method == "POST" else self.request.GET
        return {name: given.get(name, "").replace("\0", "")[:most] for name, most in GIVEN.items()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.pop("form", None) or self.form()
        number = to_e164(str(form["number"].value() or ""), self.request.tenant.region) or ""
        name = names_of([number]).get(number, "")
        return super().get_context_data(
            form=form,
            act=self.act,
            name=name,
            number=number,
            heading=self.title_with_name % {"name": name or display(number)} if number else self.title,
            has_sources=bool(self.sources),
            has_own=bool(self.own),
            title=self.title,
            **kwargs,
        )

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if "source" not in request.POST:
            return self._open()
        form = self.form(request.POST)
        if form.is_valid():
            return self._ask(form)
        return self._unfit(form)

    def _open(self) -> HttpResponse:
        """The question at once, where the person has a line and the act needs nothing but the number."""
        form = self.form()
        if self.act == Act.CALL and self.own:
            full = self.form({**self._given(), **self.own})
            if full.is_valid():
                return self._ask(full)
        return self.render_to_response(self.get_context_data(form=form))

    def _unfit(self, form: CallForm) -> HttpResponse:
        status = 200 if self.request.htmx else 422  # what htmx swaps in
        return self.render_to_response(self.get_context_data(form=form), status=status)

    def _ask(self, form: CallForm) -> HttpResponse:
        values = form.cleaned_data
        source = self.sources[values["source"]]
        own_number = values.get("own_number", "") if source.line is None else ""
        wish = Wish(
            first=own_number,
            number=values["number"],
            second=values.get("second", ""),
            text=values.get("text", ""),
        )
        try:
            change = calling.ask(source, wish, self.request.user)
        except ProviderError as error:
            form.add_error(None, error.message)
            return self._unfit(form)
        if values.get("is_kept") or calling.remembered(self.request.user) is None:
            calling.remember(self.request.user, source, own_number)
        return self.render_to_response(self._question(form, change, source, wish))

    def _question(self, form: CallForm, change: Change, source: Source, wish: Wish) -> dict[str, Any]:
        connection = source.connection
        costs = [cost_a_minute(connection, one) for one in (wish.number, wish.second) if one]
        return self.get_context_data(
            form=form,
            change=change,
            source=source,
            first=words_of(source) if source.line else wish.first,
            wish=wish,
            second_name=names_of([wish.second]).get(wish.second, "") if wish.second else "",
            cost_micros=None if None in costs else sum(one for one in costs if one is not None),
            currency=connection.currency,
            length=measure(wish.text),
            otherwise=f"{self.request.path}?{urlencode(_said(wish))}",
        )


class StartCallView(NumberActView):
    right = Right.CALLS_START
    act = Act.CALL
    title = gettext_lazy("Call a number")
    title_with_name = gettext_lazy("Call %(name)s")


class JoinView(NumberActView):
    """Two numbers that talk to each other; the line only pays for both calls."""

    right = Right.CALLS_START
    act = Act.JOIN
    form_class = JoinForm
    title = gettext_lazy("Connect two numbers")
    title_with_name = gettext_lazy("Connect %(name)s with another number")


class TextView(NumberActView):
    right = Right.SMS_SEND
    act = Act.TEXT
    form_class = TextForm
    title = gettext_lazy("Send a text")
    title_with_name = gettext_lazy("Text %(name)s")


def _said(wish: Wish) -> dict[str, str]:
    """A wish as an address says it."""
    return {name: value for name in GIVEN if (value := getattr(wish, name))}


def words_of(source: Source) -> str:
    """A line with its number, or that the person's own is meant."""
    if source.line is None:
        return _("my own number at %(connection)s") % {"connection": source.connection.name}
    number = display(source.line.number) if source.line.number else source.line.extension
    return f"{source.line} ({number})" if number and number != str(source.line) else str(source.line)
