"""Zhejiang's three levels: counties below their cities, and the office's own channel for the enterprises it lists."""

from collections import Counter

from tests.support.provinces import preset, waiting

ZHEJIANG = preset("zhejiang-2020")
UNITS = {unit.code: unit for unit in ZHEJIANG.units}
COUNTIES = {
    **{"杭州": 13, "宁波": 10, "温州": 12, "嘉兴": 7, "湖州": 5, "绍兴": 6},
    **{"金华": 9, "衢州": 6, "舟山": 4, "台州": 9, "丽水": 9},
}


def test_there_are_eleven_cities_ninety_counties_and_one_direct_channel() -> None:
    """S004-18, S004-19."""
    assert Counter(unit.unit_class for unit in ZHEJIANG.units) == {"city": 11, "county": 90, "direct": 1}
    assert len(UNITS) == len({unit.name for unit in ZHEJIANG.units}) == 102
    assert [item.key for item in ZHEJIANG.unit_classes] == ["county", "city", "direct"]
    assert "units" in waiting(ZHEJIANG), "the notice names none of them"


def test_every_county_lies_below_its_own_city() -> None:
    """S004-22: by the code of GB/T 2260."""
    counties = [unit for unit in ZHEJIANG.units if unit.unit_class == "county"]

    assert all(unit.upper == f"{unit.code[:4]}00" and UNITS[unit.upper].unit_class == "city" for unit in counties)
    assert Counter(UNITS[unit.upper or ""].short for unit in counties) == COUNTIES
    assert all(UNITS[unit.upper or ""].short in unit.name for unit in counties)
    assert [unit.upper for unit in ZHEJIANG.units if unit.unit_class != "county"] == [None] * 12


def test_kinds_of_counties_are_those_of_2020() -> None:
    """37 districts, 20 county-level cities and 33 counties, one of them autonomous."""
    kinds = Counter(
        "县" if unit.name.removesuffix("经信局")[-1] == "县" else unit.name.removesuffix("经信局")[-1]
        for unit in ZHEJIANG.units
        if unit.unit_class == "county"
    )

    assert kinds == {"区": 37, "市": 20, "县": 33}
    assert [unit.name for unit in ZHEJIANG.units if "自治县" in unit.name] == ["丽水市景宁畲族自治县经信局"]
    names = {unit.short for unit in ZHEJIANG.units}
    assert {"龙港", "下城", "江干"} < names, "the city founded in 2019, and districts merged in 2021"
    assert not {"临平", "钱塘", "南湖新区"} & names, "districts founded in 2021"


def test_the_direct_channel_takes_those_whom_the_office_has_listed() -> None:
    """S004-19, S004-21: nobody can claim to be a 省属企业."""
    direct = {item.key: (item.is_direct, item.is_listed) for item in ZHEJIANG.unit_classes}

    assert direct == {"county": (False, False), "city": (False, False), "direct": (True, True)}
    assert [unit.short for unit in ZHEJIANG.units if unit.unit_class == "direct"] == ["省直报"]
    assert "unit_classes.direct.is_listed" in waiting(ZHEJIANG)


def test_only_cities_owe_a_recommendation() -> None:
    """S004-18, S004-23."""
    recommend = ZHEJIANG.stage("recommend").recommend
    assert recommend is not None

    assert recommend.classes == ("city",)
