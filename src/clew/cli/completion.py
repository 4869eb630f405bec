"""``clew completion``: the script that makes a shell complete commands and options."""

from __future__ import annotations

import click

SHELLS = ("bash", "zsh", "fish")
VARIABLE = "_CLEW_COMPLETE"


@click.command(short_help="Print the script for completion in a shell.")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that teaches a shell to complete clew's commands and options.

    The script asks clew itself for the words, so it need not be renewed with clew.

    \b
    Examples:
      clew completion bash > ~/.local/share/bash-completion/completions/clew
      clew completion zsh > "${fpath[1]}/_clew"
      clew completion fish > ~/.config/fish/completions/clew.fish
      source <(clew completion bash)          # for this shell only
    """
    from click.shell_completion import get_completion_class

    found = get_completion_class(shell)
    assert found is not None
    script = found(context.find_root().command, {}, "clew", VARIABLE)
    click.echo((script.source_template % script.source_vars()).strip())
