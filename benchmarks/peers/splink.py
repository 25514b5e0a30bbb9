"""
Find the people of a sheet in a folder with Splink: `python -m benchmarks.peers.splink FOLDER SHEET FOUND`.

Set up as its guide has it: names, birth date, e-mail, phone and city compared with tolerance; blocked on each of the
strong fields; estimated without labels. Every pair of which it is at least 95 % sure is written as line, person.
"""

import logging
import sys
import time

import polars as pl

SURE = 0.95
SAMPLED = 1e6


def main(folder: str, sheet: str, found: str) -> None:
    """Write the pairs and print the seconds from reading the files to having the pairs."""
    import splink.comparison_library as comparisons
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on

    logging.disable(logging.WARNING)
    begin = time.perf_counter()
    settings = SettingsCreator(
        link_type="link_only",
        comparisons=[
            comparisons.JaroWinklerAtThresholds("given", [0.92, 0.8]),
            comparisons.JaroWinklerAtThresholds("family", [0.92, 0.8]),
            comparisons.LevenshteinAtThresholds("born", [1]),
            comparisons.ExactMatch("email"),
            comparisons.ExactMatch("phone"),
            comparisons.ExactMatch("city"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("email"),
            block_on("phone"),
            block_on("born", "family"),
            block_on("born", "given"),
        ],
        retain_intermediate_calculation_columns=False,
        retain_matching_columns=False,
    )
    database = DuckDBAPI()
    tables = {"stored": _people(folder), "file": _sheet(sheet)}
    frames = [database.register(table, dataset_display_name=name) for name, table in tables.items()]
    linker = Linker(frames, settings, log_level=None)
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("email"), block_on("phone")], recall=0.8)
    training.estimate_u_using_random_sampling(max_pairs=SAMPLED, seed=1)
    training.estimate_parameters_using_expectation_maximisation(block_on("email"))
    training.estimate_parameters_using_expectation_maximisation(block_on("born", "family"))
    pairs = linker.inference.predict(threshold_match_probability=SURE).as_duckdbpyrelation()
    rows = pairs.project("source_dataset_l, unique_id_l, unique_id_r").fetchall()
    seconds = time.perf_counter() - begin
    with open(found, "w", encoding="utf-8") as file:
        for source, left, right in rows:
            line, person = (left, right) if source == "file" else (right, left)
            file.write(f"{line},{person}\n")
    print(seconds)


def _people(folder: str) -> object:
    frame = pl.read_csv(f"{folder}/people.csv", infer_schema=False)
    return _prepared(frame, "person", "given_name", "family_name", "birth_date", "email", "phone", "city")


def _sheet(path: str) -> object:
    frame = pl.read_csv(path, infer_schema=False).with_row_index("line", offset=2)
    return _prepared(frame, "line", "First Name", "Last Name", "Date of Birth", "Email", "Phone", "City")


def _prepared(frame: pl.DataFrame, *names: str) -> object:
    identifier, given, family, born, email, phone, city = (pl.col(name).cast(pl.String) for name in names)
    lowered = {"given": given, "family": family, "email": email, "city": city}
    cleaned = frame.select(
        identifier.alias("unique_id"),
        *(column.str.to_lowercase().alias(name) for name, column in lowered.items()),
        born.alias("born"),
        phone.str.replace_all(r"\D", "").str.tail(10).alias("phone"),
    )
    known = [pl.when(pl.col(name) != "").then(pl.col(name)).alias(name) for name in cleaned.columns]
    return cleaned.select(known).to_arrow()


if __name__ == "__main__":
    main(*sys.argv[1:])
