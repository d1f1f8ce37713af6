"""Forms of people, posts and departments."""

from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms.auth import LoginForm
from wagtail.admin.widgets import AdminDateInput

from dms.core import clock
from dms.core.refusals import Denied

from .models import DEPARTMENTAL, Department, Fonds, PostKind, User
from .policy import may_keep_token


class PersonForm(forms.Form):
    """A new person, with a first password that must be changed at the first sign-in."""

    username = forms.CharField(label=_("Sign-in name"), max_length=60, validators=[User.username_validator])
    display_name = forms.CharField(label=_("Full name"), max_length=80)
    email = forms.EmailField(label=_("E-mail"), required=False)
    password = forms.CharField(
        label=_("First password"),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least ten characters; the person chooses another at the first sign-in."),
    )

    def clean_username(self) -> str:
        """Refuse a sign-in name that is taken."""
        username: str = self.cleaned_data["username"]
        if User.objects.filter(username__iexact=username).exists():
            raise ValidationError(_("This sign-in name is taken."))
        return username

    def clean_password(self) -> str:
        """Refuse a weak password in the validators' words."""
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class PasswordForm(forms.Form):
    """A new first password for somebody who forgot theirs."""

    password = forms.CharField(
        label=_("New first password"), widget=forms.PasswordInput(attrs={"autocomplete": "new-password"})
    )

    def clean_password(self) -> str:
        """Refuse a weak password in the validators' words."""
        password: str = self.cleaned_data["password"]
        validate_password(password)
        return password


class AppointmentForm(forms.Form):
    """A post for a person, from a day on."""

    fonds = forms.ModelChoiceField(label=_("Fonds"), queryset=Fonds.objects.all(), empty_label=None)
    kind = forms.ChoiceField(label=_("Post"), choices=PostKind.choices)
    department = forms.ModelChoiceField(
        label=_("Department"),
        queryset=Department.objects.all(),
        required=False,
        help_text=_("For department heads and staff members only."),
    )
    from_day = forms.DateField(label=_("From"), widget=AdminDateInput, initial=clock.today)
    until_day = forms.DateField(label=_("Until"), widget=AdminDateInput, required=False)

    def clean(self) -> dict[str, Any]:
        """Ask for a department exactly where the post has one."""
        given = super().clean() or {}
        departmental = given.get("kind") in DEPARTMENTAL
        if departmental and not given.get("department"):
            self.add_error("department", _("This post belongs to a department: choose it."))
        if not departmental:
            given["department"] = None
        if given.get("until_day") and given.get("from_day") and given["until_day"] < given["from_day"]:
            self.add_error("until_day", _("A post cannot end before it began."))
        return given


class DepartmentForm(forms.ModelForm[Department]):
    """A department of a fonds."""

    class Meta:
        model = Department
        fields = ("fonds", "parent", "code", "name", "name_en")

    def clean(self) -> dict[str, Any]:
        """A department and its parent belong to one fonds, and nothing is part of itself."""
        given = super().clean() or {}
        parent = given.get("parent")
        if parent and given.get("fonds") and parent.fonds_id != given["fonds"].pk:
            self.add_error("parent", _("A department and the one it is part of belong to the same fonds."))
        while parent is not None and self.instance.pk:
            if parent.pk == self.instance.pk:
                self.add_error("parent", _("A department cannot be part of itself."))
                break
            parent = parent.parent
        return given


class TokenForm(forms.Form):
    """A token of one's own: what it is for, until when, and whether it may change things."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("What the token is for, such as the program's name.")
    )
    last_day = forms.DateField(label=_("Valid until"), widget=AdminDateInput, help_text=_("This day included."))
    may_write = forms.BooleanField(
        label=_("May change things"),
        required=False,
        help_text=_("Without this the program can only read and search, as you can."),
    )

    def clean_last_day(self) -> date:
        """Refuse a day in the past or too far away, at its field."""
        day: date = self.cleaned_data["last_day"]
        answer = may_keep_token(days=(day - clock.today()).days + 1, most_days=settings.API_TOKEN_MOST_DAYS)
        if isinstance(answer, Denied):
            raise ValidationError(f"{answer.reason} {answer.remedy}", code=answer.code)
        return day


class SignInForm(LoginForm):
    """The shell's sign-in form with its fields named in the reader's language."""

    username = forms.CharField(
        max_length=150,
        label=_("Sign-in name"),
        widget=forms.TextInput(attrs={"autofocus": True, "autocomplete": "username"}),
    )
    password = forms.CharField(
        label=_("Password"), widget=forms.PasswordInput(attrs={"autocomplete": "current-password"})
    )
