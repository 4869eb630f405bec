"""What can be charged, where, and what came of it: law by date, charges, extradition, outcomes.

Nothing here says that somebody is guilty, which sentence is likely, that two offences are the same, or
how a discretion will be exercised.
"""
