"""A thread's messages into its tree, with ghosts for the mails that are missing."""

from bisect import bisect_left, insort
from collections.abc import Mapping, Sequence
from functools import lru_cache, reduce
from itertools import pairwise

from ingest.copies import groups
from ingest.quoting import dated, written_by
from ingest.references import clean_id, conversation_index
from ingest.subjects import WINDOW, answers, base_subject, names_mail, plain_subject
from mappings.keys import ghost_id, ghost_of
from search.engine import Arranged, Leaf, Member
from search.ghosts import Ghost, Quote

NONE = -1
LOOK_BACK = 64  # earlier mails of the same subject that an orphan is held against; robots send thousands

_ghost_id = lru_cache(maxsize=4096)(ghost_id)
_NOTHING: dict[str, Sequence[str]] = {}


def arrange(members: Sequence[Member], quoted: Mapping[str, Sequence[str]] = _NOTHING) -> Arranged:
    """The tree of at least one message: every message a leaf, parents before children, children by date.

    `quoted` are the mails that replies without references quote, by the replies' ids, the likeliest first.

    After https://www.jwz.org/doc/threading.html, made independent of the order of `members`: what a mail says of itself
    goes before what others' References say of it, and where statements go in a circle the earliest mail's yields.
    A mail without any parent is a root, so a thread may have several. Time and memory are linear in the references.
    """
    if len(members) == 1:
        return _alone(members[0])
    tree = _Tree(sorted(members, key=_order), quoted)
    tree.link_own()
    tree.link_others()
    tree.link_roots()
    tree.prune()
    return tree.arranged()


def _order(member: Member) -> tuple[bool, int, str]:
    return member.date is None, member.date or 0, member.id


def _alone(member: Member) -> Arranged:
    line = _line(member)
    if not line and not member.ghost:
        return Arranged(id=member.id, subject=member.subject, leaves=(Leaf(member.id, "", 0),))
    ghost = _ghost(line[-1] if line else "", member.ghost, member, member.quote)
    leaves = (Leaf(ghost.id, "", 0), Leaf(member.id, ghost.id, 1))
    return Arranged(id=member.id, subject=ghost.subject or member.subject, leaves=leaves, ghosts=(ghost,))


def _line(member: Member) -> list[str]:
    """The mails it refers to, once more without junk and itself, the one it answers last."""
    if not member.references:
        return []
    own = clean_id(member.message_id)
    return [id for id in map(clean_id, member.references) if id and id != own]


def _ghost(message_id: str, key: int, child: Member, quote: Quote) -> Ghost:
    """What mails that refer to a missing one tell of it: the subject of the first, and a quotation. One that none of
    them names has a key instead of a Message-ID."""
    subject = plain_subject(" ".join(child.subject.split()))[0] or child.subject
    id = _ghost_id(message_id) if message_id else ghost_of(key)
    return Ghost(id=id, message_id=message_id, subject=subject, quote=quote)


def _fuller(first: Quote, second: Quote) -> Quote:
    """Of two quotations of one mail the one that tells more; the first if they tell alike."""
    def told(quote: Quote) -> tuple[bool, bool, bool]:
        return bool(quote.name or quote.address), bool(quote.words), bool(quote.written)

    return second if sum(told(second)) > sum(told(first)) else first


class _Tree:
    """A forest under construction: nodes by number, first one for each mail (copies share theirs), then ghosts.

    A node gets its parent once and keeps it, so `top`, a union-find towards the roots, tells cheaply whether a link
    would close a circle.
    """

    def __init__(self, members: Sequence[Member], quoted: Mapping[str, Sequence[str]]) -> None:
        self.members = members  # by date, then id
        self.quoted = quoted
        self.unnamed: dict[int, int] = {}  # by key: mails or ghosts that are quoted in replies that name none
        self.keys: dict[int, int] = {}  # of those that are ghosts
        self.places: dict[str, int] = {}  # nodes by the ids of messages, once they are asked for
        self.copies: list[list[Member]] = []
        self.lines: list[list[str]] = []
        self.nodes: dict[str, int] = {}  # by Message-ID; of several mails the earliest
        self.rivals: dict[str, dict[str, list[int]]] = {}  # all of a Message-ID that several mails bear, by subject
        self.parent: list[int] = []
        self.top: list[int] = []
        self.answered: set[int] = set()  # ghosts that a mail answers directly
        self.missing: list[str] = []  # the ghosts' Message-IDs, "" for those that no mail names
        self.groups = groups(members)
        known: dict[int | str, int] = {}
        for member in members:
            node = known.setdefault(self.groups.get(member.id, member.id), len(self.copies))
            if node < len(self.copies):
                self.copies[node].append(member)
                self.lines[node] = self.lines[node] or _line(member)
            else:
                self.copies.append([member])
                self.lines.append(_line(member))
            self._name(node, clean_id(member.message_id))
        self.count = len(self.copies)  # of nodes that are no ghosts
        self.parent = [NONE] * self.count
        self.top = list(range(self.count))

    def _name(self, node: int, own: str) -> None:
        """Notes a Message-ID of a node; copies may have several."""
        if not own or self.nodes.setdefault(own, node) == node:
            return
        rivals = self.rivals.setdefault(own, {})
        if not rivals:
            rivals[self.base(self.nodes[own])] = [self.nodes[own]]
        alike = rivals.setdefault(self.base(node), [])
        if node not in alike[-1:]:
            insort(alike, node)

    def node(self, message_id: str) -> int:
        """The node of a Message-ID, made a ghost if there is none."""
        node = self.nodes.get(message_id)
        if node is None:
            node = self.nodes[message_id] = self._missing(message_id)
        return node

    def _missing(self, message_id: str) -> int:
        """A new ghost."""
        self.parent.append(NONE)
        self.top.append(len(self.top))
        self.missing.append(message_id)
        return len(self.missing) + self.count - 1

    def base(self, node: int) -> str:
        """The base subject of a mail."""
        return base_subject(self.copies[node][0].subject)[0]

    def answered_by(self, child: int, message_id: str) -> int:
        """The node `child` means by a Message-ID: of several, the last before it with its subject, or the first."""
        rivals = self.rivals.get(message_id)
        if rivals is None:
            return self.node(message_id)
        alike = rivals.get(self.base(child))
        if alike is None:
            return self.nodes[message_id]
        return alike[max(bisect_left(alike, child) - 1, 0)]

    def link(self, child: int, parent: int) -> bool:
        """Puts a root below another node; not if it would be below itself."""
        top = self.top
        root = parent
        while top[root] != root:
            top[root] = top[top[root]]
            root = top[root]
        if root == child:
            return False
        self.parent[child] = top[child] = parent
        return True

    def link_own(self) -> None:
        """What each mail says of itself; the latest first, so that in a circle the earliest is the root."""
        for child in range(self.count - 1, NONE, -1):
            for message_id in reversed(self.lines[child]):
                parent = self.answered_by(child, message_id)
                if self.link(child, parent):
                    if parent >= self.count:
                        self.answered.add(parent)
                    break

    def link_others(self) -> None:
        """What mails say of those before them: only where these say nothing, and never that one answers a later one."""
        parents, seen = self.parent, set[tuple[str, str]]()
        for line in self.lines:
            for pair in pairwise(line):
                if pair in seen:
                    continue
                seen.add(pair)
                upper, lower = self.node(pair[0]), self.node(pair[1])
                if parents[lower] == NONE and not self._later(upper, lower):
                    self.link(lower, upper)

    def _later(self, node: int, other: int) -> bool:
        """Whether both are mails and the first is dated after the second."""
        return other < node < self.count and self.copies[node][0].date is not None

    def link_roots(self) -> None:
        """Roots by Outlook's index; replies that name no mail by what they quote, and last by their subject."""
        roots = [node for node in range(self.count) if self.parent[node] == NONE]
        if len(roots) > 1 or self.missing:
            self._link_by_index([node for node in roots if self.copies[node][0].thread_index])
        orphans = [node for node in roots if self.parent[node] == NONE and not names_mail(self.copies[node][0])]
        keys = {child: self._key(child) for child in orphans}
        for child in orphans:
            self._link_by_quotation(child, keys[child])
        left = [child for child in orphans if self.parent[child] == NONE]
        above = self._before([child for child in left if base_subject(self.copies[child][0].subject)[1]])
        for child in left:
            self._link_by_subject(child, above.get(child, []), keys[child])
        for child in left:
            if self.parent[child] == NONE and keys[child]:
                self._link_to_ghost(child, above.get(child, []), keys[child])

    def _key(self, node: int) -> int:
        """The key of what it quotes, 0 if it does not say whom."""
        return next((copy.ghost for copy in self.copies[node] if copy.ghost), 0)

    def _link_by_quotation(self, child: int, key: int) -> None:
        """Puts a reply below the mail that was found by the words it quotes."""
        for id in [id for copy in self.copies[child] for id in self.quoted.get(copy.id, ())]:
            if not self.places:
                self.places = {copy.id: node for node, copies in enumerate(self.copies) for copy in copies}
            parent = self.places.get(id)
            if parent is not None and self.link(child, parent):
                if key:
                    self.unnamed.setdefault(key, parent)
                break

    def _before(self, replies: Sequence[int]) -> dict[int, list[int]]:
        """The mails that each of the replies may answer by the subject rule, the last first."""
        if not replies:
            return {}
        alike: dict[str, list[int]] = {}
        for node in range(self.count):
            alike.setdefault(self.base(node), []).append(node)
        found: dict[int, list[int]] = {}
        for child in replies:
            before = alike[self.base(child)]
            at = bisect_left(before, child)
            found[child] = [
                parent for parent in reversed(before[max(at - LOOK_BACK, 0) : at])
                if answers(self.copies[child][0], self.copies[parent][0], WINDOW)
            ]  # fmt: skip
        return found

    def _link_by_subject(self, child: int, above: list[int], key: int) -> None:
        """Puts a reply below the mail it answers by its subject; if it says whom it quotes, that must fit."""
        if key and (known := self.unnamed.get(key)) is not None and self.link(child, known):
            return
        reply = self.copies[child][0]
        for parent in above:
            older = self.copies[parent][0]
            if (not key or (dated(reply, older) and written_by(reply, older))) and self.link(child, parent):
                if key:
                    self.unnamed.setdefault(key, parent)
                break

    def _link_to_ghost(self, child: int, above: list[int], key: int) -> None:
        """Puts a reply below the ghost of what it quotes, and that where the subject would have put the reply."""
        ghost = self.unnamed.get(key)
        if ghost is None:
            ghost = self.unnamed[key] = self._missing("")
            self.keys[ghost] = key
            self.answered.add(ghost)
        self.link(child, ghost)
        for parent in above:
            if self.parent[ghost] != NONE or self.link(ghost, parent):
                break

    def _link_by_index(self, roots: list[int]) -> None:
        if not roots:
            return
        indexes = [conversation_index(copies[0].thread_index) for copies in self.copies]
        places: dict[bytes, int] = {}
        for node, index in enumerate(indexes):
            if index:
                places.setdefault(index, node)
        for child in roots:
            index = indexes[child]
            for end in range(len(index) - 5, 21, -5):
                parent = places.get(index[:end])
                if parent is not None and self.link(child, parent):
                    break

    def prune(self) -> None:
        """Takes out the ghosts that no mail answers directly, but for one that holds the trees below it together."""
        parent, held = self.parent, dict[int, list[int]]()
        for node in [*range(self.count), *self.answered]:
            path, upper = [], parent[node]
            while upper >= self.count and upper not in self.answered and parent[upper] != NONE:
                path.append(upper)
                upper = parent[upper]
            for ghost in path:
                parent[ghost] = upper  # the next one from below takes a single step
            parent[node] = upper
            if upper >= self.count and upper not in self.answered:
                held.setdefault(upper, []).append(node)
        for children in held.values():
            if len(children) == 1:
                parent[children[0]] = NONE

    def arranged(self) -> Arranged:
        """The tree in reading order."""
        children, ghosts = self._children()
        leaves: list[Leaf] = []
        roots = children.pop(NONE)
        top = roots[0]
        todo = [(node, "", 0) for node in reversed(roots)]
        while todo:
            node, above, depth = todo.pop()
            if node >= self.count:
                id = ghosts[node].id
                leaves.append(Leaf(id, above, depth))
            else:
                id = self.copies[node][0].id
                leaves.extend([Leaf(copy.id, above, depth, self.groups.get(copy.id, 0)) for copy in self.copies[node]])
            below = children.get(node)
            if below:
                todo.extend([(child, id, depth + 1) for child in reversed(below)])
        first = self.members[0]
        subject = ghosts[top].subject if top in ghosts else self.copies[top][0].subject
        return Arranged(
            id=first.id, subject=subject or first.subject, leaves=tuple(leaves), ghosts=tuple(ghosts.values())
        )

    def _children(self) -> tuple[dict[int, list[int]], dict[int, Ghost]]:
        """Each node's children by date, a ghost counting as its first descendant; and the ghosts that stand."""
        children: dict[int, list[int]] = {}
        first: dict[int, int] = {}  # the first descendant of each ghost
        quotes: dict[int, Quote] = {}
        for node in range(self.count):
            child, upper = node, self.parent[node]
            children.setdefault(upper, []).append(child)
            # only who answers it directly quotes it
            if upper in self.keys or (
                upper in self.answered and self.missing[upper - self.count] in self.lines[node][-1:]
            ):
                quotes[upper] = _fuller(quotes.get(upper, Quote()), self._quote(node))
            while upper >= self.count and upper not in first:
                first[upper] = node
                child, upper = upper, self.parent[upper]
                children.setdefault(upper, []).append(child)
        ghosts = {
            ghost: _ghost(self.missing[ghost - self.count], self.keys.get(ghost, 0), self.copies[node][0],
                          quotes.get(ghost, Quote()))
            for ghost, node in first.items()
        }  # fmt: skip
        return children, ghosts

    def _quote(self, node: int) -> Quote:
        """What a mail quotes: as it stands in the copy that tells most, of equals the first."""
        return reduce(_fuller, [copy.quote for copy in self.copies[node]])
