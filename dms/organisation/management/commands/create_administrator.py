"""Creates the first administrator: asks for a password, which must be changed at the first sign-in."""

import getpass
import json
import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser

from dms.core.errors import Refusal
from dms.organisation.models import Fonds, PostKind, User
from dms.organisation.services import appoint, create_fonds, create_person


class Command(BaseCommand):
    """`manage.py create_administrator NAME --fonds CODE`; the password is asked for, or read from standard input."""

    help = "Create an administrator. The password is asked for (or read from standard input with --password-stdin)."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the sign-in name, the name, and the fonds, which is made where there is none of that code."""
        parser.add_argument("username", help="sign-in name")
        parser.add_argument("--name", default="", help="name as shown (the sign-in name where left out)")
        parser.add_argument("--fonds", default="main", help="code of the fonds; created where it does not exist")
        parser.add_argument("--fonds-name", default="全宗", help="name of the fonds when it is created")
        parser.add_argument("--password-stdin", action="store_true", help="read the password from standard input")
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Create the person and give the administrator's post."""
        if User.objects.filter(username__iexact=options["username"]).exists():
            raise CommandError(f"The sign-in name {options['username']} is taken.")
        password = self._password(from_stdin=options["password_stdin"])
        try:
            validate_password(password, User(username=options["username"]))
            fonds = Fonds.objects.filter(code=options["fonds"]).first() or create_fonds(
                code=options["fonds"], name=options["fonds_name"], acting_user=None
            )
            name = options["name"] or options["username"]
            person = create_person(username=options["username"], display_name=name, password=password, acting_user=None)
            appoint(person=person, kind=PostKind.ADMINISTRATOR, fonds=fonds, acting_user=None)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        if options["json"]:
            self.stdout.write(json.dumps({"username": person.username, "fonds": fonds.code}))
        else:
            self.stdout.write(f"{person.username} may sign in now and must choose another password then.")

    def _password(self, *, from_stdin: bool) -> str:
        if from_stdin:
            return sys.stdin.readline().rstrip("\n")
        first, again = getpass.getpass("Password: "), getpass.getpass("Once more: ")
        if first != again:
            raise CommandError("The two passwords differ; nobody was created.")
        return first
