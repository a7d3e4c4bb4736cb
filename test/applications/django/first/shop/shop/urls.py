import os

from django.contrib import admin
from django.db import connection
from django.http import HttpResponse
from django.urls import path

from notes import views


def health(request):
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse(f"{os.environ.get('SERVER_NAME', '')}\n", content_type="text/plain")


urlpatterns = [
    path("health", health),
    path("admin/", admin.site.urls),
    path("notes", views.notes),
    path("uploads/<path:name>", views.upload),
]
