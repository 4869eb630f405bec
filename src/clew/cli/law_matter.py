"""``clew law exposure`` and ``clew law extradite``: what can be charged, and what bars extradition."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from clew.cli import options
from clew.cli.lawful import DAY, answer, needs_extra, paper
from clew.cli.pages import law_matter as pages
from clew.errors import UsageError

if TYPE_CHECKING:
    from clew.proceedings.days import Day
    from clew.proceedings.exposure import Exposure
    from clew.proceedings.threatened import Threatened

_STEPS = "Show each step that led to a result, with its provision and source."


@click.command(short_help="Maxima by count, their arithmetic ceiling, and what is hypothetical.")
@click.argument("matter", metavar="[MATTER]", required=False)
@click.option("--count", "counts", metavar="NAME", multiple=True, help="Only this count; may be repeated.")
@click.option("--provision", metavar="NAME", help="Without MATTER: a provision, as in kr.proceeds.3.")
@click.option("--from", "begins", metavar="DATE", type=DAY, help="With --provision: first day of the act.")
@click.option("--to", "ends", metavar="DATE", type=DAY, help="With --provision: last day of the act.")
@click.option(
    "--times",
    metavar="N",
    type=options.Whole(1, 1000),
    help="With --provision: how many such counts there are.  [default: 1]",
)
@click.option("--judged", metavar="DATE", type=DAY, help="Compare milder versions up to this day.")
@click.option("--steps", is_flag=True, help=_STEPS)
@paper
@options.as_json
def exposure(
    matter: str | None,
    counts: tuple[str, ...],
    provision: str | None,
    begins: Day | None,
    ends: Day | None,
    times: int | None,
    judged: Day | None,
    steps: bool,
    output: Path | None,
    language: str,
    as_json: bool,
) -> None:
    """State what the law threatens for each count of MATTER, by the version in force at the act.

    The arithmetic ceiling adds up maxima and is no forecast. Of a request for extradition it counts what was
    put before the court, and beside it what the requested state's own offences would make, as far as a person
    has named them: hypothetical, if the acts are one offence and if they are several. Where an act spans an
    amendment, or days are not known well enough, every version is shown and none is chosen.

    \b
    Examples:
      clew law exposure 2020
      clew law exposure 2020 --count us-7 --steps
      clew law exposure --provision kr.proceeds.3 --from 2015-07 --to 2018-03 --times 3 --json
      clew law exposure 2020 -o maxima.pdf
    """
    with needs_extra():
        from clew import law as asked

        if (matter is None) == (provision is None):
            raise UsageError("expected MATTER, or --provision NAME with --from and --to; give one of the two")
        if provision is None:
            if begins is not None or ends is not None or times is not None:
                raise UsageError(
                    "--from, --to, --times: expected with --provision, found a matter; leave them out"
                )
            found: Exposure | Threatened = asked.exposure(str(matter), counts=counts or None, judged=judged)
        else:
            if begins is None or ends is None or counts:
                raise UsageError(
                    "--provision: expected --from and --to with it, and no --count; give both days"
                )
            found = asked.threatened(provision, begins, ends, times=times or 1, judged=judged)
        if output is not None:
            asked.write(output, found, made=options.made(), language=language)
        answer(found, lambda each: pages.exposure_sheet(each, steps), as_json)


@click.command(short_help="For a request: which ground bars which count, and who decides.")
@click.argument("matter", metavar="MATTER")
@click.option("--request", metavar="NAME", help="Which request, where the matter has several.")
@click.option("--count", metavar="NAME", help="Show every ground for this count, with its reasons.")
@click.option("--steps", is_flag=True, help=_STEPS)
@paper
@options.as_json
def extradite(
    matter: str,
    request: str | None,
    count: str | None,
    steps: bool,
    output: Path | None,
    language: str,
    as_json: bool,
) -> None:
    """Set out a request for extradition as a table of counts and grounds of refusal.

    Each cell says barred, not barred or undetermined. Undetermined is the default: only a finding by a court
    or authority that decides on the ground says more, and for the threshold of dual criminality the
    arithmetic. A count is flagged for double jeopardy only where a person has mapped it to conduct that was
    judged; a flag decides nothing. How a discretion will be exercised is not said.

    \b
    Examples:
      clew law extradite 2020
      clew law extradite 2020 --count us-1
      clew law extradite 2020 -o counts.pdf --language ko
    """
    with needs_extra():
        from clew import law as asked

        found = asked.extradite(matter, request=request)
        if count is not None:
            found.of_count(count)
        if output is not None:
            asked.write(output, found, made=options.made(), language=language)
        answer(found, lambda each: pages.extradition_sheet(each, count, steps), as_json)


COMMANDS = (exposure, extradite)
