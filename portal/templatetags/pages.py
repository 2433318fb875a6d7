from django import template

register = template.Library()


@register.filter
def page_numbers(page):
    """The numbers that a pager shows around the current page, with the paginator's ELLIPSIS for gaps."""
    return page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1)
