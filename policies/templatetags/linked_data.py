"""What a page is about, as JSON-LD for a <script type="application/ld+json">, which no browser runs."""

import json

from django import template
from django.utils.safestring import mark_safe

from policies.linked_data import about_case, about_city

register = template.Library()

# Text can't end the script element that it stands in.
ESCAPES = {ord(character): f"\\u{ord(character):04x}" for character in "<>&"}


@register.simple_tag
def case_data(case, revision):
    return _json(about_case(case, revision))


@register.simple_tag
def city_data(city):
    return _json(about_city(city))


def _json(data):
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return mark_safe(text.translate(ESCAPES))
