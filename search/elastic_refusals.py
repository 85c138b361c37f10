"""Messages whose documents the cluster will never take: they are stored all the same, and each is a failure."""

from collections.abc import Sequence

from mappings.records import Failure
from search.elastic import Refusal
from search.elastic_audit import places
from search.elastic_store import Store

STAGE = "index"


def failures(store: Store, refusals: Sequence[Refusal]) -> list[Failure]:
    """A failure for each message of those that were refused, at the first of its places."""
    reasons = {refusal.op.id: refusal.reason for refusal in refusals}
    docs = store.cluster.get("records", reasons, source=("places",))
    found = []
    for id, doc in docs.items():
        place = places(doc.source)[0]
        found.append(Failure(
            archive=place.archive, collection=place.collection, member=place.member, offset=place.offset, stage=STAGE,
            code="refused", reason=f"It is stored, but no search finds it: the cluster refuses it ({reasons[id]}).",
            message=id,
        ))  # fmt: skip
    return found
