"""The one field the journal needs of its own: JSON kept as canonical text, the same bytes in every database."""

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models


def canonical_json(value: Any) -> str:
    """Return `value` as JSON text in the journal's one form: keys sorted, no spaces, ASCII only, no NaN.

    Raises TypeError or ValueError for what JSON cannot say.
    """
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False, cls=DjangoJSONEncoder
    )


class CanonicalJSONField(models.TextField):  # type: ignore[type-arg]
    """A JSON value stored as `canonical_json`: a database's own JSON type would rewrite numbers and spacing,
    and what is hashed must come back byte for byte. Look-ups are those of text.
    """

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> Any:
        """Return the value that the stored text says."""
        return None if value is None else json.loads(value)

    def get_prep_value(self, value: Any) -> str | None:
        """Return the text to store; a text given as look-up value stays as it is."""
        return value if value is None or isinstance(value, str) else canonical_json(value)

    def value_to_string(self, obj: models.Model) -> str:
        """Return the text for Django's serialisers."""
        return canonical_json(self.value_from_object(obj))

    def to_python(self, value: Any) -> Any:
        """Return the value of a serialised text, or the value itself."""
        return json.loads(value) if isinstance(value, str) else value
