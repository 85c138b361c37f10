"""A small drawing program: lines of text such as `rect 10 10 80 40 blue` become a PNG of sixteen colours."""

import struct
import zlib

_COLOURS = {
    "white": (250, 248, 240),
    "black": (30, 30, 36),
    "grey": (150, 150, 150),
    "silver": (205, 205, 200),
    "blue": (58, 110, 165),
    "sea": (150, 195, 215),
    "green": (90, 140, 80),
    "sand": (225, 205, 160),
    "red": (190, 60, 50),
    "orange": (230, 140, 50),
    "yellow": (240, 210, 80),
    "brown": (120, 80, 50),
    "navy": (25, 45, 90),
    "pink": (230, 170, 170),
    "cream": (255, 245, 215),
    "moss": (130, 150, 90),
}
_INK = {name: number for number, name in enumerate(_COLOURS)}
# Three columns by five rows a letter; each row an octal digit.
_FONT = dict(
    zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,:-/!?'()&+%",
        [
            "25755",
            "65656",
            "34443",
            "65556",
            "74647",
            "74644",
            "34553",
            "55755",
            "72227",
            "11152",
            "55655",
            "44447",
            "57755",
            "65555",
            "25552",
            "65644",
            "25563",
            "65655",
            "34216",
            "72222",
            "55557",
            "55552",
            "55775",
            "55255",
            "55222",
            "71247",
            "25552",
            "26227",
            "61247",
            "61216",
            "55711",
            "74616",
            "34652",
            "71244",
            "25252",
            "25316",
            "00002",
            "00024",
            "02020",
            "00700",
            "11244",
            "22202",
            "61202",
            "22000",
            "24442",
            "21112",
            "25353",
            "02720",
            "51245",
        ],
        strict=True,
    )
)


class Canvas:
    """A sheet of colour numbers, one byte a pixel."""

    def __init__(self, width: int, height: int, colour: str) -> None:
        self.width = width
        self.height = height
        self.rows = [bytearray([_INK[colour]]) * width for _ in range(height)]

    def rect(self, x: int, y: int, width: int, height: int, colour: str) -> None:
        """A filled rectangle, cut off at the edges."""
        left, right = max(0, x), min(self.width, x + width)
        for row in self.rows[max(0, y) : max(0, y + height)]:
            row[left:right] = bytes([_INK[colour]]) * max(0, right - left)

    def disc(self, x: int, y: int, radius: int, colour: str) -> None:
        """A filled circle."""
        for step in range(-radius, radius + 1):
            half = int((radius * radius - step * step) ** 0.5)
            self.rect(x - half, y + step, 2 * half + 1, 1, colour)

    def line(self, x: int, y: int, to_x: int, to_y: int, colour: str, width: int = 2) -> None:
        """A straight line."""
        steps = max(abs(to_x - x), abs(to_y - y), 1)
        for step in range(steps + 1):
            self.rect(x + (to_x - x) * step // steps, y + (to_y - y) * step // steps, width, width, colour)

    def text(self, x: int, y: int, size: int, colour: str, words: str) -> None:
        """Capital letters, four `size` pixels apart."""
        for number, letter in enumerate(words.upper()):
            for row, bits in enumerate(_FONT.get(letter, "00000")):
                for column in range(3):
                    if int(bits) & (4 >> column):
                        self.rect(x + (number * 4 + column) * size, y + row * size, size, size, colour)

    def png(self) -> bytes:
        """The sheet as a PNG with four bits a pixel, in stored blocks (RFC 1951 §3.2.4): the same under any zlib."""
        raw = bytearray()
        for row in self.rows:
            padded = row + b"\0" * (len(row) % 2)
            raw.append(0)
            raw += bytes(padded[at] << 4 | padded[at + 1] for at in range(0, len(padded), 2))
        palette = b"".join(bytes(rgb) for rgb in _COLOURS.values())
        header = struct.pack(">IIBBBBB", self.width, self.height, 4, 3, 0, 0, 0)
        chunks = ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", _stored(bytes(raw))), (b"IEND", b""))
        return b"\x89PNG\r\n\x1a\n" + b"".join(
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
            for kind, data in chunks
        )


def _stored(data: bytes) -> bytes:
    out = bytearray(b"\x78\x01")
    for at in range(0, len(data), 65535):
        block = data[at : at + 65535]
        out += struct.pack("<BHH", at + 65535 >= len(data), len(block), len(block) ^ 0xFFFF) + block
    return bytes(out + struct.pack(">I", zlib.adler32(data)))


def draw(text: str) -> bytes:
    """The PNG that a description draws; its first line is `size WIDTH HEIGHT COLOUR`."""
    lines = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    canvas = Canvas(int(lines[0][1]), int(lines[0][2]), lines[0][3])
    for word, *rest in lines[1:]:
        if word == "text":
            canvas.text(int(rest[0]), int(rest[1]), int(rest[2]), rest[3], " ".join(rest[4:]))
        elif word == "disc":
            canvas.disc(int(rest[0]), int(rest[1]), int(rest[2]), rest[3])
        else:
            x, y, a, b = (int(cell) for cell in rest[:4])
            (canvas.rect if word == "rect" else canvas.line)(x, y, a, b, rest[4])
    return canvas.png()
