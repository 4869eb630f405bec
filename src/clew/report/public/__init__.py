"""The public page of proceedings: static, in English and Korean, and nobody is named."""
