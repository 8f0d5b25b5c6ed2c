"""What a live form leaves behind where widgets do not live: papermill, a page, a printed document."""

from __future__ import annotations

from typing import Any

import ipywidgets as widgets


def with_fallback(form: widgets.Widget, options: dict[str, Any], still: dict[str, str]) -> dict[str, Any]:
    """The form's MIME bundle, and beside it ``still``: what stands in its place, by MIME type."""
    bundle = form._repr_mimebundle_(**options)
    return {**(bundle[0] if isinstance(bundle, tuple) else bundle), **still}
