"""How a print is sent: in the reader's language, named by a number or code and never by a title. Knows no rule."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language

from .shapes import Language


def language_asked() -> Language:
    """Return the language in which prints are made for the present request."""
    return "en" if (get_language() or "").startswith("en") else "zh-hans"


def sent(pdf: bytes, name: str) -> HttpResponse:
    """Return a PDF as it is sent to browsers and programs; signs that files cannot be called by become dashes."""
    response = HttpResponse(pdf, content_type="application/pdf")
    safe = "".join(char if char.isalnum() or char in "-_.()" else "-" for char in name)
    response["Content-Disposition"] = (
        content_disposition_header(as_attachment=False, filename=f"{safe}.pdf") or "inline"
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
