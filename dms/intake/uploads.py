"""How an upload is held until the vault has it: in a nameless temporary file, gone when the process is."""

import tempfile
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, TemporaryFileUploadHandler


class NamelessUploadHandler(TemporaryFileUploadHandler):
    """Django's own, but the file never has a name: a killed web process leaves no readable paper on the disk."""

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        """Begin a file; the open descriptor is all we need."""
        FileUploadHandler.new_file(self, *args, **kwargs)
        self.file = UploadedFile(  # type: ignore[assignment]
            tempfile.TemporaryFile(dir=settings.FILE_UPLOAD_TEMP_DIR),  # noqa: SIM115 - closed with the request
            self.file_name,
            self.content_type,
            0,
            self.charset,
            self.content_type_extra,
        )

    def upload_interrupted(self) -> None:
        """Let the half file go."""
        if hasattr(self, "file"):
            self.file.close()
