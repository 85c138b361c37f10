"""Invented words and correspondents for generated mail: Zipf's law, six languages' letters."""

import itertools
import random
from dataclasses import dataclass

FUNCTION_WORDS = {
    "en": "the of and to a in is that for it on with as was be by at not this have are or from you I we will your can "
    "if please all our they has which but would there been one do so about were more when out any time up what them no "
    "than may into only some could their also just like should who after new other then how over these first meeting "
    "report see work need send know think let call week office project today contract budget council thanks regards",
    "de": "die der und in zu den das nicht von sie ist des sich mit dem dass er es ein ich auf so eine auch als an "
    "nach wie im für man aber aus durch wenn nur war noch werden bei hat wir was wird sein einen über Bericht "
    "Sitzung Woche",
    "fr": "de la le et les des en un du une que est pour qui dans a par plus pas au sur ne se ce il sont avec ou son "
    "lui nous comme mais on tout après très où même réunion semaine rapport voilà être été à ça déjà ils elle vous",
    "pl": "w i się na nie z do to że jest o jak ale po co za od już tak przez dla być może więc jego czy był tylko "
    "które także przed można będzie sprawozdanie tydzień spotkanie umowa są też",
    "ru": "и в не на я что он с как это но они мы она так его все у за от по же из к вы бы до меня еще уже для нет или "
    "когда очень можно отчет встреча неделя проект договор спасибо совет",
    "ja": "会議 報告 予算 来週 契約 確認 お願い 資料 添付 担当 "
    "連絡 本日 了解 計画 変更 承認 日程 質問 回答 提出 です ます した ので",
}
SYLLABLES = {
    "en": ("b c d f g h l m n p r s t v w st tr pl br ch sh th gr cl pr", "a e i o u ea ou ai oo",
           "n r s t l ng nt rd ck m d"),
    "de": ("b d f g h k l m n r s t w z sch st pf tr kl", "a e i o u ä ö ü ei au ie", "n r s t l ch nd ng cht m st"),
    "fr": ("b c d f g j l m n p r s t v ch tr pr gl", "a e i o u é è ê ou ai eau oi", "n r s t l x nt r que ge"),
    "pl": ("b c d g k ł m n p r s t w z sz cz prz st ż ś", "a e i o u ą ę ó y ie", "n r s t ł ć ń w k m ść"),
    "ru": ("б в г д ж з к л м н п р с т х ч ш пр ст", "а е и о у ы я ю ё", "н р с т л м к в ть ние й"),
    "ja": ("東 西 北 南 大 小 中 新 高 山 川 田 本 国 学 会 社 人 日 月",
           "業 力 方 部 長 員 所 場 地 料 用 理 事 物 書", "的 化 性 者 費 表 案 室 課 区"),
}
FORMS = {"en": 22_000, "de": 5_500, "fr": 5_000, "pl": 3_500, "ru": 3_000, "ja": 1_500}
SHARES = {"en": 74, "de": 7, "fr": 7, "pl": 4, "ru": 5, "ja": 3}
TABLE = 1 << 18  # draws kept a language: picking a word is then one uniform draw, six times faster than a weighted one

GIVEN = (
    "Anna", "Boris", "Carla", "David", "Elena", "Farid", "Grace", "Henryk", "Irène", "Jörg", "Katarzyna",
    "Lars", "Māra", "Noël", "Olga", "Pavel", "Quentin", "Rosa", "Søren", "Thomas", "Ursula", "Víctor", "Wanda",
    "Xavier", "Yuki", "Zoë", "Mary", "John", "Susan", "Peter", "Linda", "James", "Karen", "Robert", "Ivan",
    "Claire",
)
FAMILY = (
    "Adler", "Brown", "Castro", "Dubois", "Evans", "Fischer", "García", "Hughes", "Ivanova", "Jansen",
    "Kowalski", "Lambert", "Müller", "Novák", "Okafor", "Petrov", "Quinn", "Rossi", "Schäfer", "Tanaka",
    "Underwood", "Vargas", "White", "Young", "Zieliński", "Bennett", "Clarke", "Doyle", "Fraser", "Grant",
    "Łukasik", "Østergaard",
)
DOMAINS = ("northgate.example", "council.example.org", "harbour-trust.example", "mail.example.net", "example.com")
ZONES = (0, 0, 60, 120, -300, -480, 330, 540)


@dataclass(frozen=True, slots=True)
class Person:
    """A correspondent: display name, address, language code, minutes east of UTC, mail program, signature lines."""

    name: str
    address: str
    language: str
    zone: int
    program: str
    signature: str


class Vocabulary:
    """Words by language, drawn as Zipf's law has it; equal seeds give equal words."""

    def __init__(self, rng: random.Random) -> None:
        self.forms = {language: _forms(language, count, rng) for language, count in FORMS.items()}
        self.tables = {language: _table(forms, rng) for language, forms in self.forms.items()}

    def sentences(self, rng: random.Random, language: str, words: int) -> list[str]:
        """Sentences of 5 to 22 words that come to about `words` words."""
        drawn = rng.choices(self.tables[language], k=words)
        joiner, stop = ("", "。") if language == "ja" else (" ", ".")
        found, at = [], 0
        while at < words:
            end = at + 5 + int(rng.random() * 17)
            sentence = joiner.join(drawn[at:end])
            found.append(f"{sentence[:1].upper()}{sentence[1:]}{stop if rng.random() < 0.9 else '?'}")
            at = end
        return found


def _forms(language: str, count: int, rng: random.Random) -> list[str]:
    """`count` distinct word forms, most frequent first: function words, then invented ones that lengthen with rank."""
    onsets, nuclei, codas = (part.split() for part in SYLLABLES[language])
    found = dict.fromkeys(FUNCTION_WORDS[language].split())
    while len(found) < count:
        syllables = 1 + int(rng.random() * (1.6 if len(found) < 400 else 3.2))
        word = "".join(rng.choice(onsets) + rng.choice(nuclei) for _ in range(syllables))
        found.setdefault(word + rng.choice(codas) if rng.random() < 0.7 else word)
    return list(found)


def _table(forms: list[str], rng: random.Random) -> list[str]:
    """Draws of `forms` with weight 1/rank."""
    weights = list(itertools.accumulate(1 / (rank + 2.7) for rank in range(len(forms))))  # Mandelbrot's shift
    return rng.choices(forms, cum_weights=weights, k=TABLE)


def people(rng: random.Random, count: int) -> list[Person]:
    """`count` correspondents with addresses that differ, the most active first."""
    found = []
    languages = rng.choices(list(SHARES), weights=list(SHARES.values()), k=count)
    for number, language in enumerate(languages):
        given, family = rng.choice(GIVEN), rng.choice(FAMILY)
        local = f"{given}.{family}{number}".lower().encode("ascii", "ignore").decode()
        domain = DOMAINS[int(rng.random() * 5)]
        program = rng.choices(("outlook", "gmail", "mutt"), weights=(45, 35, 20))[0]
        phone = f"+{rng.randrange(30, 50)} {rng.randrange(100, 999)} {rng.randrange(10**6, 10**7)}"
        lines = f"-- \n{given} {family}\nHead of section {number % 40}, {domain}\nTel. {phone}"
        signature = lines if rng.random() < 0.6 else ""
        found.append(Person(f"{given} {family}", f"{local}@{domain}", language, rng.choice(ZONES), program, signature))
    return found
