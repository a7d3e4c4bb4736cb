import os

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, JsonResponse

from .models import Note


def notes(request):
    fields = [field.attname for field in Note._meta.fields]
    found = list(Note.objects.order_by("id").values(*fields))
    return JsonResponse(
        {"server": os.environ.get("SERVER_NAME"), "release": os.environ.get("RELEASE"), "notes": found}
    )


def upload(request, name):
    if not default_storage.exists(name):
        raise Http404
    return FileResponse(default_storage.open(name))
