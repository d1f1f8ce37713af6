"""An item on paper or as a PDF, for those whom copying is allowed (C3); each is journalled."""

from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from dms.arrangement.prints.facts import get_bound_volume_for
from dms.arrangement.prints.responses import language_asked
from dms.clearance.policy import Act
from dms.core import clock
from dms.core.errors import NotFound
from dms.holdings.selectors import get_item_for

from ..selectors import captures_of
from ..services import make_item_pdf, note_item_printed
from ..volumes import make_volume_pdf


@require_GET
@cache_control(private=True, no_store=True)
def item_pdf(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send the item as a PDF named by its reference code or entry number, never by its title."""
    item = get_item_for(request.user, public_id, Act.DOWNLOAD)
    pdf = make_item_pdf(item=item, acting_user=request.user)  # type: ignore[arg-type]
    response = FileResponse(
        pdf, as_attachment=True, filename=f"{item.journal_label}.pdf", content_type="application/pdf"
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
@cache_control(private=True, no_store=True)
def volume_pdf(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send the whole volume as a PDF named by its code, never by its title."""
    bound = get_bound_volume_for(request.user, public_id, Act.DOWNLOAD)
    pdf = make_volume_pdf(bound=bound, language=language_asked(), acting_user=request.user)
    name = bound.volume.journal_label.replace("/", "-")
    response = FileResponse(pdf, as_attachment=True, filename=f"{name}.pdf", content_type="application/pdf")
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_GET
@cache_control(private=True, no_store=True)
def item_print(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show the item, or its page `?page=`, as sheets that print themselves, each with who printed it and when."""
    item = get_item_for(request.user, public_id, Act.PRINT)
    captures = captures_of(item)
    only = request.GET.get("page", "")
    if only:
        known = only.isascii() and only.isdigit() and len(only) <= 9
        captures = captures.filter(page__position=int(only)) if known else captures.none()
    sheets = list(captures)
    if not sheets:
        raise NotFound
    note_item_printed(item=item, pages=len(sheets), acting_user=request.user)  # type: ignore[arg-type]
    context = {"item": item, "sheets": sheets, "printed_at": clock.now(), "pages": item.pages.count()}
    return render(request, "reading/print.html", context)
