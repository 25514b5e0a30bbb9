"""
Where places are: a bundled gazetteer, distances, and how many people live near.

    from muster.core import places
    places.locate("St Louis", "Missouri", "US")  # Place(name='St. Louis', region='MO', …)

Nothing is read before the first call. Sources and licences: docs/third-party.md.
"""

from muster.core.places.coverage import population_near
from muster.core.places.distance import Point, distance_km, distances_km
from muster.core.places.lookup import Place, by_postcode, county_of, locate, point_of, suggest

__all__ = [
    "Place",
    "Point",
    "by_postcode",
    "county_of",
    "distance_km",
    "distances_km",
    "locate",
    "point_of",
    "population_near",
    "suggest",
]
