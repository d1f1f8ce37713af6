"""Page texts of every shape, for properties that must hold for all of them."""

from hypothesis import strategies as st

from ocr.page_text import Char, Line, PageText, Word

confidences = st.integers(0, 100)
sizes = st.integers(1, 5000)
# What XML can carry; spaces never stand inside a character of ours, the line's words say where they are.
signs = st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn"), exclude_characters=" "), min_size=1, max_size=1)


@st.composite
def boxes(draw: st.DrawFn) -> tuple[int, int, int, int]:
    x, y = draw(st.integers(0, 5000)), draw(st.integers(0, 5000))
    return (x, y, x + draw(st.integers(0, 300)), y + draw(st.integers(0, 300)))


chars = st.builds(Char, signs, boxes(), confidences)
words = st.builds(Word, st.lists(chars, min_size=1, max_size=4).map(tuple), confidences, st.booleans(), st.booleans())
lines = st.builds(Line, st.lists(words, max_size=4).map(tuple), boxes(), st.integers(0, 3))
page_texts = st.builds(
    PageText,
    sizes,
    sizes,
    st.sampled_from((0, 90, 180, 270)),
    st.lists(lines, max_size=5).map(tuple),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Cn")), max_size=20),
)
