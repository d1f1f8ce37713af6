"""Own fields: checks a value against its definition and turns it into what is stored (text, number, date as ISO)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

Stored = str | int | bool | None


@dataclass(frozen=True, slots=True)
class FieldRule:
    """What a value must be: its type, whether it may be empty, its choices and its pattern."""

    type: str
    required: bool = False
    choices: Sequence[str] = ()
    pattern: str = ""


def clean_value(rule: FieldRule, given: object) -> Stored:
    """Return `given` as stored, None where empty; raise ValidationError in words where it breaks the rule."""
    word = given.strip() if isinstance(given, str) else given
    if word in (None, ""):
        if rule.required:
            raise ValidationError(_("This field is required."), code="required")
        return None
    value = _typed(rule, word)
    if rule.pattern and not re.fullmatch(rule.pattern, str(value)):
        raise ValidationError(_("The value does not have the form that is asked for."), code="pattern")
    return value


def _typed(rule: FieldRule, word: object) -> Stored:
    text = str(word)
    try:
        match rule.type:
            case "whole_number":
                return int(text)
            case "amount":
                return str(Decimal(text).quantize(Decimal("0.01")))
            case "date":
                return (word if isinstance(word, date) else date.fromisoformat(text)).isoformat()[:10]
            case "yes_no":
                return _yes_or_no(text)
    except (ValueError, InvalidOperation):
        raise ValidationError(_("The value is not of the type that is asked for."), code="type") from None
    if rule.type == "choice" and text not in rule.choices:
        raise ValidationError(_("The value is not one of the list."), code="choice")
    return text


def _yes_or_no(text: str) -> bool:
    word = text.lower()
    if word in {"true", "1", "yes", "y", "是", "有"}:
        return True
    if word in {"false", "0", "no", "n", "否", "无"}:
        return False
    raise ValueError(text)
