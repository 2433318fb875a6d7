import codecs

from django.core.exceptions import BadRequest


class UTF8Middleware:
    """Answers 400 to a request that calls its text anything but UTF-8.

    Browsers send what our pages are in. The other decoders of Python raise errors of their own, or make text that
    can be neither stored nor shown.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.encoding and codecs.lookup(request.encoding).name != "utf-8":
            raise BadRequest("The text of a request has to be UTF-8.")
        return self.get_response(request)
