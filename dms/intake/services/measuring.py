"""Keeps the scan's measures of an image beside it (A17). What they mean is for the policy to say."""

from dms.holdings.models import Capture

from ..files.pages import Measures
from ..models import CaptureMeasures


def keep_measures(capture: Capture, measures: Measures | None) -> None:
    """Keep the measures of an image, where it was measured; call it inside the transaction that adds the image."""
    if measures is not None:
        CaptureMeasures.objects.create(capture=capture, **measures.as_dict())
