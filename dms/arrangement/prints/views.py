"""Prints over the web: fetch under the right, have it made, send it. Nothing is decided here."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET

from dms.clearance.policy import Act
from dms.core.errors import NotFound
from dms.holdings.selectors import get_dossier_for

from .facts import get_bound_volume_for
from .responses import language_asked, sent
from .services import print_label, print_volume, print_volumes_of_dossier, print_volumes_of_year


@require_GET
@cache_control(private=True, no_store=True)
def volume_print(request: HttpRequest, public_id: str, form: str) -> HttpResponse:
    """Send a form of a volume, named by the volume's code and never by its title."""
    bound = get_bound_volume_for(request.user, public_id, Act.PRINT)
    pdf = print_volume(bound=bound, form=form, language=language_asked(), acting_user=request.user)
    return sent(pdf, f"{bound.volume.journal_label}-{form}")


@require_GET
@cache_control(private=True, no_store=True)
def dossier_label(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send the label of a dossier; its QR code leads to the dossier's own address."""
    dossier = get_dossier_for(request.user, public_id, Act.WORK)
    address = request.build_absolute_uri(reverse("holdings:dossier", args=[dossier.public_id]))
    pdf = print_label(dossier=dossier, address=address, language=language_asked(), acting_user=request.user)
    return sent(pdf, f"{dossier.number}-label")


@require_GET
@cache_control(private=True, no_store=True)
def dossier_volumes(request: HttpRequest, public_id: str) -> HttpResponse:
    """Send the list of a dossier's volumes."""
    dossier = get_dossier_for(request.user, public_id, Act.PRINT)
    pdf = print_volumes_of_dossier(dossier=dossier, language=language_asked(), acting_user=request.user)
    return sent(pdf, f"{dossier.number}-volumes")


@require_GET
@cache_control(private=True, no_store=True)
def year_volumes(request: HttpRequest, year: int) -> HttpResponse:
    """Send the list of a year's volumes; `?portion=2` is what the first print could not hold."""
    asked = request.GET.get("portion", "1")
    if not (asked.isascii() and asked.isdigit() and 0 < int(asked[:9]) < 100_000):
        raise NotFound
    pdf = print_volumes_of_year(year=year, portion=int(asked), language=language_asked(), acting_user=request.user)
    return sent(pdf, f"volumes-{year}-{asked}")
