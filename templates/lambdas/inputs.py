"""The LAMBDA names that read a scenario from a block of labels and values."""

from __future__ import annotations

from typing import Any

from roi_engine.inputs import Input, normal_form
from roi_engine.quantity import Quantity
from roi_engine.scenario import INPUTS
from roi_engine.scenario_rules import MIX_FIELDS, MIX_NEEDS, ONE_TOKEN, REPLACEABLE, SELF_HOSTING_NEEDS, above_one
from roi_engine.value import ROUNDING
from roi_engine.worksheet.block import NO_FIGURES
from templates.building.formula import formula_of
from templates.lambdas.carrier import ArrayFormula, let, quantity
from templates.lambdas.chain import named
from templates.lambdas.lambda_name import LambdaName

MOST_WORDS = 5
"""Words that mean one input: its name, its label, and short names."""
NO_WORD = "-"
MISSING = "missing"
"""What stands for a required input that nobody gave; no number and no choice."""
ANYTHING = "anything"
"""The kind of an input that is only said, such as the scenario's name."""
NUMBER, WHOLE = 0, 1
EMPTY_ROW = -1
"""The place of the input that a row without a value gives; that of an unknown label is 0."""

_SIGNS = (" ", "_", "-", "/", ",", ".", "'", "+", "%", "&", "(", ")", "–", "—", "’", "*", ";", "#", "?", "!")
"""What a label is compared without."""

WORDS = ",".join(f"INDEX(words_,0,{n})" for n in range(1, MOST_WORDS + 1))
WORD_NAMES = [f"word_{n}_" for n in range(1, MOST_WORDS + 1)]
MEANS = "+".join(f"(labels_={each})" for each in WORD_NAMES)
"""The columns of the table of words, what a word of each is called, and the rows whose label is one of an input's."""

BLOCK_PARTS = {
    "words_": "FT_INPUTWORDS()",
    "columns_": "SEQUENCE(1,COLUMNS(block_))",
    "rows_": "SEQUENCE(ROWS(block_))",
    "titles_": "MAP(INDEX(block_,1,0),LAMBDA(label_,FT_LABEL(label_)))",
    "value_at_": 'SUM((titles_="value")*columns_)',
    "name_at_": 'MAX(1,IF(value_at_>0,SUM(((titles_="input")+(titles_="label")+(titles_="name"))*columns_),1))',
    "labels_": "MAP(INDEX(block_,0,name_at_),LAMBDA(label_,FT_LABEL(label_)))",
}
"""How a block is read: the table of words, where its columns and rows stand, and its labels."""

_LEFT_OUT = frozenset({"name", "description", "currency", "start_month"})
_LARGEST = 1e300


def input_text(name: str) -> str:
    """The text that reads an input of FT_INPUTS.

    One that another has replaced counts for nothing.
    """
    text = f"INDEX({named('inputs')},{position(name)})"
    return f"N({text})" if name in REPLACEABLE else text


def position(name: str) -> int:
    """The place of an input among those that FT_INPUTS gives, from 1."""
    return _PLACES[name]


_PLACES = {name: place for place, name in enumerate(INPUTS, start=1)}


def _row(declared: Input) -> tuple[Any, ...]:
    """What the table says of an input: its words, default, bounds and kind."""
    words = dict.fromkeys(map(normal_form, (declared.name, declared.label, *declared.aliases)))
    low, high, kind = _bounds(declared)
    return (*words, *[NO_WORD] * (MOST_WORDS - len(words)), _default(declared), low, high, kind)


def _default(declared: Input) -> Any:
    """What stands where nothing is given.

    An input that another may replace stays empty: FT_TOGETHER says what is missing.
    """
    if declared.name in REPLACEABLE or (declared.default is None and not declared.required):
        return ""
    return MISSING if declared.required else declared.default


def _bounds(declared: Input) -> tuple[float, float, Any]:
    quantity = declared.quantity
    if quantity.choices:
        return 0, 0, f"|{'|'.join(quantity.choices)}|"
    if declared.name in _LEFT_OUT:
        return 0, 0, ANYTHING
    low, high = quantity.clamp(-_LARGEST), quantity.clamp(_LARGEST)
    return low, high, WHOLE if quantity.whole else NUMBER


def _input_words() -> LambdaName:
    rows = tuple(_row(each)[:MOST_WORDS] for each in INPUTS.values())
    return LambdaName(
        "FT_INPUTWORDS", (), formula_of(rows).text, "Table: every input of the model with the words that mean it."
    )


def _input_rules() -> LambdaName:
    rows = tuple(_row(each)[MOST_WORDS:] for each in INPUTS.values())
    sentence = "Table: every input's value where none is given, its bounds, and whether it is a whole number."
    return LambdaName("FT_INPUTRULES", (), formula_of(rows).text, sentence)


def _label() -> LambdaName:
    signs = ",".join(f'"{each}"' for each in _SIGNS)
    words = 'TRIM(SUBSTITUTE(SUBSTITUTE(SUBSTITUTE(LOWER(label_),UNICHAR(160)," "),CHAR(9)," "),":",""))'
    return LambdaName(
        "FT_LABEL",
        ("label_",),
        f'LET(words_,{words},bare_,IF(RIGHT(words_)=")",LEFT(words_,FIND("(",words_&"(")-1),words_),'
        f'REDUCE(bare_,{{{signs}}},LAMBDA(text_,sign_,SUBSTITUTE(text_,sign_,""))))',
        "A label as labels are compared: without case, spaces, punctuation and the unit in parentheses at its end.",
    )


def _checked() -> LambdaName:
    whole = f"ABS(value_-ROUND(value_,0))>{_text(ROUNDING)}*MAX(1,ABS(value_))"
    number = (
        f"IF(AND(kind_={WHOLE},{whole}),#NUM!,LET(number_,IF(kind_={WHOLE},ROUND(value_,0),value_),"
        "IF(AND(number_>=low_,number_<=high_),number_,#NUM!)))"
    )
    choice = (
        'LET(word_,SUBSTITUTE(SUBSTITUTE(LOWER(TRIM(value_)),"-","_")," ","_"),'
        'IF(ISNUMBER(FIND("|"&word_&"|",kind_)),word_,#NUM!))'
    )
    return LambdaName(
        "FT_CHECKED",
        ("value_", "low_", "high_", "kind_"),
        "IF(ISERROR(value_),value_,"
        f'IF(kind_="{ANYTHING}","",IF(ISNUMBER(value_),IF(ISNUMBER(kind_),{number},#VALUE!),'
        f"IF(AND(ISTEXT(value_),ISTEXT(kind_)),{choice},#VALUE!))))",
        "A value that is legal: a number within its bounds, whole where it has to be, or one of its choices; else an "
        "error.",
    )


def _legal() -> LambdaName:
    return LambdaName(
        "FT_LEGAL",
        ("values_", "low_", "high_", "kind_"),
        '1+0*MAP(IF(values_="","",values_),LAMBDA(value_,FT_CHECKED(value_,low_,high_,kind_)))',
        "1 for each value that is legal, else its error.",
    )


def legal(values: str, quantity: Quantity) -> str:
    """1 where an argument is a legal number, else its error; cell by cell."""
    return f"FT_LEGAL({values},{_rule(quantity)})"


def checked(value: str, quantity: Quantity) -> str:
    """An argument where it is a legal number, else its error; of one cell."""
    return f"FT_CHECKED({value},{_rule(quantity)})"


def _rule(quantity: Quantity) -> str:
    """The lowest and highest legal number, and the kind, as texts."""
    low, high = quantity.clamp(-_LARGEST), quantity.clamp(_LARGEST)
    return f"{_text(low)},{_text(high)},{WHOLE if quantity.whole else NUMBER}"


def _number() -> LambdaName:
    """FT_INPUTNUMBER: where an input stands."""
    means = "+".join(f"(INDEX(words_,0,{n})=word_)" for n in range(1, MOST_WORDS + 1))
    return LambdaName(
        "FT_INPUTNUMBER",
        ("label_",),
        f"LET(words_,FT_INPUTWORDS(),word_,FT_LABEL(label_),place_,SUM((({means})>0)*SEQUENCE(ROWS(words_))),"
        "IF(place_=0,#N/A,place_))",
        "The place of an input among those of FT_INPUTS, by its name, short name or label.",
    )


_SWITCH_SHARES = ("switch_cached_share", "switch_cached_write_share")


def _together() -> LambdaName:
    """FT_TOGETHER: the rules that several inputs keep together.

    They are those of `roi_engine.scenario_rules`, in the words of a formula; the rows of tests/cases hold them equal.
    """
    used: dict[str, None] = {}

    def of(name: str) -> str:
        used[name] = None
        return named(name)

    def given(name: str) -> str:
        return f"ISNUMBER({of(name)})"

    def any_of(*conditions: str) -> str:
        return f"OR({','.join(conditions)})"

    def all_of(*conditions: str) -> str:
        return f"AND({','.join(conditions)})"

    def share(name: str) -> ArrayFormula:
        return quantity(f"N({of(name)})")

    hosted = f'{of("serving")}="self_hosted"'
    mixes = {side: any_of(*(given(f"{side}_{field}") for field in MIX_FIELDS)) for side in ("baseline", "finetuned")}
    whole = {side: all_of(*(given(f"{side}_{field}") for field in MIX_NEEDS)) for side in mixes}
    priced = {side: given(f"{side}_cost_per_1k_tokens") for side in mixes}
    by_call, amount = given("review_cost_per_call"), "monthly_review_cost"
    other = [given(f"switch_{price}") for price in ("input_price_per_m", "output_price_per_m")]
    tokens = [any_of(given(f"switch_{each}"), given(f"baseline_{each}")) for each in ("input_tokens", "output_tokens")]
    lone = f"{of('tokens_per_call')}={ONE_TOKEN}"
    served = f"{of('serving_tokens_per_call')}={ONE_TOKEN}"
    shares_of_another = [
        quantity(f"IF({given(each)},{of(each)},N({of(each.replace('switch_', 'baseline_'))}))")
        for each in _SWITCH_SHARES
    ]
    by_token = any_of(
        "NOT(baseline_mix_)",
        all_of(f"NOT({hosted})", "NOT(finetuned_mix_)"),
        all_of(hosted, "NOT(finetuned_mix_)", any_of(f"NOT({given('serving_tokens_per_call')})", served)),
    )
    wrong = {
        any_of(
            all_of("baseline_mix_", f"NOT({whole['baseline']})"),
            all_of("NOT(baseline_mix_)", f"NOT({priced['baseline']})"),
            all_of("finetuned_mix_", f"NOT({whole['finetuned']})"),
            all_of("NOT(finetuned_mix_)", f"NOT({priced['finetuned']})", f"NOT({hosted})"),
            all_of(f"NOT({given(amount)})", f"NOT({by_call})"),
            all_of(by_call, f"N({of(amount)})>0"),
            all_of(any_of(*other), f"NOT({all_of(*other, *tokens)})"),
            all_of(any_of("baseline_mix_", "finetuned_mix_", other[0]), lone, by_token),
        ): "#VALUE!",
        all_of(hosted, any_of(*(f"{of(each)}<=0" for each in SELF_HOSTING_NEEDS))): "#NUM!",
        any_of(
            *(above_one(share(f"{side}_cached_share") + share(f"{side}_cached_write_share")).text for side in mixes),
            all_of(any_of(*map(given, _SWITCH_SHARES)), above_one(shares_of_another[0] + shares_of_another[1]).text),
        ): ("#NUM!"),
    }
    result = "1"
    for condition, error in reversed(wrong.items()):
        result = f"IF({condition},{error},{result})"
    pairs = [f"{named(name)},INDEX(inputs_,{position(name)})" for name in used]
    pairs += [f"{side}_mix_,{condition}" for side, condition in mixes.items()]
    return LambdaName(
        "FT_TOGETHER",
        ("inputs_",),
        f"LET({','.join(pairs)},{result})",
        "1 where the inputs of FT_INPUTS go together, else an error: a price is missing, a token mix is half given, or "
        "one thing is given twice.",
    )


def _inputs() -> LambdaName:
    """FT_INPUTS: a column with every input of the model.

    Each label of the block is looked up among the words that mean an input, and each input then among the labels:
    comparing every label with every word takes twice as long. An error in the block comes before all others, but for
    one in a column that holds no figures.
    """
    rules = ",".join(f"INDEX(rules_,0,{n})" for n in range(1, 5))
    one = (
        "LET(own_,IF(at_=0,default_,INDEX(values_,at_)),"
        'used_,IF((place_=first_)*(new_<>""),new_,IF((place_=second_)*(new_2_<>""),new_2_,own_)),'
        'IF(used_="",IF(default_="","",#VALUE!),FT_CHECKED(used_,low_,high_,kind_)))'
    )
    known = "0"
    for n in range(MOST_WORDS, 0, -1):
        known = f"IFNA(XMATCH(label_,word_{n}_),{known})"
    is_given = 'IF(ISERROR(value_here_),TRUE,TRIM(value_here_)<>"")*(row_>IF(value_at_>0,1,0))'
    place = f"IF({is_given},{known},{EMPTY_ROW})"
    pairs = {
        **BLOCK_PARTS,
        **{f"word_{n}_": f"INDEX(words_,0,{n})" for n in range(1, MOST_WORDS + 1)},
        "rules_": "FT_INPUTRULES()",
        "values_": "INDEX(block_,0,IF(value_at_>0,value_at_,2))",
        "places_": f"MAP(labels_,values_,rows_,LAMBDA(label_,value_here_,row_,{place}))",
        "at_rows_": "MAP(SEQUENCE(ROWS(words_)),LAMBDA(place_,IFNA(XMATCH(place_,places_),0)))",
        "first_": "IF(ISOMITTED(input_),0,FT_INPUTNUMBER(input_))",
        "new_": 'IF(ISOMITTED(value_),"",value_)',
        "second_": "IF(ISOMITTED(input_2_),0,FT_INPUTNUMBER(input_2_))",
        "new_2_": 'IF(ISOMITTED(value_2_),"",value_2_)',
        "inputs_": f"MAP({rules},SEQUENCE(ROWS(words_)),at_rows_,LAMBDA(default_,low_,high_,kind_,place_,at_,{one}))",
        "unknown_": "SUM((places_=0)*1)",
        "twice_": "IF(SUM((places_>0)*1)>SUM((at_rows_>0)*1),#VALUE!,0)",
        "figures_": f"IF({'+'.join(f'(titles_={formula_of(each).text})' for each in NO_FIGURES)},0,block_)",
        "total_": "0*SUM(figures_)+SUM(inputs_)+FT_TOGETHER(inputs_)+twice_",
    }
    return LambdaName(
        "FT_INPUTS",
        ("block_", "[input_]", "[value_]", "[input_2_]", "[value_2_]"),
        let(pairs, "IF(ISERROR(total_),total_,IF(unknown_>0,#N/A,inputs_))"),
        "Every input of a scenario in the order of FT_INPUTWORDS: read by their labels, the others at their defaults, "
        "one or two of them replaced.",
    )


def _text(number: float) -> str:
    return formula_of(number).text


def reading_names() -> list[LambdaName]:
    """The names that read a scenario."""
    return [_input_words(), _input_rules(), _label(), _number(), _checked(), _legal(), _together(), _inputs()]
