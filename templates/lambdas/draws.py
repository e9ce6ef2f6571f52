"""The LAMBDA names of a simulation.

The points are the engine's own for the seed that stands where none is given: a table of its shifts goes into the
workbook. Draws go through FT_FIGURE one by one.
"""

from __future__ import annotations

from typing import Any

from roi_engine.appraisal import METRICS
from roi_engine.quantity import DISTRIBUTION, DRAWS
from roi_engine.scenario import INPUTS
from roi_engine.simulation import distributions
from roi_engine.simulation.bins import BINS
from roi_engine.simulation.estimate import STUDENT
from roi_engine.simulation.lattice import PARTS, SHIFT_DECIMALS, generating_vector, lattice_draw, shifts
from roi_engine.simulation.simulation import (
    DEFAULT_DRAWS,
    DEFAULT_SEED,
    MOST_DRAWS,
    NOT_SIMULATED,
    OF_NET_RETURN,
    WORST_IS_HIGH,
)
from roi_engine.simulation.statistics import PERCENTILES, STATISTICS, WORST
from roi_engine.simulation.uncertain_inputs import CHOICES, NEVER_LIVE, SUCCESS
from roi_engine.value import ROUNDING
from templates.building.formula import NEVER, NOT_AVAILABLE, formula_of
from templates.lambdas.carrier import let, quantity
from templates.lambdas.inputs import checked, input_text, position
from templates.lambdas.lambda_name import LambdaName
from templates.xlsx.column_letters import LAST_COLUMN

COORDINATES = sum(each.numeric for each in INPUTS.values())
"""Inputs that can vary at once, at most."""

_NEVER_NUMBER = "1E+300"
"""Never as a number that is above every other."""

_FARTHEST = 12
"""Widths between low and high beyond which a normal score has no probability that a number could hold."""

_HALF = "_HALF"
"""The end of a word that asks for a half-width."""

MOST_AT_ONCE = min(MOST_DRAWS, LAST_COLUMN)
"""Draws: an array is no wider than a sheet."""

_SIDES = ("baseline", "finetuned", "switch")


def _spread(values: str, count: str) -> str:
    """The squares about the mean, over a count.

    Nothing for equal values, which STDEV does not give in every program.
    """
    return f"SUM(({values}-AVERAGE({values}))^2)/({count})"


def _generators() -> LambdaName:
    numbers = formula_of(tuple((each,) for each in generating_vector()[:COORDINATES])).text
    return LambdaName(
        "FT_GENERATORS", (), numbers, "Table: the generating vector of the lattice, a number for each coordinate."
    )


def _shifts() -> LambdaName:
    """The stream of the engine's shifts, in whole numbers."""
    stream = [round(each * 10**SHIFT_DECIMALS) for each in shifts(COORDINATES * PARTS, DEFAULT_SEED)[0]]
    numbers = formula_of(tuple((each,) for each in stream)).text
    return LambdaName(
        "FT_SHIFTS",
        (),
        numbers,
        f"Table: the shifts of the lattice's {PARTS} parts, of seed {DEFAULT_SEED}, in billionths.",
    )


def _lattice_part() -> LambdaName:
    """A row a coordinate, a column a draw."""
    point: Any = lattice_draw(
        quantity("SEQUENCE(1,points_,0)"), quantity("generators_"), quantity("points_"), quantity("own_")
    )
    own = f"MAP(SEQUENCE(count_),LAMBDA(at_,INDEX(shifts_,part_*count_+at_)/1E{SHIFT_DECIMALS}))"
    pairs = {"shifts_": "FT_SHIFTS()", "generators_": "TAKE(FT_GENERATORS(),count_)", "own_": own}
    return LambdaName(
        "FT_LATTICEPART",
        ("count_", "points_", "part_"),
        let(pairs, point.text),
        "A part of the lattice with shifts of its own: a row for each input that varies, a column for each point.",
    )


def _lattice() -> LambdaName:
    """All parts side by side: no array is wider than a sheet."""
    part = "FT_LATTICEPART(count_,points_,{})".format
    parts = f"REDUCE({part(0)},SEQUENCE({PARTS - 1}),LAMBDA(before_,part_,HSTACK(before_,{part('part_')})))"
    return LambdaName(
        "FT_LATTICE",
        ("count_", "draws_"),
        let({"points_": f"draws_/{PARTS}"}, parts),
        "The probabilities of a simulation: a row for each input that varies, a column for each draw.",
    )


def _drawn_value() -> LambdaName:
    """An input's value of a probability.

    A bound that lies so far away that nothing is cut off there is brought near.
    """
    probability, low, base, high = (quantity(each) for each in ("probability_", "low_", "base_", "high_"))
    least, most = quantity("least_"), quantity("most_")
    normal: Any = distributions.normal_quantile(probability, low, base, high, least, most)
    lognormal: Any = distributions.lognormal_quantile(probability, low, base, high, least, most)
    far = f"{_FARTHEST}*(high_-low_)"
    ratio = f"(high_/low_)^{_FARTHEST}"
    texts: dict[str, str] = {
        "uniform": formula_of(distributions.uniform_quantile(probability, low, high)).text,
        "triangular": formula_of(distributions.triangular_quantile(probability, low, base, high)).text,
        "normal": f"LET(least_,MAX(lowest_,base_-{far}),most_,MIN(highest_,base_+{far}),{normal.text})",
        "lognormal": f"LET(least_,MAX(lowest_,base_/{ratio}),most_,MIN(highest_,base_*{ratio}),{lognormal.text})",
        "pert": distributions.pert_quantile(probability, low, base, high).text,
    }
    pairs = ",".join(f'"{shape}",{texts[shape]}' for shape in DISTRIBUTION.choices)
    rounded = formula_of(distributions.rounded_half_up(quantity("value_"))).text
    return LambdaName(
        "FT_DRAWNVALUE",
        ("probability_", "low_", "base_", "high_", "shape_", "lowest_", "highest_", "kind_"),
        f"IF(low_=high_,base_,LET(value_,SWITCH(shape_,{pairs},base_),IF(kind_=1,{rounded},value_)))",
        "The value of an input below which a probability lies; whole where the input is.",
    )


def _draw_table() -> LambdaName:
    """A row for each coordinate, or an error."""
    held = "+".join(f"(places_={position(name)})" for name in CHOICES)
    success = position(SUCCESS)
    too_large = []
    for side in _SIDES:
        names = [position(f"{side}_{share}") for share in ("cached_share", "cached_write_share")]
        tops = [f"IF(ISNUMBER(INDEX(highs_,{at})),INDEX(highs_,{at}),N(INDEX(inputs_,{at})))" for at in names]
        ranged = "+".join(f"ISNUMBER(INDEX(highs_,{at}))" for at in names)
        too_large.append(f"AND({ranged}>0,{'+'.join(tops)}>1+{formula_of(ROUNDING).text})")
    pairs = {
        "places_": "SEQUENCE(ROWS(inputs_))",
        "lows_": "CHOOSECOLS(ranges_,1)",
        "highs_": "CHOOSECOLS(ranges_,2)",
        "shapes_": "CHOOSECOLS(ranges_,3)",
        "fails_": f"INDEX(inputs_,{success})<1",
        "varies_": f"MAP(lows_,{held},LAMBDA(low_,held_,IF(ISNUMBER(low_)*(held_=0),1,0)))",
        "wrong_": f"IF(ISNUMBER(INDEX(lows_,{success})),#VALUE!,IF(SUM(MAP(varies_,lows_,shapes_,LAMBDA(one_,low_,"
        'shape_,IF((one_=1)*(shape_="lognormal"),IF(low_<=0,1,0),0))))>0,#NUM!,0))',
        "moving_": "SUM(MAP(varies_,lows_,highs_,LAMBDA(one_,low_,high_,IF(one_=1,IF(low_<high_,1,0),0))))",
        "table_": "HSTACK(places_,lows_,inputs_,highs_,shapes_,CHOOSECOLS(FT_INPUTRULES(),2,3,4))",
        "chance_": f"HSTACK({success},0,0,0,{','.join(['0'] * 4)})",
    }
    return LambdaName(
        "FT_DRAWTABLE",
        ("inputs_", "ranges_"),
        let(
            pairs,
            f"IF(ISERROR(SUM(inputs_)+SUM(ranges_)+wrong_),SUM(inputs_)+SUM(ranges_)+wrong_,"
            f"IF(OR({','.join(too_large)}),#VALUE!,IF(AND(moving_=0,NOT(fails_)),#NUM!,"
            "IF(SUM(varies_)=0,chance_,IF(fails_,VSTACK(FILTER(table_,varies_),chance_),FILTER(table_,varies_))))))",
        ),
        "What varies of a scenario, of FT_INPUTS and FT_RANGES, a row each: place, low, value, high, distribution, "
        "bounds, whether whole.",
    )


def _drawn_inputs() -> LambdaName:
    """FT_INPUTS of one draw."""
    columns = ",".join(f"INDEX(table_,0,{n})" for n in range(2, 9))
    success, delay, stored = (position(name) for name in (SUCCESS, "go_live_delay", "storage_gb"))
    pairs = {
        "values_": f"MAP(probabilities_,{columns},LAMBDA(probability_,low_,base_,high_,shape_,lowest_,highest_,kind_,"
        "FT_DRAWNVALUE(probability_,low_,base_,high_,shape_,lowest_,highest_,kind_)))",
        "failed_": f"(SUM(TAKE(CHOOSECOLS(table_,1),-1))={success})*"
        f"(SUM(TAKE(probabilities_,-1))>{input_text(SUCCESS)})",
        "monthly_": f'failed_*({input_text("storage_timing")}="monthly")',
    }
    return LambdaName(
        "FT_DRAWNINPUTS",
        ("probabilities_", "table_", "inputs_", "coordinates_"),
        let(
            pairs,
            "MAP(inputs_,coordinates_,SEQUENCE(ROWS(inputs_)),LAMBDA(own_,at_,place_,"
            f"IF((place_={delay})*failed_,{NEVER_LIVE},IF((place_={stored})*monthly_,0,"
            f"IF((at_=0)+(place_={success})>0,own_,INDEX(values_,at_))))))",
        ),
        "FT_INPUTS of a draw: what varies, at the values of its probabilities; of a project that fails, month 0 alone.",
    )


def _run() -> LambdaName:
    pairs = {
        "order_": "SEQUENCE(ROWS(table_))",
        "at_": "CHOOSECOLS(table_,1)",
        "coordinates_": "MAP(SEQUENCE(ROWS(inputs_)),LAMBDA(place_,SUM((at_=place_)*order_)))",
        "found_": "MAP(SEQUENCE(COLUMNS(lattice_)),LAMBDA(draw_,LET(figure_,FT_FIGURE(code_,"
        "FT_DRAWNINPUTS(INDEX(lattice_,0,draw_),table_,inputs_,coordinates_)),"
        f'IF(figure_="{NEVER}",{_NEVER_NUMBER},figure_))))',
    }
    return LambdaName(
        "FT_DRAWS",
        ("code_", "inputs_", "table_", "lattice_"),
        let(pairs, "IF(ISERROR(SUM(found_)),#NUM!,found_)"),
        f"A figure of FT_FIGURE in every draw of FT_LATTICE, a column; Never is {_NEVER_NUMBER}.",
    )


def _statistic() -> LambdaName:
    """A statistic of a column of figures; of a share the column holds 1 and 0."""
    shares = ",".join(f'"{name}",{share}' for name, share in PERCENTILES.items())
    pairs = {
        "count_": "ROWS(figures_)",
        "finite_": f"MAX(figures_)<{_NEVER_NUMBER}",
        "worst_": f"-INT(-({WORST}*count_-1E-9))",
    }
    percentile = let(
        {
            "order_": "SORT(figures_)",
            "place_": f"(count_-1)*SWITCH(word_,{shares})",
            "below_": "INT(place_+1E-9)",
            "rest_": "MAX(place_-below_,0)",
            "low_": "INDEX(order_,below_+1)",
            "high_": "INDEX(order_,MIN(below_+2,count_))",
        },
        f"IF(rest_<1E-9,low_,IF(high_={_NEVER_NUMBER},high_,low_+rest_*(high_-low_)))",
    )
    worst = "AVERAGE(TAKE(SORT(figures_),IF(high_=1,-worst_,worst_)))"
    choices = (
        f'"MEAN",IF(finite_,AVERAGE(figures_),#NUM!),"SD",IF(finite_,SQRT({_spread("figures_", "count_-1")}),#NUM!),'
        f'"CVAR",LET(mean_,{worst},IF(mean_*worst_>={_NEVER_NUMBER},{_NEVER_NUMBER},mean_)),'
        '"PROBLOSS",AVERAGE(figures_),"PROBPAYBACK",AVERAGE(figures_)'
    )
    return LambdaName(
        "FT_STATISTIC",
        ("word_", "figures_", "high_"),
        let(pairs, f"SWITCH(word_,{choices},{percentile})"),
        "A statistic of a column of figures, such as P50; high: 1 where the largest are the worst.",
    )


def _half_width() -> LambdaName:
    part = "FT_STATISTIC(word_,TAKE(DROP(figures_,part_*points_),points_),high_)"
    pairs = {
        "points_": f"ROWS(figures_)/{PARTS}",
        "whole_": "FT_STATISTIC(word_,figures_,high_)",
        "parts_": f"MAP(SEQUENCE({PARTS},1,0),LAMBDA(part_,{part}))",
    }
    undefined = f"OR(whole_>={_NEVER_NUMBER},MAX(parts_)>={_NEVER_NUMBER})"
    return LambdaName(
        "FT_HALFWIDTH",
        ("word_", "figures_", "high_"),
        let(
            pairs,
            f'IF(AND(word_="SD",points_=1),IF(ISERROR(whole_),#NUM!,0),IF({undefined},#NUM!,'
            f"{STUDENT}*SQRT({_spread('parts_', 'ROWS(parts_)-1')})/SQRT({PARTS})))",
        ),
        f"The 95 % half-width of a statistic, of what the {PARTS} parts of the draws differ by.",
    )


def _binned() -> LambdaName:
    return LambdaName(
        "FT_BINNED",
        ("places_", "values_"),
        f"MAKEARRAY({PARTS},{BINS},LAMBDA(part_,bin_,SUM((places_=(part_-1)*{BINS}+bin_-1)*values_)))",
        f"Sums over {BINS} bins of equal probability, a row for each part of the draws.",
    )


def _bins() -> LambdaName:
    """The bin of every draw, those of the second part after those of the first."""
    pairs = {
        "draws_": "COLUMNS(lattice_)",
        "own_": "TRANSPOSE(INDEX(lattice_,coordinate_,0))",
        "part_": f"INT(SEQUENCE(draws_,1,0)/(draws_/{PARTS}))",
        "bin_": f"INT(own_*{BINS})",
    }
    return LambdaName(
        "FT_BINS",
        ("coordinate_", "lattice_"),
        let(pairs, f"part_*{BINS}+IF(bin_<{BINS - 1},bin_,{BINS - 1})"),
        "The bin in which each draw lies by one of its probabilities.",
    )


def _bin_means() -> LambdaName:
    total = "LAMBDA(column_,SUM(column_))"
    return LambdaName(
        "FT_BINMEANS",
        ("bins_", "figures_"),
        f"LET(counts_,BYCOL(FT_BINNED(bins_,1),{total}),sums_,BYCOL(FT_BINNED(bins_,figures_),{total}),"
        "FILTER(sums_,counts_>0)/FILTER(counts_,counts_>0))",
        "The mean of a figure in each bin that has draws.",
    )


def _explained() -> LambdaName:
    first = "INDEX(means_,1,2)-INDEX(means_,1,1)"
    last = "INDEX(means_,1,count_)-INDEX(means_,1,count_-1)"
    pairs = {
        "means_": "FT_BINMEANS(bins_,figures_)",
        "count_": "COLUMNS(means_)",
        "spread_": "SUM((means_-AVERAGE(means_))^2)/count_",
        "counts_": "FT_BINNED(bins_,1)",
    }
    corrected = let(
        {
            "own_": "FT_BINNED(bins_,figures_)/counts_",
            "noise_": f"AVERAGE(BYCOL(own_,LAMBDA(column_,{_spread('column_', 'ROWS(column_)-1')})))/{PARTS}",
            "rise_": f"HSTACK({first},(DROP(means_,0,2)-DROP(means_,0,-2))/2,{last})",
            "slope_": "MAX(SUM(rise_^2)/count_-noise_/2,0)/12",
        },
        "MAX(spread_-noise_*(1-1/count_)+slope_,0)",
    )
    return LambdaName(
        "FT_EXPLAINED",
        ("bins_", "figures_"),
        f"IF(OR(MAX(figures_)=MIN(figures_),MAX(figures_)>={_NEVER_NUMBER}),#NUM!,"
        + let(pairs, f"IF(OR(MIN(counts_)=0,count_<3),spread_,{corrected})")
        + f"/({_spread('figures_', 'ROWS(figures_)')}))",
        "The share of the spread of a figure that an input explains alone.",
    )


def _simulated() -> LambdaName:
    refused = ",".join(f'"{name}",#NUM!,"{METRICS[name].label.upper()}",#NUM!' for name in NOT_SIMULATED)
    return LambdaName(
        "FT_SIMULATED",
        ("metric_",),
        f"SWITCH(UPPER(TRIM(metric_)),{refused},FT_METRIC(metric_))",
        "The short name of a metric that is simulated.",
    )


def draw_names() -> list[LambdaName]:
    """The names that a simulation is made of."""
    return [
        _generators(), _shifts(), _lattice_part(), _lattice(), _drawn_value(), _draw_table(), _drawn_inputs(), _run(),
        _statistic(), _half_width(), _binned(), _bins(), _bin_means(), _explained(), _simulated(),
    ]  # fmt: skip


# --- the functions ---------------------------------------------------------------------------------------


def _word_in(word: str, names: Any) -> str:
    return f"ISNUMBER(XMATCH({word},{formula_of(tuple((each,) for each in names)).text}))"


def _drawn(metric: str) -> dict[str, str]:
    """What every simulation begins with.

    metric : the text of the metric.
    """
    count, seed = (
        f'IF(ISOMITTED({name}),{default},IF({name}="",{default},{name}))'
        for name, default in (("draws_", DEFAULT_DRAWS), ("seed_", DEFAULT_SEED))
    )
    number = checked(count, DRAWS)
    return {
        "inputs_": "FT_INPUTS(block_)",
        "code_": metric,
        "count_": f"LET(number_,{number},IF(number_>{MOST_AT_ONCE},#NUM!,"
        f"IF(number_-{PARTS}*INT(number_/{PARTS})=0,number_,#NUM!)))",
        "seed_used_": f"IF({seed}={DEFAULT_SEED},{DEFAULT_SEED},#N/A)",
        "pairs_": 'IF(ISOMITTED(correlations_),0,IF(SUM(IF(correlations_="",0,1))=0,0,IF(COLUMNS(correlations_)<>3,'
        '#VALUE!,IF(SUM(BYROW(correlations_,LAMBDA(row_,IF(SUM(IF(row_="",1,0))=0,1,0))))>0,#N/A,0))))',
        "table_": "FT_DRAWTABLE(inputs_,FT_RANGES(block_,inputs_))",
        "wrong_": "SUM(INDEX(table_,0,1))+count_+seed_used_+pairs_+IF(code_=0,0,0)",
    }


_LATTICE = {"lattice_": "FT_LATTICE(ROWS(table_),count_)", "figures_": "FT_DRAWS(code_,inputs_,table_,lattice_)"}

_DECIDING = {
    "deciding_": f'IF({_word_in("code_", OF_NET_RETURN)},"NETROI","NPV")',
    "gains_": "IF(code_=deciding_,figures_,FT_DRAWS(deciding_,inputs_,table_,lattice_))",
}
_PAID = f'(FT_DRAWS("PAYBACK",inputs_,table_,lattice_)<={input_text("months_to_amortize")})*1'
_WORTH_OF_ALL = "SUM(IF(gains_>0,gains_,0))/count_-MAX(AVERAGE(gains_),0)"


def statistic_text() -> str:
    """FT_SIMSTAT."""
    gains = let(_DECIDING, "gains_")
    explained = "MAP(SEQUENCE(ROWS(table_)),LAMBDA(at_,FT_EXPLAINED(FT_BINS(at_,lattice_),figures_)))"
    column = f'SWITCH(word_,"PROBLOSS",({gains}<0)*1,"PROBPAYBACK",{_PAID},figures_)'
    without = (
        f"MAP(SEQUENCE({PARTS},1,0),LAMBDA(part_,LET(kept_,(INT(SEQUENCE(count_,1,0)/(count_/{PARTS}))<>part_)*1,"
        f"SUM(IF(gains_>0,gains_,0)*kept_)/SUM(kept_)-MAX(SUM(gains_*kept_)/SUM(kept_),0))))"
    )
    worth = (
        f"LET({','.join(f'{name},{text}' for name, text in _DECIDING.items())},"
        f"IF(half_,LET(left_,{without},{STUDENT}*SQRT(SUM((left_-AVERAGE(left_))^2)*{PARTS - 1}/{PARTS})),"
        f"{_WORTH_OF_ALL}))"
    )
    known = formula_of(
        tuple((each + half,) for each in (*STATISTICS, "EXPLAINED", "EVPI") for half in ("", _HALF))
    ).text
    one = let(
        {
            "half_": f'RIGHT(asked_,{len(_HALF)})="{_HALF}"',
            "word_": f"IF(half_,LEFT(asked_,LEN(asked_)-{len(_HALF)}),asked_)",
        },
        f'IF(word_="EXPLAINED",IF(half_,#NUM!,LET(all_,SUM({explained}),IF(all_>1,1,all_))),'
        f'IF(word_="EVPI",{worth},LET(column_,{column},'
        "found_,IF(half_,FT_HALFWIDTH(word_,column_,high_),FT_STATISTIC(word_,column_,high_)),"
        f'IF(found_>={_NEVER_NUMBER},"{NEVER}",found_))))',
    )
    pairs = {
        **_drawn("FT_SIMULATED(metric_)"),
        "high_": f"IF({_word_in('code_', WORST_IS_HIGH)},1,0)",
        "asked_": f"MAP(statistic_,LAMBDA(each_,LET(word_,UPPER(TRIM(each_)),IF(ISNUMBER(XMATCH(word_,{known})),word_,"
        'IF(word_="",#VALUE!,#N/A)))))',
        "some_": "SUM(MAP(asked_,LAMBDA(each_,IF(ISERROR(each_),0,1))))",
    }
    result = let(_LATTICE, f"MAP(asked_,LAMBDA(asked_,IF(ISERROR(asked_),asked_,{one})))")
    return let(pairs, f"IF(ISERROR(wrong_),wrong_,IF(some_=0,asked_,{result}))")


def worth_text() -> str:
    """FT_EVPI."""
    input_name = "input_name_"
    omitted = f'IF(ISOMITTED({input_name}),TRUE,{input_name}="")'
    pairs = {
        **_drawn('"NPV"'),
        "at_": f"IF({omitted},0,LET(place_,FT_INPUTNUMBER({input_name}),"
        "found_,SUM((INDEX(table_,0,1)=place_)*SEQUENCE(ROWS(table_))),IF(found_=0,#NUM!,found_)))",
    }
    one = "LET(means_,FT_BINMEANS(FT_BINS(at_,lattice_),gains_),SUM(IF(means_>0,means_,0))/COLUMNS(means_)-"
    one += "MAX(AVERAGE(means_),0))"
    result = let({**_LATTICE, "gains_": "figures_"}, f"IF(at_=0,{_WORTH_OF_ALL},{one})")
    return let(pairs, f"IF(ISERROR(wrong_+at_),wrong_+at_,{result})")


def simulation_text() -> str:
    """FT_SIMULATE: every statistic with its half-width."""
    words = formula_of(tuple((each,) for each in STATISTICS)).text
    of = 'SWITCH(word_,"PROBLOSS",losses_,"PROBPAYBACK",paid_,figures_)'
    shown = f'IFERROR(IF(found_>={_NEVER_NUMBER},"{NEVER}",found_),"{NOT_AVAILABLE}")'
    columns = [
        f"MAP(words_,LAMBDA(word_,LET(found_,{function}(word_,{of},high_),{shown})))"
        for function in ("FT_STATISTIC", "FT_HALFWIDTH")
    ]
    pairs = {**_drawn("FT_SIMULATED(metric_)"), "high_": f"IF({_word_in('code_', WORST_IS_HIGH)},1,0)"}
    run = {
        **_LATTICE,
        **_DECIDING,
        "losses_": "(gains_<0)*1",
        "paid_": _PAID,
        "words_": words,
        "total_": "SUM(gains_)+SUM(figures_)+SUM(paid_)",
    }
    result = let(run, f"IF(ISERROR(total_),#NUM!,HSTACK(words_,{','.join(columns)}))")
    return let(pairs, f"IF(ISERROR(wrong_),wrong_,{result})")
