"""HTML pages: where their tags and texts are, what they hide, and which ranges of the source go."""
