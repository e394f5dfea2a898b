"""The public page of a processor, for everybody, in English, Danish and Swedish."""
