"""Uploaded files. Who may see the edition may see its files; nobody else learns that they exist."""

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from policies.models import Document, Picture
from policies.uploads import CONTENT_TYPES, PICTURE_TYPES

HOUR = 3600  # so that a file of a withdrawn case is soon gone from caches too


@require_safe
@login_not_required
def document(request, pk):
    row = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    return _serve(row.file.storage, row.file.name, CONTENT_TYPES[row.kind], is_public=row.is_public, download=row.name)


@require_safe
@login_not_required
def picture_file(request, name):
    rows = list(Picture.objects.visible_to(request.user).stored_as(name))
    content_type = PICTURE_TYPES.get(name.rpartition(".")[2])
    if not rows or not content_type:
        raise Http404
    return _serve(rows[0].image.storage, name, content_type, is_public=any(row.is_public for row in rows))


def _serve(storage, name, content_type, *, is_public, download=""):
    try:
        file = storage.open(name)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, content_type=content_type, as_attachment=bool(download), filename=download)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = f"public, max-age={HOUR}" if is_public else "private, no-store"
    return response
