from django.conf import settings


def site(request):
    """What the base template needs on every page."""
    return {"site_name": settings.SITE_NAME, "debug": settings.DEBUG}
