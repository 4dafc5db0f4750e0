"""Pages, mail texts and the theme; `engine` renders what people may word themselves."""
