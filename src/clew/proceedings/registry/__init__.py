"""Public proceedings by case number and role, in a file that is only added to."""
