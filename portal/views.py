from django.contrib.auth.decorators import login_not_required
from django.template.response import TemplateResponse


@login_not_required
def home(request):
    return TemplateResponse(request, "portal/home.html")
