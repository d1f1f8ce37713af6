"""How issue numbers (文号) are compared: their figures as numbers, so that 9号 stands before 10号."""

import re
import unicodedata

_FIGURES = re.compile(r"0*([0-9]+)")


def issue_number_key(text: str) -> str:
    """A8: return the text that sorts an issue number: how many figures a number has stands before its figures.

    >>> issue_number_key("客字〔2023〕9号") < issue_number_key("客字〔2023〕10号")
    True
    """
    return _FIGURES.sub(_by_length, unicodedata.normalize("NFKC", text)) if text else ""


def _by_length(match: re.Match[str]) -> str:
    figures = match.group(1)
    return chr(len(figures)) + figures
