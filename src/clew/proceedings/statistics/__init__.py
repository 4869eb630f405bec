"""Statistics on public criminal proceedings that identify nobody, in one release or in several together."""
