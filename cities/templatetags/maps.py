from django import template
from django.conf import settings

from cities.maps import UNITS, dot, frame

register = template.Library()
MAP = "components/map.html"


@register.inclusion_tag(MAP)
def city_map(cities, title, *, live=False):
    """Draws `cities` on a map called `title`.

    A `live` one becomes a map to move about in: js/map.js reads its cities from the elements with `data-city`.
    """
    drawing = draw(cities, title, degrees=30)
    return drawing | {"live": live, "tiles": settings.MAP_TILES_URL, "attribution": settings.MAP_TILES_ATTRIBUTION}


@register.inclusion_tag(MAP)
def city_locator(city):
    """Draws where in the world `city` is."""
    return draw([city], f"{city} on the map", degrees=60)


def draw(cities, title, *, degrees):
    dots = [dot(city) for city in cities]
    return {"dots": dots, "frame": frame(dots, degrees), "title": title, "world": 360 * UNITS, "units": UNITS}
