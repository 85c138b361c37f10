"""The columns of a table of articles: which of them holds what, by their names in several languages or as told."""

import unicodedata
from collections.abc import Iterable, Mapping

# What a column holds -> the names it goes by, letters only, without accents; the first that a table has counts.
ROLES: dict[str, tuple[str, ...]] = {
    "url": (
        "url", "address", "link", "href", "permalink", "articleurl", "sourceurl", "canonicalurl", "uri", "webaddress",
        "adresse", "lien", "enlace", "direccion", "indirizzo", "collegamento", "endereco", "ligacao", "odnosnik",
        "adres", "ссылка", "адрес", "webadresse",
    ),
    "title": (
        "title", "headline", "titel", "titre", "titulo", "titular", "titolo", "tytul", "заголовок", "название",
        "uberschrift", "schlagzeile", "kop", "articletitle",
    ),
    "outlet": (
        "outlet", "publication", "publisher", "source", "medium", "media", "newspaper", "journal", "site", "sitename",
        "website", "quelle", "zeitung", "fuente", "medio", "periodico", "fonte", "testata", "giornale", "gazeta",
        "zrodlo", "krant", "bron", "издание", "источник", "journale", "veiculo", "domain", "hostname",
    ),
    "author": (
        "author", "authors", "byline", "autor", "autoren", "verfasser", "auteur", "auteurs", "autore", "autori",
        "autores", "autora", "autorzy", "schrijver", "автор", "авторы", "writer", "creator",
    ),
    "date": (
        "date", "published", "publishedat", "publisheddate", "publishdate", "datepublish", "datepublished", "pubdate",
        "publicationdate", "datum", "erschienen", "veroffentlicht", "fecha", "data", "dataopublikowania", "дата",
        "datetime", "timestamp", "created", "createdat", "gepubliceerd",
    ),
    "lang": (
        "lang", "language", "languagecode", "sprache", "langue", "idioma", "lengua", "lingua", "jezyk", "taal", "язык",
    ),
    "text": (
        "text", "body", "fulltext", "articletext", "articlebody", "maintext", "content", "contents", "article",
        "volltext", "inhalt", "texte", "contenu", "corps", "texto", "contenido", "cuerpo", "conteudo", "testo",
        "contenuto", "corpo", "tekst", "tresc", "inhoud", "текст", "содержание", "plaintext", "cleantext",
    ),
    "html": ("html", "rawhtml", "contenthtml", "bodyhtml", "htmlcontent", "pagehtml", "articlehtml"),
    "file": ("file", "filename", "filepath", "path", "datei", "fichier", "archivo", "fichero", "plik", "bestand",
             "arquivo", "ficheiro", "файл"),
    "id": ("id", "key", "articleid", "number", "num", "nr", "numero", "uuid", "guid", "ident"),
}  # fmt: skip
_SOURCES = ("url", "text", "html", "file")


def letters(name: str) -> str:
    """A column's name as names are compared: letters alone, lower case, without accents."""
    plain = unicodedata.normalize("NFKD", name.casefold()).replace("ł", "l")
    return "".join(letter for letter in plain if letter.isalpha())


def recognised(names: Iterable[str], told: Mapping[str, str] | None = None) -> dict[str, str]:
    """Role -> column, for the columns of a table; {} for a table that is not one of articles.

    `told` names columns for some roles and goes before everything. A table of articles has an address, a text or a
    file's name, and something beside it.
    """
    names = [name for name in names if len(name) <= 60]
    by_letters: dict[str, str] = {}
    for name in names:
        by_letters.setdefault(letters(name), name)
    found = {role: column for role, column in (told or {}).items() if column in names}
    for role, known in ROLES.items():
        column = next((by_letters[name] for name in known if name in by_letters), None)
        if role not in found and column is not None and column not in found.values():
            found[role] = column
    source = any(role in found for role in _SOURCES)
    return found if source and (len(found) > 1 or told or list(found) == ["url"] or len(names) == 1) else {}
