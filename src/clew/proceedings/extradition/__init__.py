"""A request for extradition: the table of counts and grounds, and what goes with it."""
