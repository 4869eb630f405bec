"""Keys of the JSON of ``clew law``: read off the types that are printed, but for those of a few commands."""

from __future__ import annotations

from clew.cli.described import keys_of
from clew.cli.key import FLAG, HEX, INTEGER, LIST, NUMBER, OBJECT, OR_NULL, TEXT, Key, under
from clew.proceedings.due import Due
from clew.proceedings.example import Example
from clew.proceedings.exposure import Exposure
from clew.proceedings.extradition.table import Extradition
from clew.proceedings.matter import Episode
from clew.proceedings.registry.register import Verified
from clew.proceedings.registry.registered import Registered
from clew.proceedings.shown import Shown
from clew.proceedings.threatened import Threatened
from clew.report.public.publish import Published

_PROCEEDING: tuple[Key, ...] = (
    *keys_of(Registered),
    Key("number", INTEGER, "", "Number of the entry that counts."),
    Key("entered_by", TEXT, "", "Who entered it: a role or an office."),
    Key("entered", TEXT, "day", "When it was entered."),
    Key("corrections", INTEGER, "", "How often it was corrected."),
    Key("withdrawn", TEXT + OR_NULL, "", "Why it was withdrawn; null while it stands."),
    Key("range", OBJECT, "", "The sentence beside what the law threatens for the heaviest offence."),
    Key("range.minimum", TEXT + OR_NULL, "term", "Least imprisonment; null where there is none."),
    Key("range.maximum", TEXT + OR_NULL, "term", "Most imprisonment; null where it is undetermined."),
    Key("range.aggregate", TEXT + OR_NULL, "term", "What several offences can reach by statute."),
    Key("range.state", TEXT, "", "Within the range, above, below, undetermined, or no term."),
    Key("range.why", TEXT, "", "Why, in a sentence."),
    Key("range.is_conflict", FLAG, "", "Whether a person has to look at it."),
)  # fmt: skip

_STANDING: tuple[Key, ...] = (
    Key("proceedings", LIST, "", "The proceedings, as they stand."),
    *under("proceedings[]", *_PROCEEDING),
    Key("head", TEXT + OR_NULL, HEX, "Digest of the register's last entry; null where it was just written."),
)

LAW: dict[str, tuple[Key, ...]] = {
    "law show": keys_of(Shown),
    "law check": (
        Key("files", LIST, "", "The files, in the order given."),
        Key("files[].file", TEXT, "", "The file, as it was named."),
        Key("files[].kind", TEXT + OR_NULL, "", "Book or matter; null where it could not be read as either."),
        Key("files[].name", TEXT + OR_NULL, "", "The name that it gives itself."),
        Key("files[].faults", LIST, "", "Faults, a text each, with file, line and what to do."),
        Key("files[].conflicts", LIST, "", "What the file says that does not go together, such as a sentence "
            "above the statutory maximum."),
        Key("files[].missing", LIST, "", "Amounts without a rate to another currency of the matter."),
    ),
    "law exposure": keys_of(Exposure),
    "law exposure --provision": keys_of(Threatened),
    "law extradite": keys_of(Extradition),
    "law deadlines": keys_of(Due),
    "law example": (
        *keys_of(Example),
        *(
            Key(f"kr_aggregate_years.{name}", NUMBER + OR_NULL, "years", doc)
            for name, doc in (
                ("one_offence", "If the acts are one comprehensive offence."),
                ("three_concurrent", "If they are three concurrent offences."),
            )
        ),
    ),
    "law episodes": (
        Key("episodes", LIST, "", "The episodes, in the order of their first acts."),
        *keys_of(Episode, "episodes[]"),
        Key("into", TEXT + OR_NULL, "", "The matter that they were appended to; null where they were not."),
    ),
    "law register new": (
        Key("register", TEXT, "", "The register's file."),
        Key("head", TEXT, HEX, "Digest of its first line."),
    ),
    **dict.fromkeys(
        ("law register add", "law register correct", "law register withdraw", "law register list"), _STANDING
    ),
    "law register list --id": (
        Key("entries", LIST, "", "Every entry about the proceeding, the first one first; keys as they were "
            "entered."),
    ),
    "law register forget": (
        Key("register", TEXT, "", "The register's file."),
        Key("release", TEXT, HEX, "The release that counts as never made."),
        Key("head", TEXT, HEX, "Digest of the register's last entry."),
    ),
    "law register verify": keys_of(Verified),
    "law publish": keys_of(Published),
    "law publish --check": (
        Key("state", TEXT, "", "Current, expired or altered."),
        Key("day", TEXT, "day", "Day of the release."),
        Key("expires", TEXT, "day", "After this day it counts no more."),
        Key("digest", TEXT, HEX, "SHA-256 of its release.json."),
        Key("faults", LIST, "", "Files that are missing, altered or strange, a text each."),
    ),
}  # fmt: skip
