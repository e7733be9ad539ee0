"""A long history to measure on, pure: rooms large and small, words frequent and rare, in four scripts.

Rule: the same seed makes the same history, message by message.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from random import Random

from chatserver.core.events import Identity, Said
from chatserver.ports import Record

WORDS = 20_000  # of each language
ROOMS = 2_000
BIG_SHARE = 0.3  # of all messages are in the first room
PEOPLE = 500
BEGIN = 1_600_000_000_000  # ms since 1970, of the first message
STEP = 15_000  # ms from one message to the next
BATCH = 10_000  # messages that are made together

_SYLLABLES = (
    "ka", "to", "re", "mi", "so", "la", "ti", "un", "er", "ing", "pro", "con", "de", "st", "ra", "ment",
    "ble", "or", "an", "is", "fo", "wa", "be", "ch",
)  # fmt: skip
_HANGUL = (
    "가나다라마바사아자차카타파하고노도로모보소오조초코토포호구누두루무부수우주추기니디리미비"
    "시이지치한글학교사람오늘내일"
)
_PARTICLES = ("", "", "은", "는", "이", "가", "을", "를", "에서", "에게", "으로", "까지")
_HAN = (
    "日月火水木金土山川田人口目耳手足力気天空雨花草虫犬猫馬鳥魚学校生先年時分間今朝昼夜東西南北"
    "上下左右中大小高安新古長多少早食飲見聞読書話買行来帰出入立休言思知国家門車電駅道店社員会議"
)
_KANA = (
    "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん"
)


@dataclass(frozen=True, slots=True)
class Language:
    """Words by rank, the most frequent first, and what stands between two of them."""

    name: str
    words: Sequence[str]
    between: str


def zipf(count: int) -> Sequence[float]:
    """Weights, summed up, of ranks as in a language."""
    return [*accumulate(1 / (rank + 2) for rank in range(count))]


class Corpus:
    """All of it: `messages` makes them, the other methods tell what is in them."""

    def __init__(self, seed: int = 1) -> None:
        random = Random(seed)
        self.languages = (
            Language("Latin", _make(random, _latin), " "),
            Language("Korean", _make(random, _korean), " "),
            Language("Japanese", _make(random, _japanese), ""),
            Language("Chinese", _make(random, _chinese), ""),
        )
        self.rooms = [f"#room-{number}" for number in range(ROOMS)]
        small = [*accumulate(1 / (number + 10) for number in range(1, ROOMS))]
        big = small[-1] * BIG_SHARE / (1 - BIG_SHARE)
        self.room_weights = [big, *(big + weight for weight in small)]
        self._people = [
            Identity(f"person{number}", "user", f"192.0.2.{number % 256}", "A Person")
            for number in range(PEOPLE)
        ]
        self._seed = seed

    def language_of(self, room: int) -> Language:
        """What is spoken in a room: six of ten rooms, and the big one, write in Latin letters."""
        return self.languages[max(0, room % 10 - 6)]

    def messages(self, count: int) -> Iterator[list[Record]]:
        """Yield batches of messages in their order, numbered from 1."""
        random = Random(self._seed)
        weights = zipf(WORDS)
        rooms = range(ROOMS)
        seq = 0
        while seq < count:
            batch: list[Record] = []
            here = random.choices(rooms, cum_weights=self.room_weights, k=min(BATCH, count - seq))
            ranks = iter(random.choices(range(WORDS), cum_weights=weights, k=12 * BATCH))
            for room in here:
                seq += 1
                spoken = self.language_of(room)
                text = spoken.between.join(
                    [spoken.words[next(ranks)] for _ in range(random.randrange(3, 13))]
                )
                name = self.rooms[room]
                who = self._people[random.randrange(PEOPLE)]
                batch.append(Record(name, Said(seq, BEGIN + seq * STEP, who, name, text)))
            yield batch


def _make(random: Random, make: Callable[[Random], str]) -> Sequence[str]:
    words: dict[str, None] = {}
    while len(words) < WORDS:
        words[make(random)] = None
    return sorted(
        words, key=lambda word: len(word) + 4 * random.random()
    )  # short ones are frequent


def _latin(random: Random) -> str:
    size = random.choices((1, 2, 3, 4), (2, 6, 4, 1))[0]
    return "".join(random.choices(_SYLLABLES, k=size))


def _korean(random: Random) -> str:
    return "".join(random.choices(_HANGUL, k=random.randrange(1, 4))) + random.choice(_PARTICLES)


def _japanese(random: Random) -> str:
    return "".join(random.choices(_HAN, k=random.randrange(1, 3))) + "".join(
        random.choices(_KANA, k=random.randrange(1, 4))
    )


def _chinese(random: Random) -> str:
    return "".join(random.choices(_HAN, k=random.randrange(1, 4)))
