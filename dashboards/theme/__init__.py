"""How it looks: Streamlit's theme, given to it by the program, so that no folder it is started in matters."""

from typing import Any

from dashboards.parts.palette import COLOURS

# Source Sans comes with Streamlit; Chinese characters come from the reader's machine.
FONT = "'Source Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', 'Noto Sans SC', sans-serif"

_LIGHT = {
    "primaryColor": "#0a6a7c",
    "backgroundColor": COLOURS["light"]["background"],
    "secondaryBackgroundColor": "#f1f4f7",
    "textColor": COLOURS["light"]["text"],
    "linkColor": "#0b5f73",
    "borderColor": COLOURS["light"]["line"],
    "sidebar.backgroundColor": "#f1f4f7",
    "sidebar.secondaryBackgroundColor": "#e3e9ef",
}
_DARK = {
    "primaryColor": "#2ba3bb",
    "backgroundColor": COLOURS["dark"]["background"],
    "secondaryBackgroundColor": "#1c252f",
    "textColor": COLOURS["dark"]["text"],
    "linkColor": "#5cc8dc",
    "borderColor": COLOURS["dark"]["line"],
    "sidebar.backgroundColor": "#171f27",
    "sidebar.secondaryBackgroundColor": "#242f3b",
}
_BOTH = {
    "font": FONT,
    "headingFont": FONT,
    "baseFontSize": 15,
    "baseRadius": "0.6rem",
    "showSidebarBorder": True,
    "showWidgetBorder": True,
    "headingFontSizes": ["1.75rem", "1.35rem", "1.1rem", "1rem", "0.95rem", "0.9rem"],
    "metricValueFontSize": "1.6rem",
    "paddingTop": "2.5rem",
}


def options() -> dict[str, Any]:
    """Streamlit's options for the theme, by name."""
    light = {f"theme.light.{name}": value for name, value in _LIGHT.items()}
    dark = {f"theme.dark.{name}": value for name, value in _DARK.items()}
    return {f"theme.{name}": value for name, value in _BOTH.items()} | light | dark
