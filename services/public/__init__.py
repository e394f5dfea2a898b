"""The public page of a processor: what anybody may read, in English, Danish and Swedish."""
