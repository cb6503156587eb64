"""Print how well both profiles tell people apart: `python -m tests.benchmarks.contact_matching`."""

from models.matching.profiles import PROFILES
from tests.models.matching.labelled import PEOPLE, SEED, labelled_forms
from tests.models.matching.measuring import measure


def main() -> None:
    forms = labelled_forms()
    print(f"{len(forms):,} forms of {PEOPLE:,} people, seed {SEED}\n")
    print("| profile | contacts | two people in one contact | one person in two | µs a form |")
    print("|---|---:|---:|---:|---:|")
    for name, profile in PROFILES.items():
        of = measure(forms, profile)
        merges = f"{of.wrong_merges} | {of.missed_merges:,}"
        print(f"| {name} | {of.contacts:,} | {merges} | {of.seconds / of.forms * 1e6:.0f} |")


if __name__ == "__main__":
    main()
