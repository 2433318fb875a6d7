from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.shortcuts import render


def bad_request(request, exception):
    """400, or 413 when the request was refused for its size.

    The pages ask nothing of the request: it may be what is broken."""
    if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return render(None, "413.html", status=413)
    return render(None, "400.html", status=400)
