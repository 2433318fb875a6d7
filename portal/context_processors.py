from django.conf import settings


def site(request):
    """What the base template needs on every page."""
    # Like the middleware that asks for a login: a view is public if it says so.
    public = request.resolver_match and not getattr(request.resolver_match.func, "login_required", True)
    return {
        "site_name": settings.SITE_NAME,
        "site_url": settings.SITE_URL,
        "is_public_page": public,
        "debug": settings.DEBUG,
    }
