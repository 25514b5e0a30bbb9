"""Regions by the codes people write and the codes the gazetteer uses, for the countries where names repeat most."""

US_STATES = {
    "AL": "Alabama", "AK": "Alaska", "AZ": "Arizona", "AR": "Arkansas", "CA": "California", "CO": "Colorado",
    "CT": "Connecticut", "DE": "Delaware", "DC": "District of Columbia", "FL": "Florida", "GA": "Georgia", "HI": "Hawaii",
    "ID": "Idaho", "IL": "Illinois", "IN": "Indiana", "IA": "Iowa", "KS": "Kansas", "KY": "Kentucky", "LA": "Louisiana",
    "ME": "Maine", "MD": "Maryland", "MA": "Massachusetts", "MI": "Michigan", "MN": "Minnesota", "MS": "Mississippi",
    "MO": "Missouri", "MT": "Montana", "NE": "Nebraska", "NV": "Nevada", "NH": "New Hampshire", "NJ": "New Jersey",
    "NM": "New Mexico", "NY": "New York", "NC": "North Carolina", "ND": "North Dakota", "OH": "Ohio", "OK": "Oklahoma",
    "OR": "Oregon", "PA": "Pennsylvania", "RI": "Rhode Island", "SC": "South Carolina", "SD": "South Dakota",
    "TN": "Tennessee", "TX": "Texas", "UT": "Utah", "VT": "Vermont", "VA": "Virginia", "WA": "Washington",
    "WV": "West Virginia", "WI": "Wisconsin", "WY": "Wyoming",
}  # fmt: skip

# Written as US states, listed by the gazetteer as countries.
US_TERRITORIES = {
    "PR": "Puerto Rico", "GU": "Guam", "VI": "Virgin Islands", "AS": "American Samoa", "MP": "Northern Mariana Islands",
}  # fmt: skip

# code people write: (name, code of the gazetteer)
_CANADA = {
    "AB": ("Alberta", "01"), "BC": ("British Columbia", "02"), "MB": ("Manitoba", "03"), "NB": ("New Brunswick", "04"),
    "NL": ("Newfoundland and Labrador", "05"), "NS": ("Nova Scotia", "07"), "ON": ("Ontario", "08"),
    "PE": ("Prince Edward Island", "09"), "QC": ("Quebec", "10"), "SK": ("Saskatchewan", "11"), "YT": ("Yukon", "12"),
    "NT": ("Northwest Territories", "13"), "NU": ("Nunavut", "14"),
}  # fmt: skip
_AUSTRALIA = {
    "ACT": ("Australian Capital Territory", "01"), "NSW": ("New South Wales", "02"), "NT": ("Northern Territory", "03"),
    "QLD": ("Queensland", "04"), "SA": ("South Australia", "05"), "TAS": ("Tasmania", "06"), "VIC": ("Victoria", "07"),
    "WA": ("Western Australia", "08"),
}  # fmt: skip
_BRITAIN = {
    "ENG": ("England", "ENG"), "SCT": ("Scotland", "SCT"), "WLS": ("Wales", "WLS"), "NIR": ("Northern Ireland", "NIR"),
}  # fmt: skip

REGIONS: dict[str, dict[str, tuple[str, str]]] = {
    "US": {code: (name, code) for code, name in (US_STATES | US_TERRITORIES).items()},
    "CA": _CANADA,
    "AU": _AUSTRALIA,
    "GB": _BRITAIN,
}
