"""SVG, by hand: bars and lines."""

import math

COLORS = ("#2a78b5", "#c8553d", "#9aa5b1", "#5a8f5a")


def bars(title, values):
    """Horizontal bars, as SVG."""
    height, widest = 26 * len(values) + 46, max(value for _, value in values)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="680" height="{height}" font-family="sans-serif" '
           f'font-size="13"><text x="8" y="20" font-weight="bold">{title}</text>']
    for at, (name, value) in enumerate(values):
        top, color = 34 + 26 * at, "#2a78b5" if name.startswith("dumpkeep") else "#9aa5b1"
        width = 400 * value / widest
        out.append(f'<text x="200" y="{top + 14}" text-anchor="end">{name.replace("&", "&amp;")}</text>'
                   f'<rect x="208" y="{top}" width="{width:.1f}" height="18" fill="{color}"/>'
                   f'<text x="{214 + width:.1f}" y="{top + 14}">{value:.2f} s</text>')
    return "\n".join(out) + "\n</svg>\n"


def lines(title, along, series, logarithmic=False):
    """Lines over numbers: `series` is names with their points, drawn to one scale."""
    place = math.log if logarithmic else float
    points = [point for _, of in series for point in of]
    low, high = (place(f(at for at, _ in points)) for f in (min, max))
    top = max(value for _, value in points) or 1
    x = lambda at: 60 + 540 * (place(at) - low) / ((high - low) or 1)
    y = lambda value: 270 - 220 * value / top
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" width="680" height="{330 + 18 * len(series)}" font-family="sans-serif" '
           f'font-size="13"><text x="8" y="20" font-weight="bold">{title}</text>'
           f'<path d="M60 50V270H620" fill="none" stroke="#888"/><text x="340" y="312" text-anchor="middle">{along}</text>']
    for part in (0.25, 0.5, 0.75, 1):
        out.append(f'<text x="54" y="{y(top * part) + 4:.0f}" text-anchor="end">{top * part:.3g}</text>')
    for at in sorted({at for at, _ in points}):
        out.append(f'<text x="{x(at):.0f}" y="290" text-anchor="middle">{at:g}</text>')
    for number, (name, of) in enumerate(series):
        color, below = COLORS[number % len(COLORS)], 330 + 18 * number
        path = "L".join(f"{x(at):.1f} {y(value):.1f}" for at, value in sorted(of))
        out.append(f'<path d="M{path}" fill="none" stroke="{color}" stroke-width="2"/>'
                   f'<rect x="60" y="{below - 10}" width="12" height="12" fill="{color}"/><text x="80" y="{below}">{name}</text>')
    return "\n".join(out) + "\n</svg>\n"
