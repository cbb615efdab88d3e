"""The modals: what each shows, and the pages that they are split into."""
