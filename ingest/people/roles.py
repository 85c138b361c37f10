"""Addresses that are nobody's own: offices, programs, mailing lists, mailboxes that several people write from."""

import re
from collections.abc import Collection, Mapping

from mappings.persons import NAMED, Role

# RFC 2142 and what offices, programs and lists go by beside it
_NAMES = """
    abuse accounting accounts admin administrator alerts all announce anonymous apache backup billing board bounce
    bounces bugs bugzilla bugzilla-daemon careers clerk comments committee communications contact contactus cron
    customercare customerservice cvs daemon desk discuss do-not-reply donations donotreply editor editorial email
    enquiries enquiry everyone events facilities feedback finance frontdesk ftp git group hello help helpdesk hostmaster
    hr ict info information inquiries investors it itsupport jira jobs kontakt legal list lists listserv mail
    mailer mailer-daemon mailerdaemon mailman majordomo management marketing me media members nagios news newsletter
    newsletters newsroom nobody no-reply no.reply no_reply noc noreply notification notifications notify office
    operations operator ops orders owner payroll post postmaster press presse privacy public publicrelations query
    questions reception recruiting recruitment redaktion registration registrar reply request robot root sales scheduler
    security secretary server service services shop spam staff status student students subscribe subscriptions support
    survey svn sysadmin system team tech technik trac undisclosed-recipients unsubscribe updates usenet user users
    verwaltung webmaster webmail welcome wiki www www-data
"""
_ROLES = frozenset(_NAMES.split())
_FORMS = re.compile(
    r"(?:no|do-?not|dont)[-_.]?reply.*|(?:owner|request|bounces?)[-+].*|.*-(?:owner|request|bounces?|admin|daemon|"
    r"(?:un)?subscribe|announce|devel?|users?|discuss|commits|list|l)|.*(?:\+bounces?|=.*)|reply\+.*|(?:msg|sentto)-\d.*",
    re.ASCII,
)
_MUCH = 50  # mails to an address that hardly ever answers, from which on it may be a list
_SHARED, _MOSTLY = 3, 0.6  # names from which on an address is shared, unless one of them has most of its mails


def local_part(address: str) -> str:
    """What stands before the @, without a tag (RFC 5233)."""
    local = address.rpartition("@")[0] or address
    return local.partition("+")[0] or local


def role(handle: str, listed: int, keys: Mapping[str, int], wrote: int = 0, got: int = 0) -> Role:
    """Why a handle is nobody's own; "" if it may be somebody's. `keys` are the whole names that it goes by, with their
    mails, `listed` how many mails of a list have this address as the list's, `wrote` and `got` its mails."""
    if handle.startswith(NAMED):
        return ""
    local = handle.rpartition("@")[0]
    if listed:
        return "list"
    if is_role(local):
        return "role"
    if len(keys) >= _SHARED and max(keys.values()) < _MOSTLY * sum(keys.values()):
        return "shared"
    if got >= _MUCH and wrote * 100 <= got:
        return "silent"
    return ""


def is_role(local: str, roles: Collection[str] = _ROLES) -> bool:
    """Whether the part before the @ is that of an office, a program or a list."""
    return local in roles or local.partition("+")[0] in roles or _FORMS.fullmatch(local) is not None
