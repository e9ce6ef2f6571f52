"""LibreOffice: the extension with the FT_ functions, and soffice on its own.

`component`, `calculator` and `worker` are what the extension holds and LibreOffice loads: they know the standard
library and, where it can be imported, the engine. `extension` builds the .oxt, `office` runs soffice.
"""
