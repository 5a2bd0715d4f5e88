"""Alerts in words, for mails and other templates that are handed rows."""

from __future__ import annotations

from django import template

from telephony.alerts.words import Words, heading_of, words_of

register = template.Library()
register.simple_tag(heading_of, name="alert_heading")


@register.simple_tag
def alert_words(alert: object) -> Words:
    """{% alert_words alert as words %}{{ words.title }}"""
    return words_of(alert)  # type: ignore[arg-type]
