"""What a text names: ids, support keys, phone numbers and PONs."""
