"""Texts and queries over small alphabets, so that chance meets every edge: neighbours, marks, spaces, line ends."""

from hypothesis import strategies as st

ALPHABET = "甲乙丙アか한aAbB１12９é①ﾞ\u0301 　\n-/.,，。（)《》“\u200b\ufe0f¶"
texts = st.text(ALPHABET, max_size=40)
words = st.one_of(
    st.text("甲乙丙", min_size=1, max_size=4),
    st.text("ab12", min_size=1, max_size=3),
    st.text("甲乙a1-", min_size=1, max_size=6),
    st.text(ALPHABET.replace("“", ""), min_size=1, max_size=8).map(lambda word: f'"{word}"'),
    st.text("ab12", min_size=1, max_size=2).map(lambda word: word + "*"),
    st.text("甲a1", min_size=1, max_size=3).map(lambda word: word + "*"),
)
queries = st.recursive(
    words,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(" ".join),
        st.tuples(inner, inner).map(" AND ".join),
        st.tuples(inner, inner).map(" OR ".join),
        st.tuples(inner, inner).map(lambda pair: f"{pair[0]} NOT ({pair[1]})"),
        inner.map(lambda one: f"({one})"),
    ),
    max_leaves=4,
)
