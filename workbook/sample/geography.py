"""Where the sample company sells: regions, teams, territories, and cities with their coordinates."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class City:
    """A city with its state and its coordinates in degrees."""

    name: str
    state: str
    latitude: float
    longitude: float


#: Regions in order, and the teams of each; the third region has no teams, as small regions have none.
REGIONS = (("R-1", "East"), ("R-2", "Central"), ("R-3", "West"))
TEAMS = (
    ("TM-1", "Northeast", "R-1"),
    ("TM-2", "Southeast", "R-1"),
    ("TM-3", "Great Lakes", "R-2"),
    ("TM-4", "Plains and Gulf", "R-2"),
)

#: Territories: name, the node above, cities.
TERRITORIES: tuple[tuple[str, str, tuple[City, ...]], ...] = (
    ("New England", "TM-1", (
        City("Boston", "MA", 42.36, -71.06), City("Providence", "RI", 41.82, -71.41), City("Worcester", "MA", 42.26, -71.80),
        City("Hartford", "CT", 41.76, -72.67), City("Portland", "ME", 43.66, -70.26),
    )),
    ("New York Metro", "TM-1", (
        City("New York", "NY", 40.71, -74.01), City("Newark", "NJ", 40.74, -74.17), City("Stamford", "CT", 41.05, -73.54),
        City("Yonkers", "NY", 40.93, -73.90), City("Edison", "NJ", 40.52, -74.41),
    )),
    ("Pennsylvania and Upstate", "TM-1", (
        City("Philadelphia", "PA", 39.95, -75.17), City("Pittsburgh", "PA", 40.44, -80.00), City("Buffalo", "NY", 42.89, -78.88),
        City("Rochester", "NY", 43.16, -77.61), City("Allentown", "PA", 40.60, -75.47),
    )),
    ("Carolinas and Virginia", "TM-2", (
        City("Charlotte", "NC", 35.23, -80.84), City("Raleigh", "NC", 35.78, -78.64), City("Richmond", "VA", 37.54, -77.44),
        City("Greenville", "SC", 34.85, -82.40), City("Norfolk", "VA", 36.85, -76.29),
    )),
    ("Georgia and Florida", "TM-2", (
        City("Atlanta", "GA", 33.75, -84.39), City("Jacksonville", "FL", 30.33, -81.66), City("Tampa", "FL", 27.95, -82.46),
        City("Orlando", "FL", 28.54, -81.38), City("Savannah", "GA", 32.08, -81.09),
    )),
    ("Ohio and Michigan", "TM-3", (
        City("Cleveland", "OH", 41.50, -81.69), City("Columbus", "OH", 39.96, -83.00), City("Detroit", "MI", 42.33, -83.05),
        City("Grand Rapids", "MI", 42.96, -85.67), City("Toledo", "OH", 41.65, -83.54),
    )),
    ("Illinois and Wisconsin", "TM-3", (
        City("Chicago", "IL", 41.88, -87.63), City("Milwaukee", "WI", 43.04, -87.91), City("Rockford", "IL", 42.27, -89.09),
        City("Peoria", "IL", 40.69, -89.59), City("Madison", "WI", 43.07, -89.40),
    )),
    ("Plains", "TM-4", (
        City("Kansas City", "MO", 39.10, -94.58), City("Omaha", "NE", 41.26, -95.93), City("Des Moines", "IA", 41.59, -93.62),
        City("St. Louis", "MO", 38.63, -90.20), City("Wichita", "KS", 37.69, -97.34),
    )),
    ("Texas Gulf", "TM-4", (
        City("Houston", "TX", 29.76, -95.37), City("Dallas", "TX", 32.78, -96.80), City("San Antonio", "TX", 29.42, -98.49),
        City("Austin", "TX", 30.27, -97.74), City("Baton Rouge", "LA", 30.45, -91.19), City("Corpus Christi", "TX", 27.80, -97.40),
    )),
    ("Mountain", "R-3", (
        City("Denver", "CO", 39.74, -104.99), City("Salt Lake City", "UT", 40.76, -111.89), City("Boise", "ID", 43.62, -116.20),
        City("Albuquerque", "NM", 35.08, -106.65), City("Phoenix", "AZ", 33.45, -112.07),
    )),
    ("California", "R-3", (
        City("Los Angeles", "CA", 34.05, -118.24), City("San Diego", "CA", 32.72, -117.16), City("Fresno", "CA", 36.74, -119.79),
        City("Sacramento", "CA", 38.58, -121.49), City("San Jose", "CA", 37.34, -121.89),
    )),
    ("Pacific Northwest", "R-3", (
        City("Seattle", "WA", 47.61, -122.33), City("Portland", "OR", 45.52, -122.68), City("Spokane", "WA", 47.66, -117.43),
        City("Tacoma", "WA", 47.25, -122.44), City("Eugene", "OR", 44.05, -123.09),
    )),
)  # fmt: skip
