"""Plots as SVG, pure: figures in, a picture as text out."""

from collections.abc import Mapping
from html import escape
from math import log10

from tools.svg import FONTS, FRAME, INK, MARGIN, PAPER, RADIUS

WIDTH, ROW, NAMES, FIGURES = 720, 24, 210, 60
TITLE = 40
OURS, OTHERS, LIMIT = "#5faf5f", "#5f87d7", "#d7af5f"


def bars(title: str, values: Mapping[str, float]) -> str:
    """Draw a bar for each value above 0, shortest first, as long as its logarithm; ours stand out."""
    drawn = sorted(((value, name) for name, value in values.items() if value > 0))
    height = TITLE + ROW * len(drawn) + MARGIN
    low = log10(drawn[0][0]) - 0.3 if drawn else 0.0
    span = (log10(drawn[-1][0]) - low if drawn else 1.0) or 1.0
    body = []
    for place, (value, name) in enumerate(drawn):
        top = TITLE + ROW * place
        length = (log10(value) - low) / span * (WIDTH - NAMES - FIGURES - MARGIN)
        body += [
            f'<text x="{NAMES - 8}" y="{top + 14}" fill="{INK}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{NAMES}" y="{top + 2}" width="{length:.1f}" height="16" fill="{_colour(name)}"/>',
            f'<text x="{NAMES + length + 6:.1f}" y="{top + 14}" fill="{INK}">{value:.3g}</text>',
        ]
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}"'
        f' height="{height}" font-family="{FONTS}" font-size="12" role="img">'
    )
    frame = f'<rect width="100%" height="100%" rx="{RADIUS}" fill="{PAPER}" stroke="{FRAME}"/>'
    words = f"{title} (logarithmic)"
    label = f'<text x="50%" y="22" fill="{INK}" text-anchor="middle">{escape(words)}</text>'
    return "\n".join([head, f"<title>{escape(title)}</title>", frame, label, *body, "</svg>\n"])


def _colour(name: str) -> str:
    if name == "limit":
        return LIMIT
    return OURS if name.startswith("chatserver") else OTHERS
