"""A field for a file with its words in the reader's language: Streamlit's own are English whatever the page speaks."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import streamlit as st

from dashboards.visit import Visit

if TYPE_CHECKING:
    from streamlit.runtime.uploaded_file_manager import UploadedFile

_BUTTON = '[data-testid="stFileUploaderDropzone"] button [data-testid="stMarkdownContainer"] p'
_LIMIT = '[data-testid="stFileUploaderDropzoneInstructions"] span'


def field(
    visit: Visit, label: str, *, forms: Sequence[str], key: str, most_mb: int, place: Any = st
) -> "UploadedFile | None":
    """A field for one file.

    Args:
        visit: whose.
        label: what stands above it.
        forms: endings of files that are taken.
        key: of the widget, prefixed by the screen.
        most_mb: the largest file, in megabytes.
        place: where it stands, such as a column.
    """
    limit = visit.say("parts.file_limit", forms=", ".join(f.upper() for f in forms), most=most_mb)
    spoken = {_BUTTON: visit.say("parts.choose_file"), _LIMIT: limit}
    # The words are of the catalogue; JSON quotes them as CSS does.
    st.html(
        "<style>"
        + "".join(
            f"{what} {{font-size: 0}} {what}::after {{content: {json.dumps(words, ensure_ascii=False)}; font-size: 0.9rem}}"
            for what, words in spoken.items()
        )
        + "</style>"
    )
    found: UploadedFile | None = place.file_uploader(label, type=list(forms), key=key, max_upload_size=most_mb)
    return found
