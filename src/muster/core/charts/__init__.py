"""
Charts drawn on the server as SVG, the same in page, print and PDF. Plain Python, no Django.

    from muster.core.charts import line
    line.draw([line.Point(date(2024, 1, 1), 100), …], label="Members by month")   # Markup, ready for a template

| module    | draws                                  | of                                   |
|-----------|----------------------------------------|--------------------------------------|
| `line`    | figures through time, milestones named | `Point(on, value)`, `Milestone(on, value, label)` |
| `columns` | upright columns                        | `Column(label, value, emphasis)`     |
| `bars`    | lying bars with names                  | `Bar(label, value, emphasis)`        |
| `pairs`   | columns up and down (joined and left)  | `Pair(label, up, down)`              |
| `maps`    | cities on the US states or countries   | `Spot(name, latitude, longitude, country, value)` |

Every `draw` takes `label` (what the picture shows, for those who do not see it), `empty` (the sentence where there is nothing),
`number` (how a figure is written), `layout` and `palette`. Title, subtitle and the table of numbers belong to the page.

**Letters stay 12 px at any width.** A drawing comes in a `<div class="plot">` for three spans of widths, and `charts.css`
shows the one that fits the box it stands in (not the window). Within a span the drawing scales and the stylesheet divides the
letters by that scale. So a page needs `web/static/muster/charts.css` and nothing else; no script, no style attributes.

**For PDF** pass `layout="large"` (or "medium" for half a column) and `palette=svg.PRINT`: one bare SVG with colours written out.

**Parts:** `text` (widths), `scales` (positions, ticks), `labels` (placing without collisions) and `outlines` (maps) are pure
geometry; `svg` is the only module that writes markup and escapes every text; `axes` is what several kinds share.
"""
