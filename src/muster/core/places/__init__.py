"""
Where places are: a bundled gazetteer, distances, and how many people live near.

    from muster.core import places
    places.BUNDLED.locate("St Louis", "Missouri", "US")  # Place(name='St. Louis', region='MO', …)

What an organisation uploaded of other countries lies over it: `units.queries.ground` has both.
Nothing is read before the first call. Sources and licences: docs/third-party.md.
"""

from muster.core.places.atlas import BUNDLED, BUNDLED_POSTS, Atlas, Place
from muster.core.places.distance import Point, distance_km, distances_km

__all__ = ["BUNDLED", "BUNDLED_POSTS", "Atlas", "Place", "Point", "distance_km", "distances_km"]
