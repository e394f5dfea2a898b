"""The public pages of processors' registers, in English, Danish and Swedish; no sign-in."""
