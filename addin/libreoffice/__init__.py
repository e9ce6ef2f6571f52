"""LibreOffice: the extension that brings it the FT_ functions, and soffice run without a window.

`component`, `calculator` and `worker` are what the extension holds and LibreOffice loads: they know the standard
library and, where it can be imported, the engine. `extension` builds the .oxt, `office` runs soffice.
"""
