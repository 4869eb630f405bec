"""Transactions that several owners sign, and coins that are nobody's."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from clew.simulate.bulk.chain import GENESIS
from clew.simulate.economy.plain import PlainWriter, Signer
from simulate.consensus import judge, need_judge
from simulate.economy.joins.lived import EVERYTHING, Lived, live

ALL, SINGLE_ANYONECANPAY = 0x01, 0x83


def test_sellers_sign_the_price_alone(lived: Lived) -> None:
    orders = lived.of_form("exchange order")
    assert len(orders) > 50
    places = Counter()
    for order in orders:
        assert len(order.owners) == 2
        assert Counter(order.hash_types)[SINGLE_ANYONECANPAY] == 1
        assert set(order.hash_types) == {ALL, SINGLE_ANYONECANPAY}
        place = order.hash_types.index(SINGLE_ANYONECANPAY)
        places[place] += 1
        sold, price = order.inputs[place], order.outputs[place]
        assert price.owner == sold.owner
        assert price.value > sold.value
        buyers = {each.owner for number, each in enumerate(order.inputs) if number != place}
        assert len(buyers) == 1
        things = [each for each in order.outputs if each.value == sold.value and each.owner in buyers]
        assert things
        gained = sum(each.value for each in order.outputs if each.owner == sold.owner) - sold.value
        assert gained == price.value - sold.value > 0
    assert set(places) == {0, 1}


def test_hash_types_are_usual_elsewhere(lived: Lived) -> None:
    e = lived.state.e
    orders = {each.at for each in lived.of_form("exchange order")}
    found = [lived.transaction(at) for at in range(int(e.count[5])) if at not in orders]
    assert {hash_type for each in found for hash_type in each.hash_types} == {ALL}


def test_things_are_sold_again(lived: Lived) -> None:
    orders = {each.at for each in lived.of_form("exchange order")}
    again = 0
    for order in lived.of_form("exchange order"):
        place = order.hash_types.index(SINGLE_ANYONECANPAY)
        again += lived.made_by(order.inputs[place].coin) in orders
    assert again > 5


def test_channels_are_funded_by_one_side_or_both(lived: Lived) -> None:
    channels = lived.of_form("channel")
    assert len(channels) > 200
    both = 0
    for channel in channels:
        funded = [each for each in channel.outputs if each.kind == "channel"]
        assert len(funded) == 1
        assert lived.course.society.actors[funded[0].owner].kind == "shared"
        if len(channel.owners) == 2:
            both += 1
            assert channel.version == 2
            assert channel.sequence == 0xFFFFFFFD
            for owner in channel.owners:
                given = sum(each.value for each in channel.inputs if each.owner == owner)
                back = sum(each.value for each in channel.outputs if each.owner == owner)
                assert 0 < given - back < funded[0].value + channel.fee
        else:
            assert len(channel.owners) == 1
    assert abs(both / len(channels) - 0.4) < 0.12


def test_channels_close_in_two_ways(lived: Lived) -> None:
    funded = {
        side.coin: channel
        for channel in lived.of_form("channel")
        for side in channel.outputs
        if side.kind == "channel"
    }
    broken = cooperative = 0
    for close in lived.of_form("channel close"):
        assert len(close.inputs) == 1
        assert close.inputs[0].coin in funded
        assert close.version == 2
        anchors = [each for each in close.outputs if each.purpose == "anchor"]
        others = [each for each in close.outputs if each.purpose != "anchor"]
        assert 1 <= len(others) <= 2
        assert len({each.owner for each in others}) == len(others)
        if not anchors:
            cooperative += 1
            assert {each.kind for each in others} == {"p2wpkh"}
            assert (close.lock, close.sequence) == (0, 0xFFFFFFFF)
            continue
        broken += 1
        assert close.lock >> 24 == 0x20
        assert close.sequence >> 24 == 0x80
        assert {each.kind for each in others} == {"channel"}
        if anchors[0].kind == "anchor":
            assert [each.value for each in anchors] == [240]
        else:
            assert {each.value for each in anchors} == {330}
            assert {each.owner for each in anchors} == {each.owner for each in others}
    assert abs(broken / (broken + cooperative) - 0.6) < 0.1


def test_both_sides_of_a_channel_are_paid(lived: Lived) -> None:
    for close in lived.of_form("channel close"):
        funding = lived.transaction(lived.made_by(close.inputs[0].coin))
        people = {each.owner for each in close.outputs if each.kind != "anchor"}
        assert people & funding.owners
        assert close.fee < close.inputs[0].value


def test_strangers_meet_over_anchors(lived: Lived) -> None:
    spends = lived.of_form("anchor")
    assert len(spends) > 20
    together = 0
    for spend in spends:
        anchors = [each for each in spend.inputs if each.purpose == "anchor"]
        own = [each for each in spend.inputs if each.purpose != "anchor"]
        assert anchors
        assert own
        assert len({each.owner for each in own}) == 1
        assert {each.owner for each in spend.outputs} == {each.owner for each in own}
        together += len({each.owner for each in anchors} - {own[0].owner}) > 0
    assert together > 3
    assert any(sum(each.purpose == "anchor" for each in spend.inputs) > 3 for spend in spends)


def test_escrows_are_held_by_nobody_alone(lived: Lived) -> None:
    begun = {}
    for escrow in lived.of_form("escrow"):
        held = [each for each in escrow.outputs if each.purpose == "escrow"]
        assert len(held) == 1
        assert held[0].kind == "p2wsh-multisig"
        assert lived.course.society.actors[held[0].owner].kind == "shared"
        begun[held[0].coin] = next(iter(escrow.owners))
    ends: Counter[str] = Counter()
    for release in lived.of_form("escrow release"):
        assert len(release.inputs) == 1
        buyer = begun[release.inputs[0].coin]
        got = {each.owner for each in release.outputs if each.purpose == "escrow release"}
        kinds = {lived.course.society.actors[each.owner].kind for each in release.outputs}
        ends["refunded" if got == {buyer} else "split" if buyer in got else "paid"] += 1
        ends["disputed"] += "arbiter" in kinds
    assert ends["paid"] > 5 * ends["refunded"] > 0
    assert ends["disputed"] > 0
    assert ends["split"] > 0


def test_anyone_takes_what_anyone_can_spend(lived: Lived) -> None:
    kinds, together = Counter(), 0
    for transaction in lived.of_form("anyone"):
        free = [each for each in transaction.inputs if each.purpose == "anyone"]
        if free:
            own = [each for each in transaction.inputs if each.purpose != "anyone"]
            assert len({each.owner for each in own}) == 1
            assert len({each.owner for each in transaction.outputs}) == 1
            together += len(free) > 1
            continue
        left = [each for each in transaction.outputs if each.purpose == "anyone"]
        assert len(left) == 1
        kinds[left[0].kind] += 1
    assert set(kinds) == {"anyone", "witness-anyone"}
    assert together > 3


def test_known_keys_are_known(lived: Lived) -> None:
    keys, taken = Counter(), 0
    for transaction in lived.of_form("known key"):
        free = [each for each in transaction.inputs if each.purpose == "known key"]
        if free:
            taken += len(free)
            assert {each.purpose for each in transaction.inputs} > {"known key"}
        for each in transaction.outputs:
            if each.purpose == "known key":
                keys[lived.key(each.address)] += 1
    assert all(1 <= key < 16 for key in keys)
    assert taken > 0.7 * sum(keys.values()) > 30


def test_what_is_nobody_s_has_one_address(lived: Lived) -> None:
    """One script is one address, whoever pays to it."""
    e = lived.state.e
    seen = set()
    for address in range(int(e.count[3])):
        kind, key = int(e.address[address, 1]), int(e.address[address, 4])
        if kind in (10, 11, 12) or 0 < key < 16:
            same = (kind, 0 if kind in (10, 11, 12) else key)
            assert same not in seen
            seen.add(same)


def test_notes_carry_nothing_but_bytes(lived: Lived) -> None:
    notes = lived.of_form("note")
    assert len(notes) > 400
    with_token = 0
    for note in notes:
        carried = [each for each in note.outputs if each.kind == "data"]
        assert [each.value for each in carried] == [0]
        assert not lived.is_spent(carried[0].coin)
        with_token += any(each.value == 546 for each in note.outputs)
    assert 0.2 < with_token / len(notes) < 0.4


def test_payjoins_have_inputs_of_payer_and_payee(lived: Lived) -> None:
    found = list(lived.rounds("payjoin"))
    assert len(found) > 20
    actors = lived.course.society.actors
    for part, transaction in found:
        payer, payee = part.inputs[0].actor, part.inputs[-1].actor
        assert (actors[payer].kind, actors[payee].kind) == ("person", "merchant")
        assert transaction.owners == {payer, payee}
        added = sum(lived.state.value(each.coin) for each in part.inputs if each.actor == payee)
        paid = {each.kind: lived.state.value(each.coin) for each in part.outputs}
        price = paid["payment"] - added
        assert price > 0
        brought = sum(lived.state.value(each.coin) for each in part.inputs if each.actor == payer)
        assert brought - paid["change"] == price + transaction.fee
        assert len(transaction.outputs) == 2


def test_one_key_has_several_scripts(lived: Lived) -> None:
    e, owners, kinds = lived.state.e, {}, {}
    for address in range(int(e.count[3])):
        row = [int(each) for each in e.address[address]]
        if row[4] >= 16 and row[1] not in (3, 6, 8, 9):
            owners.setdefault(row[4], set()).add(int(e.wallet[row[0], 1]))
            kinds.setdefault(row[4], []).append(row[1])
    shared = [key for key, found in kinds.items() if len(found) > 1]
    assert shared
    for key in shared:
        assert len(owners[key]) == 1
        assert len(set(kinds[key])) == len(kinds[key])


def test_the_judge_accepts_all_of_it_signed(tmp_path: Path) -> None:
    need_judge()
    lived = live(tmp_path / "everything.yaml", EVERYTHING, seed=5, blocks=170)
    forms = ("exchange order", "channel close", "anchor", "escrow release", "anyone", "known key", "wabisabi")
    assert all(lived.of_form(each) for each in forms)
    writer = PlainWriter(lived.course, Signer("test"))
    blocks = [GENESIS]
    for height in range(1, lived.course.blocks):
        blocks.append(writer.block(height)[0][8:].tobytes())
    verdict = judge(blocks, tmp_path / "node")
    assert verdict.refused == {}
    assert verdict.tip == writer.hashes[-1]
