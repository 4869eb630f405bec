"""Rules that recognise transactions of several owners."""
