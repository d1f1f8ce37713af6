"""The one error of the bench. It carries a code and facts, never words: words.py has those, for clerks."""


class FileRefused(Exception):
    """A file is not taken in. `code`: one of the codes of words.py; `facts` fill its sentence (numbers)."""

    def __init__(self, code: str, **facts: int | str) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts


class BenchFailed(Exception):
    """The bench's process died or could not start; the file may be innocent, so it is tried once more."""
