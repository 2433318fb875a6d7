from django.shortcuts import render

from .uploads import LARGEST_BODY


class BodyLimitMiddleware:
    """Answers a body beyond the limit with 413 before a byte of it is read."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        try:
            length = int(request.META.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length <= LARGEST_BODY:
            return self.get_response(request)
        return render(request, "413.html", status=413)
