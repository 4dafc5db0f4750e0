"""What is copied from the front-end packages refers to nothing that is not copied, too."""

from scripts.build_assets import plain


def test_a_source_map_is_not_referred_to() -> None:
    assert plain("a{}\n/*# sourceMappingURL=a.css.map */") == "a{}\n"
    assert plain("go();\n//# sourceMappingURL=a.js.map\n") == "go();\n"


def test_of_a_font_only_the_format_that_is_shipped_is_named() -> None:
    first = 'url("f.woff2?v1") format("woff2")'
    others = ',url("f.woff?") format("woff"),url("f.ttf?v1") format("truetype")'

    assert plain(f"@font-face{{src:{first}{others}}}") == f"@font-face{{src:{first}}}"
