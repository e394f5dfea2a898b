"""Pictures that are drawn on the server, as SVG; its colours come from the style sheet."""
