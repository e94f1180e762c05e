"""Colours with meaning, for a light and a dark background.

Receipts and payments, and the grades, differ in lightness as well as in hue, so that they are told apart in grey and by
the colour-blind; every colour stands out from its background by 3 to 1 at least, and text by 4.5 to 1.
"""

from typing import Any, Literal

Theme = Literal["light", "dark"]

COLOURS: dict[Theme, dict[str, str]] = {
    "light": {
        "receipt": "#0b7285",
        "payment": "#c2620c",
        "net": "#5f3dc4",
        "A": "#2b8a3e",
        "B": "#a66a00",
        "C": "#a61e2c",
        "unknown": "#6c757d",
        "new": "#1864ab",
        "neutral": "#4c6a92",
        "quiet": "#7d8ca0",
        "limit": "#a61e2c",
        "text": "#0f1722",
        "soft": "#4b5563",
        "line": "#d5dbe3",
        "background": "#ffffff",
    },
    "dark": {
        "receipt": "#3bc9db",
        "payment": "#f08c3a",
        "net": "#b197fc",
        "A": "#69db7c",
        "B": "#ffd43b",
        "C": "#ff7b7b",
        "unknown": "#adb5bd",
        "new": "#74c0fc",
        "neutral": "#91a7c9",
        "quiet": "#8593a6",
        "limit": "#ff7b7b",
        "text": "#e6edf3",
        "soft": "#b3bfcc",
        "line": "#3a4552",
        "background": "#12181f",
    },
}

# The thirteen items and what lies beside them follow one another in this order where they share a picture.
SERIES = ("neutral", "receipt", "payment", "net", "A", "B", "C", "new", "quiet")


def paint(option: Any, theme: Theme) -> Any:
    """An option with its colours put in: `"@receipt"` becomes the colour of receipts on this background."""
    if isinstance(option, dict):
        return {key: paint(value, theme) for key, value in option.items()}
    if isinstance(option, list | tuple):
        return [paint(value, theme) for value in option]
    if isinstance(option, str) and option.startswith("@") and option[1:] in COLOURS[theme]:
        return COLOURS[theme][option[1:]]
    return option


def contrast(one: str, other: str) -> float:
    """How far two colours stand apart, 1 to 21, as WCAG 2 counts it.

    >>> round(contrast("#000000", "#ffffff"))
    21
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
