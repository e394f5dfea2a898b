"""The e-mail's own engines: warnings, digests to vendors, reports in a mailbox."""
