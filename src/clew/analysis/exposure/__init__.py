"""From and to which kinds of services the money of some entities came and went."""
