"""Fields, filters and menus as HTML, joined from text that was escaped once.

They stand on every page, and a list's filter bar alone has a dozen fields: as templates they took a fifth of the time
of a page. How a table's rows are drawn: cells.py.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from html import escape
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.ui import parts
from portal.ui.controls import control
from portal.ui.links import query_with
from portal.ui.navigation import Entry, Item
from portal.ui.parts import escaped


def field(bound: forms.BoundField) -> SafeString:
    """Label, control, help, and the error at the field."""
    errors = bound.errors
    drawn, end = control(bound), _field_end(bound, errors)
    bad = " bad" if errors else ""
    label = escaped(bound.label)
    if bound.widget_type == "checkbox":
        name = f'<label class="form-label" for="{escape(bound.id_for_label)}">{label}</label>'
        return mark_safe(f'<div class="sb-field check{bad}">{drawn}{name}{end}</div>')
    word = escape(_("(required)")) if bound.field.required else ""
    required = f' <span class="req">{word}</span>' if word else ""
    if bound.use_fieldset:
        told_by = bound.aria_describedby
        told = f' aria-describedby="{escape(told_by)}"' if told_by else ""
        legend = f"<legend>{label}{required}</legend>"
        return mark_safe(f'<fieldset class="sb-field{bad}"{told}>{legend}{drawn}{end}</fieldset>')
    name = f'<label class="form-label" for="{escape(bound.id_for_label)}">{label}{required}</label>'
    return mark_safe(f'<div class="sb-field{bad}">{name}{drawn}{end}</div>')


def _field_end(bound: forms.BoundField, errors: Any) -> str:
    end = ""
    if bound.help_text:
        text = escaped(bound.help_text)
        end = f'<div class="form-hint" id="{escape(bound.auto_id)}_helptext">{text}</div>'
    if errors:
        told = [escaped(error) for error in errors]
        words = (
            told[0] if len(told) == 1 else f"<ul>{''.join([f'<li>{reason}</li>' for reason in told])}</ul>"
        )
        sign = parts.icon("alert-circle", size=14)
        end += (
            f'<div class="sb-field-error" id="{escape(bound.auto_id)}_error">{sign}<span>{words}</span></div>'
        )
    return end


# ---- buttons ----


def button(
    words: SafeString,
    css: str,
    *,
    href: str = "",
    signs: tuple[str, str] = ("", ""),
    why_not: str = "",
    label: str = "",
    name: str = "",
    value: str = "",
    form: str = "",
) -> SafeString:
    """A link with `href`, else a submit button; with `why_not` one that does nothing and says why.

    `signs` are the icons before and after the words. A line's end parts it from the next.
    """
    before, after = (parts.icon(sign, size=14) if sign else "" for sign in signs)
    if why_not:
        dead = f'<button type="button" class="{css}" disabled>{before}{words}</button>'
        return mark_safe(
            f'<span class="sb-wrap">{dead}<span class="sb-quiet">{escaped(why_not)}</span></span>\n'
        )
    told = f' aria-label="{escaped(label)}"' if label else ""
    if href:
        return mark_safe(f'<a class="{css}" href="{escaped(href)}"{told}>{before}{words}{after}</a>\n')
    sent = f' name="{escaped(name)}" value="{escaped(value)}"' if name else ""
    owner = f' form="{escaped(form)}"' if form else ""
    return mark_safe(
        f'<button type="submit" class="{css}"{told}{sent}{owner}>{before}{words}{after}</button>\n'
    )


# ---- filters ----


def filter_pills(pills: Iterable[Any], request: HttpRequest) -> SafeString:
    """Each filter with what it is set to; opened, its field, and beside it the cross that takes it away."""
    apply, arrow = escape(_("Apply")), parts.icon("chevron-down")
    return mark_safe("".join([_filter_pill(pill, request, apply, arrow) for pill in pills]))


def _filter_pill(pill: Any, request: HttpRequest, apply: str, arrow: str) -> str:
    label = escaped(pill.field.label)
    on = " on" if pill.is_on else ""
    is_open = " open" if pill.field.errors else ""
    cross = ""
    if pill.is_on:
        words = _("Remove the filter %(name)s") % {"name": pill.field.label}
        address = escape(without(request, pill.parameters))
        cross = (
            f'<a class="sb-filter-off" href="{address}" aria-label="{escape(words)}">{parts.icon("x")}</a>'
        )
    return (
        f'<span class="sb-filter-pill{on}"><details class="sb-menu" data-menu{is_open}>'
        f'<summary class="sb-filter{on}">{label} <b>{escaped(pill.text)}</b>{"" if on else arrow}</summary>'
        f'<div class="sb-pop left wide">{pill.drawn}<div class="sb-pop-go">'
        f'<button type="submit" class="btn btn-primary btn-xs">{apply}</button></div></div></details>{cross}</span>'
    )


def without(request: HttpRequest, names: Iterable[str]) -> str:
    """The request's address without some parameters, on the first page again."""
    query = query_with(request, **dict.fromkeys([*names, "cursor"]))
    return request.path if query == "?" else f"{request.path}{query}"


# ---- menus ----


def menu(items: Iterable[Item]) -> SafeString:
    """The entries of the side menu, the current one marked."""
    return mark_safe(f'<ul class="sb-nav">{"".join([_entry(item) for item in items])}</ul>')


def _entry(item: Item) -> str:
    badge = ""
    if item.badge:
        title = f' title="{escape(str(item.badge.label))}"' if item.badge.label else ""
        text = escaped(item.badge.text)
        badge = f'<span class="n {escape(item.badge.tone)}"{title}>{text}</span>'
    return f"{_entry_link(item.entry, item.url, item.is_current, get_language())}{badge}</a></li>"


@lru_cache(maxsize=4096)
def _entry_link(entry: Entry, url: str, is_current: bool, language: str | None) -> str:
    css = " ".join(name for name, holds in (("sub", entry.is_sub), ("gap", entry.has_gap)) if holds)
    place = f' class="{css}"' if css else ""
    current = ' aria-current="page"' if is_current else ""
    sign = parts.icon(entry.icon) if entry.icon else ""
    return f'<li{place}><a href="{escape(url)}"{current}>{sign}{escape(str(entry.label))}'
