-- grain: one record of a file
-- reads: identity_input
-- writes: identity_input

-- part: sources
SELECT DISTINCT _source FROM identity_input WHERE nullif(trim({column}), '') IS NOT NULL

-- part: coalesce
UPDATE identity_input SET {column} = {other} WHERE nullif(trim({column}), '') IS NULL

-- part: name_of_parts
nullif(concat_ws(' ', {parts}), '')
