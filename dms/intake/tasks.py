"""What workers and the scheduler run; thin."""

from . import services


def split_next(worker: str) -> int:
    """Split the next received file; return how much was done."""
    return services.split_next(worker)


def sweep() -> int:
    """Clear what killed processes left behind."""
    return services.sweep()
