"""Random sequences of versions: exactly the broken ones are reported."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from clew.proceedings.consistency import version_faults
from clew.proceedings.days import Day, exactly
from clew.proceedings.provisions import Provision, Version

FIRST = date(2000, 1, 1)


@st.composite
def sequences(draw: st.DrawFn) -> tuple[list[Version], list[int]]:
    """Versions that follow each other day by day, some moved by some days, and the numbers of those."""
    lengths = draw(st.lists(st.integers(2, 4000), min_size=2, max_size=8))
    moves = draw(
        st.lists(st.sampled_from([0, 0, 0, -1, 1, -2, 2]), min_size=len(lengths), max_size=len(lengths))
    )
    versions, broken, begins = [], [], FIRST
    for number, (length, move) in enumerate(zip(lengths, moves, strict=True)):
        ends = begins + timedelta(days=length - 1)
        moved = begins + timedelta(days=move if number else 0)
        last = number == len(lengths) - 1
        versions.append(_version(exactly(min(moved, ends)), None if last else exactly(ends)))
        if number and min(moved, ends) != begins:
            broken.append(number)
        begins = ends + timedelta(days=1)
    return versions, broken


def _version(begins: Day, ends: Day | None) -> Version:
    return Version.model_validate(
        {"in_force_from": begins, "in_force_to": ends, "source": "act", "mark": "read"}
    )


def _provision(versions: list[Version]) -> Provision:
    return Provision.model_validate(
        {"name": "xx.1", "act": "A", "article": "1", "title": "T", "conduct": ["other"], "versions": versions}
    )


@given(sequences())
def test_exactly_the_broken_versions_are_reported(drawn: tuple[list[Version], list[int]]) -> None:
    versions, broken = drawn
    found = list(version_faults(_provision(versions), ("provisions", 0)))
    assert [where[3] for where, _ in found] == broken
    for (where, said), number in zip(found, broken, strict=True):
        assert where == ("provisions", 0, "versions", number, "in_force_from")
        ends = versions[number - 1].in_force_to
        assert ends is not None
        gap = versions[number].in_force_from.first > ends.last
        before = versions[number].in_force_from.first < versions[number - 1].in_force_from.first
        assert ("a gap" if gap else "the order of time" if before else "overlap") in said


@given(sequences(), st.data())
def test_days_that_are_not_known_exactly_are_no_fault_where_they_can_fit(
    drawn: tuple[list[Version], list[int]], data: st.DataObject
) -> None:
    """Widening both days at a seam to a span that holds a fitting pair leaves no fault there."""
    versions, broken = drawn
    number = data.draw(st.integers(1, len(versions) - 1))
    earlier, later = versions[number - 1], versions[number]
    assert earlier.in_force_to is not None
    ends, begins = earlier.in_force_to.first, later.in_force_from.first
    span = Day(min(ends, begins), max(ends, begins) + timedelta(days=1))
    versions[number - 1] = earlier.model_copy(update={"in_force_to": span})
    versions[number] = later.model_copy(update={"in_force_from": span})
    found = [where[3] for where, _ in version_faults(_provision(versions), ("provisions", 0))]
    assert number not in found
    assert set(found) <= set(broken)
