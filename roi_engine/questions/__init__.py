"""What a careful colleague would ask about a scenario.

Inputs that are legal and often not what was meant.

Each question is declared once, in the file of what it is about, and gathered by `roi_engine.input_checks`.
"""
