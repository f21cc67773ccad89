-- grain: one row per record set aside gets the number of the column its fault is in
-- reads:
-- writes: meta.quarantine
ALTER TABLE meta.quarantine ADD COLUMN column_number INTEGER;
