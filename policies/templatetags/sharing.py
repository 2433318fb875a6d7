"""What the pages of a case at work need."""

from django import template
from js_asset import Media

register = template.Library()


@register.simple_tag(takes_context=True)
def media_of(context, form):
    """Scripts and styles of the form's widgets, with the nonce of this page's Content-Security-Policy."""
    media = form.media
    return Media.from_media(media, nonce=str(context["request"].csp_nonce)).render() if media._js or media._css else ""
