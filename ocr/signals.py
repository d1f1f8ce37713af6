"""News for the rooms above, sent after the commit: they note work to do, and decide nothing here."""

from django.dispatch import Signal

# page_ids: list of primary keys of pages whose current text changed (or went).
text_changed = Signal()
