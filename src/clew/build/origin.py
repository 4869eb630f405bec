"""Where a run takes its blocks from: the folder or node that is named, else the folder remembered."""

from __future__ import annotations

from pathlib import Path

from clew.errors import UsageError
from clew.ledger import source
from clew.ledger.blocksource import BlockSource
from clew.ledger.manifest import Manifest
from clew.ledger.nodeaddress import NodeAddress, is_address


def open_origin(
    manifest: Manifest, blocks: Path | None, node: NodeAddress | None, until: int | None = None
) -> BlockSource:
    """The block files in ``blocks``, or the node at ``node``; without either, the folder that the ledger
    was made from, else the node's usual one.

    A node is asked only if it is named now. Raises UsageError, NoBlockFilesError, BlockFileError.
    """
    if node is not None:
        if blocks is not None:
            raise UsageError(
                f"--from: expected a folder or a node, found both ({blocks} and a node); leave one out"
            )
        if source.works_on_scrypt(manifest.network):
            raise UsageError(
                f"--from: expected a network of Bitcoin, found {manifest.network}, whose work headers alone "
                "do not prove; name the folder of its block files"
            )
        # Only whoever asks a node loads what opens connections.
        from clew.ledger.nodeblocks import NodeBlocks

        return NodeBlocks(node, manifest.network, until)
    remembered = manifest.blocks_folder
    if blocks is None and is_address(remembered):
        raise UsageError(
            f"the ledger was made from the node at {remembered}, which is asked only if it is named again; "
            f"give --from rpc {remembered}, or name a folder of block files"
        )
    folder = blocks or (Path(remembered) if remembered else None)
    return source.open_files(folder, manifest.network, bytes.fromhex(manifest.magic))
