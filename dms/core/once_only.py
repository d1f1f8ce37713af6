"""An exclusive right by name, held for a while and renewed: who dies loses it, so nobody has to clean up."""

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q

from . import clock
from .models import OnceOnly

# A right is held for minutes, and renewed.
LONGEST = timedelta(hours=2)


def take(name: str, *, holder: str, seconds: int) -> bool:
    """Take or renew the right `name` for `seconds`; return False where another holder's time has not run out."""
    now = clock.now()
    until = now + timedelta(seconds=seconds)
    # Held for longer than anybody may: taken while a clock was ahead.
    free = Q(holder=holder) | Q(until__lt=now) | Q(until__gt=until + LONGEST)
    if OnceOnly.objects.filter(free, name=name).update(holder=holder, until=until):
        return True
    try:
        with transaction.atomic():
            OnceOnly.objects.create(name=name, holder=holder, until=until)
    except IntegrityError:
        return False
    return True


def give_back(name: str, *, holder: str) -> None:
    """Give the right back where `holder` has it."""
    OnceOnly.objects.filter(name=name, holder=holder).delete()
