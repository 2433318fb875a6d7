from django import template
from django.utils.safestring import mark_safe

register = template.Library()


@register.simple_block_tag
def capture(content):
    """What stands inside, on one line; with `as name` to be used more than once."""
    return mark_safe(" ".join(content.split()))  # rendered, so escaped already


@register.filter(is_safe=True)
def headline(title, site_name):
    """The title of a page without the name of the site behind it."""
    return title.removesuffix(f" - {site_name}")


@register.filter
def page_numbers(page):
    """The numbers that a pager shows around the current page, with the paginator's ELLIPSIS for gaps."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)


@register.filter
def initials(name):
    """The first letters of the first and the last word of a person's name; one letter for one word, none for none."""
    words = str(name).split()
    return "".join(word[0] for word in dict.fromkeys([*words[:1], *words[-1:]])).upper()
