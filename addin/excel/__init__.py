"""Excel: the add-in that brings it the FT_ functions, built without Excel.

`wrappers` writes a VBA function for each function of the catalogue, `xlwings_modules` reads what xlwings brings,
`vba_project` packs both as Excel's VBA project (with `compression` and `compound_file`), `package` makes the .xlam
file. In Excel the wrappers call `calls`, by way of xlwings. `installed` and `doctor` are for the person who uses it.

Libraries that write a VBA project were looked at first. ms-ovba-compression 1.0.1 (MIT) does not give back what it
compressed where a text repeats itself over more than a token can hold: xlwings' own module comes out 5,700
characters short. ms-cfb 0.0.6 (MIT) puts a stream of 4,096 bytes in the wrong place and writes temporary files into
the working folder. ms-ovba 0.0.1 rests on both, and gives another file each time. cfbwrite 1.0.1 is under the AGPL.
oletools and olefile are sound, but read only; the tests use them. So the two formats have small modules here.
"""
