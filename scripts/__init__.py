"""Tools of the house: what make runs to install, check and document; the product never imports them."""
