"""The width of a text without a font, so that a picture is the same on every machine (spec BADGE-3)."""

from __future__ import annotations

from typing import Final

#: The advance of each character from the space to the tilde, in thousandths of the font size: those of
#: DejaVu Sans, one of the widest fonts that readers choose for a generic name. A text in another font
#: is fitted to the same length by the reader of the picture.
_ADVANCES: Final = (
    318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636, 636,
    636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632, 575, 775,
    752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685, 611, 685, 390,
    337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579, 278, 974, 634, 612,
    635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
)  # fmt: skip


def text_width(text: str, size: int) -> int:
    """Return the width of a text in whole pixels, rounded up.

    Args:
        text: of the characters from the space to the tilde.
        size: the size of the font in pixels.

    Raises:
        ValueError: another character is in it.
    """
    if not (text.isascii() and text.isprintable()):
        raise ValueError("a picture is labelled with printable characters of ASCII alone")
    return -(-size * sum(_ADVANCES[ord(one) - 32] for one in text) // 1000)
