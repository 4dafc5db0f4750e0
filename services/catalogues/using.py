"""A batch with another version of its catalogue: what is not in it any more is no longer offered."""

from dataclasses import replace

from domain.definition import Catalogue, Definition


def with_catalogue(definition: Definition, catalogue: Catalogue) -> Definition:
    """Return the definition with this catalogue; its categories lose the modes that the catalogue does not have.

    For a draft: a running batch keeps the version it was published with.
    """
    known = {mode.key for mode in catalogue.modes}
    categories = tuple(
        replace(category, modes=tuple(key for key in category.modes if key in known))
        for category in definition.categories
    )
    return replace(definition, catalogue=catalogue, catalogue_file=None, categories=categories)
