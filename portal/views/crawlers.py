"""What search engines ask for."""

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.contrib.sitemaps import views as sitemaps
from django.template.response import TemplateResponse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from portal.sitemaps import SECTIONS

HOUR = 3600


@require_safe
@login_not_required
@cache_control(public=True, max_age=HOUR)
def robots_txt(request):
    return TemplateResponse(request, "robots.txt", {"site_url": settings.SITE_URL}, content_type="text/plain; charset=utf-8")


@require_safe
@login_not_required
def sitemap(request):
    """The index of the files below."""
    return sitemaps.index(request, SECTIONS, sitemap_url_name="sitemap_section")


@require_safe
@login_not_required
def sitemap_section(request, section):
    return sitemaps.sitemap(request, SECTIONS, section)
