"""The LAMBDA names that read the columns low, high and distribution of a block."""

from __future__ import annotations

from typing import Any

from roi_engine.appraisal import METRIC_WORDS
from roi_engine.quantity import DISTRIBUTION
from roi_engine.scenario import INPUTS
from roi_engine.scenario_rules import SELF_HOSTING_NEEDS
from roi_engine.sensitivity import DEFAULT_SWING, moved
from templates.building.formula import formula_of
from templates.lambdas.carrier import let, quantity
from templates.lambdas.inputs import BLOCK_PARTS, MEANS, WORD_NAMES, WORDS, position
from templates.lambdas.lambda_name import LambdaName

NOT_OFFERED = "IRR"
"""The metric that has to be searched for."""


def moved_text(base: str, change: Any, step: str, lowest: str, highest: str) -> str:
    """An input moved by a fraction of itself, within its legal range."""
    text: Any = moved(quantity(base), change, quantity(step), quantity(lowest), quantity(highest))
    return str(text.text)


def _metric() -> LambdaName:
    words = {word: metric.name for word, metric in METRIC_WORDS.items() if metric.name != NOT_OFFERED}
    pairs = ",".join(f'"{word}","{name}"' for word, name in words.items())
    return LambdaName(
        "FT_METRIC",
        ("metric_",),
        f'IF(TRIM(metric_)="",#VALUE!,SWITCH(UPPER(TRIM(metric_)),{pairs},#N/A))',
        "The short name of a metric, by its name or label.",
    )


def _input_names() -> LambdaName:
    names = formula_of(tuple((name,) for name in INPUTS)).text
    return LambdaName("FT_INPUTNAMES", (), names, "Table: the name of every input, in the order of FT_INPUTS.")


def _range_end() -> LambdaName:
    down = moved_text("own_", -DEFAULT_SWING, "kind_", "lowest_", "highest_")
    up = moved_text("own_", DEFAULT_SWING, "kind_", "lowest_", "highest_")
    pairs = {
        "from_": f'IF(TRIM(low_)="",LET(down_,{down},IF(down_<high_,down_,high_)),low_)',
        "to_": f'IF(TRIM(high_)="",LET(up_,{up},IF(up_>low_,up_,low_)),high_)',
        "outside_": "IF(ISNUMBER(from_)*ISNUMBER(to_),(from_<=to_)*((own_<from_)+(own_>to_)),0)",
        "first_": "FT_CHECKED(from_,lowest_,highest_,kind_)",
        "last_": "FT_CHECKED(to_,lowest_,highest_,kind_)",
    }
    end = 'IF(outside_>0,"",IF(first_>last_,#NUM!,IF(end_=1,first_,last_)))'
    return LambdaName(
        "FT_RANGEEND",
        ("end_", "low_", "high_", "own_", "lowest_", "highest_", "kind_"),
        f'IF(own_="","",IF(ISTEXT(kind_),#VALUE!,{let(pairs, end)}))',
        "The lower (1) or the higher (2) end of an input's range; an empty one lies as far away as that of an input "
        "without a range.",
    )


def _ranges() -> LambdaName:
    """FT_RANGES: low, high and distribution of every input, or empty."""
    needs = "+".join(f"(place_={position(name)})" for name in SELF_HOSTING_NEEDS)
    shapes = f"|{'|'.join(DISTRIBUTION.choices)}|"
    none = 'IF(rows_,"")'
    pairs = {
        **BLOCK_PARTS,
        "rules_": "FT_INPUTRULES()",
        "low_at_": 'IF(value_at_>0,SUM((titles_="low")*columns_),IF(COLUMNS(block_)>2,3,0))',
        "high_at_": 'IF(value_at_>0,SUM((titles_="high")*columns_),IF(COLUMNS(block_)>3,4,0))',
        "shape_at_": 'IF(value_at_>0,SUM((titles_="distribution")*columns_),0)',
        "lows_": f"IF(low_at_>0,INDEX(block_,0,MAX(low_at_,1)),{none})",
        "highs_": f"IF(high_at_>0,INDEX(block_,0,MAX(high_at_,1)),{none})",
        "shapes_": f"IF(shape_at_>0,INDEX(block_,0,MAX(shape_at_,1)),{none})",
        "typed_": '(((TRIM(lows_)<>"")+(TRIM(highs_)<>""))>0)*(rows_>IF(value_at_>0,1,0))*rows_',
        "at_": f"MAP({WORDS},LAMBDA({','.join(WORD_NAMES)},MAX((({MEANS})>0)*typed_)))",
        "ends_": "REDUCE(0,{1,2},LAMBDA(before_,end_,HSTACK(before_,MAP(at_,inputs_,INDEX(rules_,0,2),"
        "INDEX(rules_,0,3),INDEX(rules_,0,4),SEQUENCE(ROWS(inputs_)),LAMBDA(row_,own_,lowest_,highest_,kind_,place_,"
        'IF(row_=0,"",LET(found_,FT_RANGEEND(end_,INDEX(lows_,row_),INDEX(highs_,row_),own_,lowest_,highest_,kind_),'
        f"IF(ISNUMBER(found_)*({needs})*(N(found_)<=0),#NUM!,found_))))))))",
        "drawn_": "MAP(at_,CHOOSECOLS(ends_,2),LAMBDA(row_,low_,"
        'IF(ISNUMBER(low_),LET(shape_,INDEX(shapes_,row_),IF(ISTEXT(shape_),IF(TRIM(shape_)="","pert",'
        f'FT_CHECKED(shape_,0,0,"{shapes}")),"pert")),"")))',
    }
    return LambdaName(
        "FT_RANGES",
        ("block_", "inputs_"),
        let(pairs, "HSTACK(CHOOSECOLS(ends_,2,3),drawn_)"),
        "Low, high and distribution of every input of a scenario, of FT_INPUTS; empty where it has none.",
    )


def _swings() -> LambdaName:
    """FT_SWINGS: every input at its low and its high value."""
    bounds = ("kind_", "lowest_", "highest_")
    down = moved_text("own_", -quantity("swing_"), *bounds)
    up = moved_text("own_", quantity("swing_"), *bounds)
    rules = ",".join(f"INDEX(rules_,0,{n})" for n in (2, 3, 4))
    at_ends = {
        f"at_{ends}": f"MAP({ends},places_,counts_,LAMBDA(value_,place_,counted_,"
        'IF(counted_,IFERROR(FT_FIGURE(code_,IF(places_=place_,value_,inputs_)),"n/a"),"")))'
        for ends in ("lows_", "highs_")
    }
    pairs = {
        "inputs_": "FT_INPUTS(block_)",
        "code_": "FT_METRIC(metric_)",
        "ranges_": "FT_RANGES(block_,inputs_)",
        "rules_": "FT_INPUTRULES()",
        "places_": "SEQUENCE(ROWS(inputs_))",
        "wrong_": "SUM(inputs_)+SUM(ranges_)+IF(code_=0,0,0)+IF(AND(swing_>0,swing_<1),0,#NUM!)",
        "typed_": "CHOOSECOLS(ranges_,1)",
        "counts_": "MAP(inputs_,typed_,INDEX(rules_,0,4),LAMBDA(own_,low_,kind_,"
        'IF(ISNUMBER(own_)*ISNUMBER(kind_)*((own_<>0)+(low_<>"")>0),1,0)))',
        "lows_": f"MAP(inputs_,typed_,{rules},LAMBDA(own_,low_,lowest_,highest_,kind_,"
        f'IF(ISNUMBER(own_)*ISNUMBER(kind_),IF(low_="",{down},low_),"")))',
        "highs_": f"MAP(inputs_,CHOOSECOLS(ranges_,2),{rules},LAMBDA(own_,high_,lowest_,highest_,kind_,"
        f'IF(ISNUMBER(own_)*ISNUMBER(kind_),IF(high_="",{up},high_),"")))',
        **at_ends,
        "sizes_": "MAP(at_lows_,at_highs_,LAMBDA(one_,other_,"
        'IF(ISNUMBER(one_)*ISNUMBER(other_),ABS(other_-one_),"n/a")))',
        "moves_": 'counts_*((at_lows_<>at_highs_)+(at_lows_="n/a")>0)',
        "order_": "MAP(at_lows_,at_highs_,sizes_,LAMBDA(one_,other_,size_,IF(ISNUMBER(size_),IF(size_=0,0,"
        'ROUND(size_,8-INT(LOG10(size_)))),IF((one_="n/a")+(other_="n/a")>0,-1,1E+300))))',
    }
    table = (
        'IF(ISERROR(wrong_),wrong_,IF(SUM(moves_)=0,{"No input moves this metric.","","",0},'
        "SORTBY(FILTER(HSTACK(FT_INPUTNAMES(),at_lows_,at_highs_,sizes_),moves_),FILTER(order_,moves_),-1,"
        "FILTER(places_,moves_),1)))"
    )
    return LambdaName(
        "FT_SWINGS",
        ("metric_", "block_", "swing_"),
        let(pairs, table),
        "Every input at low and high, the others at their values: name, metric at both, swing; the widest first.",
    )


def range_names() -> list[LambdaName]:
    """The names that read ranges, those of metrics and inputs, and FT_SWINGS."""
    return [_metric(), _input_names(), _range_end(), _ranges(), _swings()]
