"""Makes a small organisation, its people and dossiers for tests, through the same services as the application.

Each function returns a saved object; names and codes are unique within a test by counting.
"""

from .holdings import a_dossier, a_kind, a_page, a_series, an_item, security_classes
from .images import jpeg_of, paper
from .organisation import House, a_department, a_fonds, a_house, a_person
from .texts import read_as, text_of

__all__ = [
    "House",
    "a_department",
    "a_dossier",
    "a_fonds",
    "a_house",
    "a_kind",
    "a_page",
    "a_person",
    "a_series",
    "an_item",
    "jpeg_of",
    "paper",
    "read_as",
    "security_classes",
    "text_of",
]
