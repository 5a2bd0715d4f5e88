"""Components as tags; built in, so no template loads them. The list with examples is portal/ui/README.md."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import template
from django.forms import BoundField
from django.template.context import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal.ui import drawing, formats, links, lists, parts
from portal.ui.context import notation_of
from portal.ui.controls import control as render_control
from portal.ui.kept import kept
from portal.ui.looks import look_of

register = template.Library()


def draw(name: str, context: Context | None = None, /, **values: Any) -> SafeString:
    """One component template, `templates/components/NAME.html`: it sees these values and the page's CSRF token."""
    if context is None:
        return render_to_string(f"components/{name}.html", values)
    component = context.template.engine.get_template(f"components/{name}.html")  # type: ignore[union-attr]
    return component.render(context.new({**values, "csrf_token": context.get("csrf_token")}))


@register.simple_tag(takes_context=True, name="kept")
def kept_part(context: Context, template: str, **words: Any) -> SafeString:
    """A template that says the same wherever `words` are the same, drawn once a process (portal/ui/kept.py)."""
    request = context.get("request")
    here = request.get_full_path() if request is not None else ""
    return kept(template, tuple(words.items()), {"csrf_token": context.get("csrf_token", ""), "here": here})


def notation(context: Context) -> dict[str, Any]:
    """How the person reads numbers, and where they lead."""
    request = context.get("request")
    return notation_of(getattr(request, "user", None), getattr(request, "tenant", None))


# ---- signs ----


@register.simple_tag
def icon(name: str, css: str = "", size: int = 16, label: str = "") -> SafeString:
    return parts.icon(name, css=css, size=size, label=label)


@register.simple_block_tag
def pill(content: str, tone: str = "", icon: str = "") -> SafeString:
    return parts.pill(mark_safe(content.strip()), tone=tone, icon_name=icon)


@register.simple_tag
def look(kind: str, value: object) -> SafeString | str:
    """The pill of a registered state: {% look "outcome" call.outcome %}."""
    return parts.look_pill(kind, value) if value not in (None, "") else formats.DASH


@register.simple_tag
def word(kind: str, value: object) -> str:
    """Only the word of a registered state, for sentences."""
    return str(look_of(kind, value).word)


@register.simple_tag
def direction(value: str) -> SafeString:
    return parts.direction(value)


@register.simple_tag
def provider(code: str, label: str, with_word: bool = True) -> SafeString:
    return parts.provider(code, label, with_word=with_word)


# ---- numbers, times, money ----


@register.simple_tag(takes_context=True)
def number(
    context: Context, value: str | None, name: str = "", one_line: bool = False, leads: bool = True
) -> SafeString:
    """A telephone number in the person's notation; with `name`, the name first. It leads to its page, unless `leads`
    says no: inside of a button or a label."""
    how = notation(context) if leads else {**notation(context), "pages": ""}
    if name:
        return formats.who(value or "", name, one_line=one_line, **how)
    return formats.number(value, **how) if value else formats.DASH


@register.simple_tag(takes_context=True)
def who(context: Context, value: str | None, name: str = "", one_line: bool = False) -> SafeString:
    """Name and number as a cell has them: two lines, or one."""
    return formats.who(value or "", name, one_line=one_line, **notation(context))


@register.simple_tag
def duration(seconds: float | None) -> str | SafeString:
    return formats.duration(seconds)


@register.simple_tag
def wait(seconds: float | None) -> str | SafeString:
    return formats.duration(seconds, wait=True)


@register.simple_tag
def span(seconds: float) -> str:
    return formats.span(seconds)


@register.simple_tag
def money(micros: int | None, currency: str) -> str | SafeString:
    return formats.money(micros, currency)


@register.simple_tag
def age(
    at: dt.datetime | None, prefix: str = "", stale: float | None = None, lost: float | None = None
) -> SafeString:
    """Age of something fetched. `stale` and `lost` are seconds; without them it is always fresh."""
    return parts.age_badge(at, prefix=prefix, stale_s=stale, lost_s=lost)


@register.simple_tag
def ago(at: dt.datetime | None) -> SafeString:
    """How long ago something happened, without a dot: it is history, not a value that ages."""
    return parts.time_tag(at, formats.age(at).text) if at else formats.DASH


@register.simple_tag
def moment(at: dt.datetime | None, seconds: bool = False) -> SafeString:
    """15:42 today, 17 Nov 16:20 before."""
    return parts.time_tag(at, formats.moment(at, seconds=seconds)) if at else formats.DASH


@register.filter(expects_localtime=True)
def date_words(day: dt.date | None, pattern: str) -> str:
    """A date by one of Django's patterns, with "1er" for the first of a month in French; with its time, "j F Y, H:i"."""
    return formats.date_words(day, pattern) if day else ""


# ---- links and buttons ----


@register.simple_tag(takes_context=True)
def turl(context: Context, name: str, **kwargs: Any) -> str:
    """An address inside the request's tenant: {% turl "telephony:call_detail" pk=call.pk %}."""
    return links.tenant_url(context["request"].tenant, name, **kwargs)


@register.simple_block_tag
def button(
    content: str,
    href: str = "",
    kind: str = "",
    icon: str = "",
    end_icon: str = "",
    small: bool = False,
    why_not: str = "",
    label: str = "",
    name: str = "",
    value: str = "",
    form: str = "",
) -> SafeString:
    """A link with `href`, else a submit button. kind: primary, quiet, bad, link2. `why_not` disables it and says why."""
    css = " ".join(filter(None, ["btn", f"btn-{kind}" if kind else "", "btn-xs" if small else ""]))
    words = mark_safe(content.strip())
    return drawing.button(
        words,
        css,
        href=href,
        signs=(icon, end_icon),
        why_not=why_not,
        label=label,
        name=name,
        value=value,
        form=form,
    )


# ---- blocks ----


@register.simple_block_tag(takes_context=True)
def section(
    context: Context,
    content: str,
    title: str,
    count: str = "",
    more_url: str = "",
    more: str = "",
    id: str = "",
) -> SafeString:
    """Title, quiet measure, one link at the right, content; parted by space, not by a card."""
    return draw(
        "section", context, content=content, title=title, count=count, more_url=more_url, more=more, id=id
    )


@register.simple_block_tag(takes_context=True)
def alert(context: Context, content: str, tone: str = "warn", title: str = "", icon: str = "") -> SafeString:
    """What, why, what to do. tone: warn, bad, info."""
    sign = icon or {"bad": "alert-triangle", "info": "info-circle"}.get(tone, "alert-circle")
    css = {"warn": "", "bad": "bad", "info": "info"}.get(tone, "")
    return draw("alert", context, content=content, title=title, icon_name=sign, tone=css)


@register.simple_block_tag(takes_context=True)
def nothing(
    context: Context, content: str, title: str, url: str = "", action: str = "", icon: str = ""
) -> SafeString:
    """An empty state: draws the missing step and leads to it."""
    return draw("nothing", context, content=content, title=title, url=url, action=action, icon_name=icon)


@register.simple_block_tag(takes_context=True)
def note(context: Context, content: str, tone: str = "") -> SafeString:
    return draw("note", context, content=content, tone=tone)


@register.simple_block_tag(takes_context=True)
def confirm(
    context: Context,
    content: str,
    url: str,
    action: str,
    kind: str = "bad",
    typed: str = "",
    small: bool = False,
    icon: str = "",
    label: str = "",
    next: str = "",
) -> SafeString:
    """A destructive act behind a disclosure, as a POST. `typed`: what must be typed first; `next`: where to then."""
    return draw(
        "confirm",
        context,
        content=content,
        url=url,
        action=action,
        kind=kind,
        typed=typed,
        pattern=re.escape(typed).replace(r"\ ", " ").replace(r"\-", "-"),
        small=small,
        icon=icon,
        label=label or action,
        next=next,
    )


@register.simple_block_tag(takes_context=True)
def live(context: Context, content: str, url: str, every: int = 2, running: bool = True) -> SafeString:
    """A part that asks for itself anew while `running`. Its view answers with this same block; not running ends it."""
    return draw("live", context, content=content, url=url, every=every, running=running)


@register.simple_block_tag(takes_context=True)
def menu(
    context: Context, content: str, label: str, icon: str = "dots", css: str = "btn", left: bool = False
) -> SafeString:
    """A button that opens a menu of `sb-item` links and forms; opens without script."""
    return draw("menu", context, content=content, label=label, icon_name=icon, css=css, left=left)


# ---- drawings of data ----


@dataclass(frozen=True)
class Step:
    label: str
    state: str


@register.simple_tag
def steps(labels: str, now: int) -> SafeString:
    """{% steps "Edited|Review|Written|Read back" now=2 %}: filled before, ring now, dashed cord after."""
    words = [part.strip() for part in str(labels).split("|")]
    states = ["done" if index < now else "now" if index == now else "" for index in range(1, len(words) + 1)]
    return draw("steps", steps=[Step(label, state) for label, state in zip(words, states, strict=True)])


@register.simple_tag
def meter(used: int, total: int, warn: int = 0, label: str = "") -> SafeString:
    """One cell a place; the last `warn` of the used ones are worth freeing."""
    cells = ["on"] * max(0, used - warn) + ["warn"] * min(warn, used) + [""] * max(0, total - used)
    text = label or _("%(used)s of %(total)s places used") % {"used": used, "total": total}
    return draw("meter", cells=cells, label=text)


@register.simple_tag
def cordbar(percent: float | None, label: str = "") -> SafeString:
    """Progress as a cord that reaches its jack; None where the end is not known."""
    value = None if percent is None else max(0, min(100, round(percent)))
    return draw("cordbar", value=value, label=label or _("Progress"))


@register.simple_tag
def kv(rows: Mapping[str, Any] | Iterable[tuple[str, Any]]) -> SafeString:
    """Label and value pairs; empty values are left out."""
    pairs: Sequence[tuple[str, Any]] = list(rows.items()) if isinstance(rows, Mapping) else list(rows)
    return draw("kv", rows=[(label, value) for label, value in pairs if value not in (None, "")])


@register.simple_tag(takes_context=True)
def difference(
    context: Context,
    rows: Sequence[Any],
    before: str = "",
    after: str = "",
    title: str = "",
    same: Sequence[Any] = (),
) -> SafeString:
    """The signature table: rows with `label`, `before`, `after` (and `is_hot`); `same` are (label, value) that stay."""
    return draw(
        "difference",
        context,
        rows=rows,
        same=same,
        before=before or _("Now"),
        after=after or _("After"),
        title=title,
    )


@register.filter
def pretty_json(value: object) -> str:
    """A document as people read JSON; escaped by the template as any text."""
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True, default=str)


# ---- lists ----


@register.simple_tag(takes_context=True)
def saved_views(context: Context, views: Iterable[Any]) -> SafeString:
    return lists.saved_views(views, context["request"].path)


@register.simple_tag
def table_widths(table: Any) -> SafeString:
    return lists.widths(table)


@register.simple_tag(takes_context=True)
def table_headings(context: Context, table: Any) -> SafeString:
    return lists.headings(table, context["request"])


@register.simple_tag(takes_context=True)
def pager(context: Context, page: Any, count: Any) -> SafeString:
    return lists.pager(page, count, context["request"])


# ---- forms ----


@register.simple_tag
def control(field: BoundField, css: str = "") -> SafeString:
    """A field's control with the house's classes, without label or help."""
    return render_control(field, css=css)


@register.simple_tag(takes_context=True)
def filter_pills(context: Context, filter_form: Any) -> SafeString:
    return drawing.filter_pills(filter_form.pills, context["request"])


@register.simple_tag
def nav(items: Iterable[Any]) -> SafeString:
    return drawing.menu(items)
