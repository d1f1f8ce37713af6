"""How an upload is held until the vault has it: in a nameless temporary file, gone when the process is."""

import os
from typing import Any

from django.core.files.uploadhandler import TemporaryFileUploadHandler


class NamelessUploadHandler(TemporaryFileUploadHandler):
    """Django's own, but the file loses its name at once: a killed web process leaves no readable paper on the disk."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file, then take its name from the folder; the open descriptor is all we need."""
        super().new_file(*args, **kwargs)
        os.unlink(self.file.temporary_file_path())
