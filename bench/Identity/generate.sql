-- grain: one record of a made-up person; one in five persons has a second record with errors
-- reads: nothing (no table: values follow from their numbers)
-- writes: nothing (no table: a CSV file)

COPY (
  WITH syllable AS (
    SELECT ['bar','ben','cor','dan','del','ed','fer','gar','hal','in','jo','kel','lan','mar','nor','ol','pat','quin','ros','sil','tam','ul','ver','win','yor','zan','al','bri','cla','dor'] AS s,
           ['son','ton','ley','man','ham','ford','well','wood','field','er','ing','ski','ez','ov','ini','berg'] AS e
  ), person AS (
    SELECT i AS person,
      -- The square of an even draw: some names are frequent, most are rare.
      s[1 + CAST(floor(30 * pow(hash(i, 1) % 10000 / 10000.0, 2)) AS INTEGER)] || ['a','o','ie','an','us','y','el','ine'][1 + CAST(hash(i, 2) % 8 AS INTEGER)] AS given_name,
      s[1 + CAST(floor(30 * pow(hash(i, 3) % 10000 / 10000.0, 2)) AS INTEGER)] || s[1 + CAST(hash(i, 4) % 30 AS INTEGER)] || e[1 + CAST(floor(16 * pow(hash(i, 5) % 10000 / 10000.0, 2)) AS INTEGER)] AS surname,
      DATE '1935-01-01' + CAST(hash(i, 6) % 27000 AS INTEGER) AS birth_date,
      CAST(1 + hash(i, 7) % 220 AS VARCHAR) || ' ' || s[1 + CAST(hash(i, 8) % 30 AS INTEGER)] || e[1 + CAST(hash(i, 9) % 16 AS INTEGER)] || ['street',' road',' avenue',' lane'][1 + CAST(hash(i, 10) % 4 AS INTEGER)] AS street,
      CAST(10000 + hash(i, 11) % 5000 AS VARCHAR) AS postal_code,
      '07' || CAST(100000000 + hash(i, 12) % 900000000 AS VARCHAR) AS phone,
      hash(i, 13) AS mail
    FROM range({persons}) t(i), syllable
  ), record AS (
    SELECT person, 0 AS copy, *, given_name || '.' || surname || CAST(mail % 1000 AS VARCHAR) || '@mail.example' AS email FROM person
    UNION ALL
    SELECT person, 1, *, given_name || '.' || surname || CAST(mail % 1000 AS VARCHAR) || '@mail.example' FROM person WHERE hash(person, 20) % 5 = 0
  )
  SELECT row_number() OVER (ORDER BY hash(person, copy)) AS id,
    CASE WHEN copy = 1 AND hash(person, 21) % 6 = 0 THEN left(given_name, 1) ELSE given_name END AS given_name,
    CASE WHEN copy = 1 AND hash(person, 22) % 4 = 0 THEN left(surname, 2) || substr(surname, 4) ELSE surname END AS surname,
    CASE WHEN copy = 1 AND hash(person, 23) % 8 = 0 THEN NULL WHEN copy = 1 AND hash(person, 24) % 8 = 0 THEN birth_date + 1 ELSE birth_date END AS birth_date,
    CASE WHEN copy = 1 AND hash(person, 25) % 3 = 0 THEN replace(street, 'street', 'str.') WHEN copy = 1 AND hash(person, 26) % 5 = 0 THEN NULL ELSE street END AS street,
    CASE WHEN copy = 1 AND hash(person, 27) % 9 = 0 THEN left(postal_code, 4) || '0' ELSE postal_code END AS postal_code,
    CASE WHEN copy = 1 AND hash(person, 28) % 3 = 0 THEN NULL ELSE phone END AS phone,
    CASE WHEN copy = 1 AND hash(person, 29) % 2 = 0 THEN NULL WHEN copy = 1 AND hash(person, 30) % 5 = 0 THEN replace(email, 'a', 'e') ELSE email END AS email,
    person
  FROM record
) TO '{file}' (HEADER, DELIMITER ',')
