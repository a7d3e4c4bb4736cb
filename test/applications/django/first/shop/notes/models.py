from django.db import models


class Note(models.Model):
    title = models.CharField(max_length=100)
    attachment = models.FileField(upload_to="notes/", blank=True)
    written = models.DateTimeField(auto_now_add=True)

    def __str__(self):
        return self.title
