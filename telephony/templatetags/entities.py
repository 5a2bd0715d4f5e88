"""Objects on a page: their fields, names and addresses."""

from __future__ import annotations

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from telephony.models import Entity
from telephony.providers.fields import Fact
from telephony.tables.documents import Reading, object_name, page_of

register = template.Library()


@register.simple_tag
def fact_value(fact: Fact, reading: Reading) -> SafeString | str:
    """The value of a field in words, its numbers named and its pointers linked."""
    return reading.show(fact)


@register.simple_tag
def entry_title(fact: Fact, key: str, reading: Reading) -> SafeString | str:
    """What one entry of a field is called, where it has a name."""
    return reading.entry_title(fact, key)


@register.simple_tag
def fact_in_cell(fact: Fact, reading: Reading) -> SafeString | str:
    """The same in the cell of a table."""
    return reading.show_briefly(fact)


@register.simple_tag(takes_context=True)
def object_url(context: Context, entity: Entity) -> str:
    """The page of an object: a line's own, else that of any object."""
    return page_of(context["request"].tenant, entity)


register.simple_tag(object_name)
