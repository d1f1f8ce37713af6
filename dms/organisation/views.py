"""Screens of people and departments, for administrators. Thin: parse, call a service, show."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView
from wagtail.admin.views.generic import WagtailAdminTemplateMixin

from dms.core import clock
from dms.core.errors import Refusal, require

from . import forms, selectors, services
from .models import Department, PostHolding
from .policy import may_close_person


class AdministratorsOnly(View):
    """Asks for the administrator's post before anything else."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:  # type: ignore[override]
        """Raise NotAllowed for everybody else."""
        selectors.require_administrator(request.user)
        response: HttpResponse = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
        return response


class PeopleView(AdministratorsOnly, WagtailAdminTemplateMixin, TemplateView):
    """Everybody who signs in, with today's posts."""

    template_name = "organisation/people.html"
    page_title = gettext_lazy("People")
    header_icon = "user"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Return the people that match ?q= and ?closed=."""
        words, closed = self.request.GET.get("q", "").strip(), self.request.GET.get("closed") == "1"
        found = selectors.people(words=words, closed=closed)
        return super().get_context_data(**kwargs) | {"people": found, "q": words, "closed": closed}


class NewPersonView(AdministratorsOnly):
    """Adds a person."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """Show the empty form."""
        return render(request, "organisation/new_person.html", {"form": forms.PersonForm()})

    def post(self, request: HttpRequest) -> HttpResponse:
        """Add the person, or show what is missing at its field."""
        form = forms.PersonForm(request.POST)
        if not form.is_valid():
            return render(request, "organisation/new_person.html", {"form": form}, status=422)
        person = services.create_person(**form.cleaned_data, acting_user=request.user)
        messages.success(request, _("%(who)s was added. Now give a post.") % {"who": person})
        return redirect("organisation:person", person.public_id)


class PersonView(AdministratorsOnly):
    """One person: posts over time, a new first password, closing."""

    def get(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Show the person."""
        return self._show(request, public_id, forms.AppointmentForm(), forms.PasswordForm())

    def post(self, request: HttpRequest, public_id: str) -> HttpResponse:
        """Do the act the button names: appoint, end, password, close."""
        person = selectors.get_person(public_id)
        act = request.POST.get("act", "")
        appointment = forms.AppointmentForm(request.POST if act == "appoint" else None)
        password = forms.PasswordForm(request.POST if act == "password" else None)
        try:
            if act == "appoint" and appointment.is_valid():
                services.appoint(person=person, **appointment.cleaned_data, acting_user=request.user)
            elif act == "password" and password.is_valid():
                services.set_password(
                    person=person, **password.cleaned_data, must_change=True, acting_user=request.user
                )
            elif act == "end":
                holding = get_object_or_404(PostHolding, pk=request.POST.get("holding"), person=person)
                services.end_holding(holding=holding, last_day=clock.today(), acting_user=request.user)
            elif act == "close":
                require(may_close_person(is_oneself=person == request.user))
                services.close_person(person=person, acting_user=request.user)
            else:
                return self._show(request, public_id, appointment, password, status=422)
        except Refusal as refusal:
            messages.error(request, str(refusal))
            return self._show(request, public_id, appointment, password, status=refusal.status)
        messages.success(request, _("Saved."))
        return redirect("organisation:person", person.public_id)

    def _show(
        self, request: HttpRequest, public_id: str, appointment: Any, password: Any, status: int = 200
    ) -> HttpResponse:
        person = selectors.get_person(public_id)
        holdings = person.holdings.select_related("post__department", "post__fonds").order_by("-from_day")
        context = {
            "person": person,
            "holdings": holdings,
            "appointment": appointment,
            "password": password,
            "today": clock.today(),
        }
        return render(request, "organisation/person.html", context, status=status)


class DepartmentsView(AdministratorsOnly):
    """The departments of every fonds; adding and changing one."""

    def get(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Show the list beside the form of a new department, or of the one chosen."""
        chosen = get_object_or_404(Department, pk=pk) if pk else None
        return self._show(request, forms.DepartmentForm(instance=chosen), chosen)

    def post(self, request: HttpRequest, pk: int | None = None) -> HttpResponse:
        """Save, or show what is wrong at its field."""
        chosen = get_object_or_404(Department, pk=pk) if pk else None
        form = forms.DepartmentForm(request.POST, instance=chosen)
        if not form.is_valid():
            return self._show(request, form, chosen, status=422)
        services.save_department(department=form.save(commit=False), acting_user=request.user)
        messages.success(request, _("Saved."))
        return redirect("organisation:departments")

    def _show(self, request: HttpRequest, form: Any, chosen: Department | None, status: int = 200) -> HttpResponse:
        departments = Department.objects.select_related("fonds", "parent").order_by("fonds__code", "code")
        context = {"departments": departments, "form": form, "chosen": chosen}
        return render(request, "organisation/departments.html", context, status=status)
