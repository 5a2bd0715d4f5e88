"""Values of a document in words and markup, by the kind of their field: for pages of one object and for lists."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.lib.canonical import canonical_json
from portal.lib.numbers import display, to_e164
from portal.ui import formats, parts
from portal.ui.links import tenant_url
from telephony.models import Connection, Entity, EntityReference
from telephony.providers.fields import SHOWN, Fact, is_empty, is_secret
from telephony.providers.kinds import EntityKind
from telephony.providers.registry import PROVIDERS
from telephony.providers.values import as_boolean
from telephony.tables.number_acts import NO_ACTS, NumberActs

NUMBERS = frozenset({"number", "e164"})
SHOWN_IN_A_CELL = 3
GREGORIAN_EPOCH_S = 62_167_219_200  # 1970 in seconds since the year 0
SECRET_DOTS = "••••••"  # always six, whatever the length
COMPANY_KINDS = frozenset(
    one.company_page.company_kind for one in PROVIDERS.values() if one.company_page is not None
)

CALLFLOW_KINDS = frozenset(one.callflows.kind for one in PROVIDERS.values() if one.callflows is not None)


def page_of(tenant: Any, entity: Entity) -> str:
    name = "telephony:line_detail" if entity.is_line else "telephony:entity_detail"
    if entity.kind in CALLFLOW_KINDS:
        name = "telephony:callflow_detail"
    if entity.kind in COMPANY_KINDS:
        name = "telephony:company_detail"
    return tenant_url(tenant, name, pk=entity.pk)


def object_label(entity: Entity, kind: EntityKind | None, parent: Entity | None) -> str:
    """What an object is called where it stands alone: its name, else what it is and of whom."""
    name = entity.name or entity.number or (str(kind.unnamed) if kind else "")
    if name or kind is None:
        return display(name) if name.startswith("+") else name or entity.remote_id
    if parent is not None:
        return _("%(kind)s of %(name)s") % {"kind": kind.label, "name": parent}
    return str(kind.label) if kind.whole_list else entity.remote_id


def object_name(entity: Entity, kind: EntityKind | None = None, parent: Entity | None = None) -> str:
    """What an object is called; a whole list by what it is."""
    return str(kind.label) if kind is not None and kind.whole_list else object_label(entity, kind, parent)


def reading_for(
    request: Any,
    connection: Connection,
    names: Mapping[str, str],
    references: Mapping[str, EntityReference] | None = None,
    own: str = "",
    *,
    number_acts: NumberActs = NO_ACTS,
    objects: Mapping[str, Entity] | None = None,
) -> Reading:
    """How the person of a request reads this connection's documents."""
    notation = {
        "notation": getattr(request.user, "notation", "international"),
        "region": request.tenant.region,
    }
    zone = ZoneInfo(connection.time_zone)
    return Reading(
        request.tenant,
        notation,
        zone,
        names,
        references or {},
        own,
        number_acts,
        connection.currency,
        objects or {},
    )


@dataclass
class Reading:
    """How one reader gets the values of documents shown.

    names       name by E.164 number, for those that have one
    notation    the reader's way to write numbers, and the tenant's country
    zone        what the provider's times without a zone mean
    references  pointers out of the document, by the dotted place where they stand
    own         the name of the object itself, which is not said again beside its numbers
    number_acts what is offered beside each number
    currency    of the connection, in which its amounts are
    objects     what is named by an identifier, where nothing is kept that points to it
    """

    tenant: Any
    notation: Mapping[str, str]
    zone: ZoneInfo
    names: Mapping[str, str] = field(default_factory=dict)
    references: Mapping[str, EntityReference] = field(default_factory=dict)
    own: str = ""
    number_acts: NumberActs = NO_ACTS
    currency: str = ""
    objects: Mapping[str, Entity] = field(default_factory=dict)

    def show(self, fact: Fact) -> SafeString | str:
        """The whole value of a fact; each single value of it exactly once."""
        if fact.is_empty:
            return self._empty(fact)
        if isinstance(fact.value, list | dict) and not is_secret(fact.value):
            return self._list(fact)
        return self._one(fact, fact.value, fact.place)

    def show_briefly(self, fact: Fact) -> SafeString | str:
        """The value in a cell: of a list the first few, and how many more."""
        if not isinstance(fact.value, list) or fact.is_empty:
            return self.show(fact) if not fact.is_empty else formats.DASH
        first = [self._one(fact, value, f"{fact.place}.{n}") for n, value in enumerate(fact.value)]
        shown = format_html_join(", ", "{}", ((one,) for one in first[:SHOWN_IN_A_CELL]))
        if len(first) <= SHOWN_IN_A_CELL:
            return shown
        more = len(first) - SHOWN_IN_A_CELL
        words = ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more}
        return format_html('{} <span class="sb-quiet">{}</span>', shown, words)

    def _empty(self, fact: Fact) -> SafeString | str:
        word = fact.field.empty if fact.field else ""
        return format_html('<span class="sb-quiet">{}</span>', word) if word else formats.DASH

    def entry_title(self, fact: Fact, key: str) -> SafeString | str:
        """What an entry of an object is called: the object that its key is of, else its key; "" for those of a list."""
        if not isinstance(fact.value, dict):
            return ""
        reference = self.references.get(f"{fact.place}.{key}")
        if reference is not None and reference.target is not None:
            return self._link(reference.target)
        if key in self.objects:
            return self._link(self.objects[key])
        return str(fact.field.key_word(key) if fact.field else key)

    def _list(self, fact: Fact) -> SafeString:
        inner = fact.value.values() if isinstance(fact.value, dict) else fact.value
        if any(one and isinstance(one, list | dict) and not is_secret(one) for one in inner):
            return format_html("<code>{}</code>", canonical_json(fact.value))
        if isinstance(fact.value, dict) and all(map(is_empty, inner)):  # only its keys say something
            keys = ((self._number(key) if key.startswith("+") else key,) for key in fact.value)
            return format_html('<ul class="sb-values">{}</ul>', format_html_join("", "<li>{}</li>", keys))
        if isinstance(fact.value, dict):
            pairs = (
                (key, self._one(fact, value, f"{fact.place}.{key}")) for key, value in fact.value.items()
            )
            return format_html(
                '<ul class="sb-values">{}</ul>', format_html_join("", "<li>{}: {}</li>", pairs)
            )
        shown = ((self._one(fact, value, f"{fact.place}.{index}"),) for index, value in enumerate(fact.value))
        return format_html('<ul class="sb-values">{}</ul>', format_html_join("", "<li>{}</li>", shown))

    def _one(self, fact: Fact, value: Any, place: str) -> SafeString | str:
        if is_secret(value):
            if SHOWN in value:
                words = _("its secret part is kept sealed")
                return format_html('<code>{}</code> <span class="sb-quiet">{}</span>', value[SHOWN], words)
            words = _("kept sealed, shown to nobody")
            return format_html('{} <span class="sb-quiet">{}</span>', SECRET_DOTS, words)
        if reference := self.references.get(place):
            return self._pointer(fact, value, reference)
        if fact.field and fact.field.kind == "ref" and (named := self.objects.get(str(value))):
            return self._link(named)
        return self._plain(fact, value)

    def _link(self, entity: Entity) -> SafeString:
        return format_html('<a href="{}">{}</a>', page_of(self.tenant, entity), str(entity))

    def _pointer(self, fact: Fact, value: Any, reference: EntityReference) -> SafeString:
        """The name of the other object as a link; what is not there any more is marked."""
        is_number = fact.field is not None and fact.field.kind in NUMBERS
        if reference.target is None:
            missing = parts.pill(_("Missing"), tone="warn", icon_name="unlink")
            return format_html("{} {}", self._plain(fact, value), missing)
        link = self._link(reference.target)
        return format_html("{} {}", link, self._number(value, named=False)) if is_number else link

    def _plain(self, fact: Fact, value: Any) -> SafeString | str:
        kind = fact.field.kind if fact.field else "code"
        if fact.field and (word := fact.field.word(value)):
            return str(word)
        if kind in NUMBERS:
            return self._number(value)
        if kind == "code":
            text = value if isinstance(value, str) else canonical_json(value)
            return format_html("<code>{}</code>", text)
        writer = _WRITERS.get(kind)
        written = writer(self, fact, value) if writer else None
        return str(value) if written is None else written

    def _number(self, value: Any, *, named: bool = True) -> SafeString:
        text = str(value)
        number = to_e164(text, self.notation.get("region", "FR")) or text
        name = self.names.get(number, "") if named else ""
        if name and name != self.own:
            shown = formats.who(number, name, one_line=True, **self.notation)
        else:
            shown = formats.number(number, **self.notation)
        return format_html("{} {}", shown, self.number_acts.beside(number)) if self.number_acts else shown

    def _boolean(self, fact: Fact, value: Any) -> str | None:
        fact_value = as_boolean(value)
        return None if fact_value is None else _("yes") if fact_value else _("no")

    def _integer(self, fact: Fact, value: Any) -> str | None:
        try:
            written = formats.count(int(value))
        except (TypeError, ValueError):
            return None
        return f"{written}{formats.NBSP}{fact.unit}" if fact.unit else written

    def _money(self, fact: Fact, value: Any) -> str | SafeString | None:
        try:
            micros = round(Decimal(str(value)) * 1_000_000)
        except (InvalidOperation, ValueError, OverflowError):
            return None
        return formats.money(micros, self.currency) if self.currency else None

    def _duration(self, fact: Fact, value: Any) -> str | None:
        try:
            return str(formats.duration(float(value), wait=True))
        except (TypeError, ValueError):
            return None

    def _date(self, fact: Fact, value: Any) -> str | None:
        try:
            day = parse_date(str(value)[:10])
        except ValueError:
            return None
        return formats.date_words(day, formats.SHORT_DATE) if day else None

    def _time_of_day(self, fact: Fact, value: Any) -> str | None:
        try:
            minutes, seconds = divmod(int(value), 60)
        except (TypeError, ValueError):
            return None
        written = f"{minutes // 60:02}:{minutes % 60:02}"
        return f"{written}:{seconds:02}" if seconds else written

    def _instant(self, fact: Fact, value: Any) -> SafeString | None:
        at = instant_of(fact.field.kind, value, self.zone) if fact.field else None
        return parts.time_tag(at, formats.moment(at)) if at else None


_INSTANTS: Mapping[str, Callable[[Any], dt.datetime | None]] = {
    "datetime": lambda value: parse_datetime(str(value)),
    "unix_s": lambda value: dt.datetime.fromtimestamp(int(value), dt.UTC),
    "gregorian_s": lambda value: dt.datetime.fromtimestamp(int(value) - GREGORIAN_EPOCH_S, dt.UTC),
}


def instant_of(kind: str, value: Any, zone: ZoneInfo) -> dt.datetime | None:
    """The moment in a field of that kind, `zone` meant where it names none; None for what is no moment."""
    read = _INSTANTS.get(kind)
    try:
        at = read(value) if read else None
        return timezone.make_aware(at, zone) if at and timezone.is_naive(at) else at
    except (TypeError, ValueError, OverflowError, OSError):
        return None


_WRITERS: Mapping[str, Any] = {
    "boolean": Reading._boolean,
    "integer": Reading._integer,
    "money": Reading._money,
    "duration_s": Reading._duration,
    "date": Reading._date,
    **dict.fromkeys(_INSTANTS, Reading._instant),
    "time_of_day_s": Reading._time_of_day,
}
