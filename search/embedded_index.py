"""The Tantivy index of the embedded corpus: its schema from the mapping, and how it is opened."""

from functools import cache
from pathlib import Path

import tantivy

from mappings import MESSAGES, load

# Facets and filters read these from columns; `id`-like ones are only looked up.
_COLUMNS = {
    "from_address", "to_address", "domain", "list", "collection", "lang", "has", "dkim", "is", "outlet",
}  # fmt: skip
# Here messages are numbered in the order in which they came in, and who takes part in them stands in a table.
_ELSEWHERE = {"came", "wrote", "got"}
_LOOKED_UP = {"num", "thread"}


@cache
def schema() -> tantivy.Schema:
    """The schema that the messages' mapping asks for: text folded, keywords whole, numbers as columns."""
    builder = tantivy.SchemaBuilder()
    for name, field in load(MESSAGES)["mappings"]["properties"].items():
        if name in _ELSEWHERE:
            continue
        if field["type"] == "text":
            builder.add_text_field(name, tokenizer_name="folded")
        elif field["type"] == "keyword":
            builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=name in _COLUMNS)
        else:
            builder.add_integer_field(name, indexed=name in _LOOKED_UP, fast=True)
    return builder.build()


def open_index(folder: Path) -> tantivy.Index:
    """The index in `folder`, made if there is none; analyzers are registered at every open."""
    folder.mkdir(exist_ok=True)
    index = tantivy.Index(schema(), path=str(folder))
    analyzer = (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.remove_long(256))
        .build()
    )
    index.register_tokenizer("folded", analyzer)
    return index
