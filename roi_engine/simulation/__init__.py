"""What the doubt about the inputs makes of the answer.

Draws are points of a lattice (`lattice`), turned into values of the inputs (`distributions`), and appraised as many
scenarios are. `simulation.simulate` is the door.
"""
