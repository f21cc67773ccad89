-- grain: one text that is to be a number
-- reads: {table}
-- writes: none

-- part: number
-- A plain number as it is. Else one number with what may stand around it (currency, blanks, a unit), in brackets or with a minus on either side for below zero. Of points and
-- commas the last one divides the whole from the fraction, when both are there, or when it stands once and not before three digits; all others only group. NaN and
-- infinity are no numbers.
coalesce(CASE WHEN isfinite(TRY_CAST({text} AS DOUBLE)) THEN TRY_CAST({text} AS DOUBLE) END, CASE WHEN regexp_full_match({text}, '[^0-9]{0,6}[0-9]([0-9.,'' ’\x{00A0}\x{202F}]*[0-9])?[.,]?[^0-9]{0,6}') THEN
  CASE WHEN regexp_matches({text}, '^[^0-9]*[-−(]|[-−)][^0-9]*$') THEN -1 ELSE 1 END
  * TRY_CAST(CASE
    WHEN regexp_matches({text}, '\..*,') THEN replace(regexp_replace({text}, '[^0-9,]', '', 'g'), ',', '.')
    WHEN regexp_matches({text}, ',.*\.') THEN regexp_replace({text}, '[^0-9.]', '', 'g')
    WHEN regexp_matches({text}, '^[^,]*[0-9],([0-9]{1,2}|[0-9]{4,})[^0-9,]*$') OR regexp_matches({text}, '^[^0-9]*0,[0-9]+[^0-9,]*$') THEN replace(regexp_replace({text}, '[^0-9,]', '', 'g'), ',', '.')
    WHEN regexp_matches({text}, '\..*\.') OR contains({text}, ',') THEN regexp_replace({text}, '[^0-9]', '', 'g')
    ELSE rtrim(regexp_replace({text}, '[^0-9.]', '', 'g'), '.') END AS DOUBLE) END)

-- part: found
SELECT count(nullif(trim({column}), '')) AS known, count({number}) AS numbers, min(left(trim({column}), 30)) FILTER (WHERE trim({column}) <> '' AND {number} IS NULL) AS odd FROM {table}
