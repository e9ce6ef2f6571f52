"""One bracketed root, without SciPy, which the scalar functions must not load.

Chandrupatla's method: bisection that uses inverse quadratic interpolation where the function is smooth
enough. T. R. Chandrupatla, "A new hybrid quadratic/bisection algorithm for finding the zero of a nonlinear
function without using derivatives", Advances in Engineering Software 28 (1997) 145-149. The tests hold it
equal to scipy.optimize.brentq.
"""

from __future__ import annotations

import math
from collections.abc import Callable


def narrowed(
    function: Callable[[float], float], start: float, end: float, at_start: float, at_end: float
) -> tuple[tuple[float, float], tuple[float, float]]:
    """The shortest bracket of a sign change: two neighbours with their values.

    function : of one number.
    start, end : the bracket.
    at_start, at_end : the function's values there, of different signs (or a zero).
    Returns ``((x, f(x)), (y, f(y)))``, the point with the smaller value first; both points are the same
    where the function is exactly zero. At a jump the two values stay apart.

    >>> (x, value), _ = narrowed(lambda x: x * x - 2, 0.0, 2.0, -2.0, 2.0)
    >>> round(x, 12)
    1.414213562373
    """
    a, fa = end, at_end
    b, fb = start, at_start
    c, fc = a, fa
    t = 0.5
    for _ in range(300):
        if fa == 0 or fb == 0:
            break
        x = a + t * (b - a)
        if x in (a, b):
            x = a + 0.5 * (b - a)
            if x in (a, b):
                break
        fx = function(x)
        if (fx > 0) == (fa > 0) and fx != 0:
            c, fc = a, fa
        else:
            c, b, fc, fb = b, a, fb, fa
        a, fa = x, fx
        xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb) if fc != fb else math.inf
        if phi**2 < xi and (1 - phi) ** 2 < 1 - xi:
            t = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        else:
            t = 0.5
        spread = max(abs(a), abs(b)) * 2**-51 / abs(b - a) if b != a else 0.5
        t = min(max(t, min(spread, 0.5)), 1 - min(spread, 0.5))
    if fa == 0:
        return (a, fa), (a, fa)
    if fb == 0:
        return (b, fb), (b, fb)
    return ((a, fa), (b, fb)) if abs(fa) <= abs(fb) else ((b, fb), (a, fa))
