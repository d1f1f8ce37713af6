"""The journal's words in templates of the holdings."""

from django import template

from dms.journal import words

register = template.Library()
register.filter("journal_action", words.action)
register.filter("journal_posts", words.posts)
register.filter("journal_person", words.person)
