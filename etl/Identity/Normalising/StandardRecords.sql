-- grain: one record in normal form; all macros but identity_text and identity_fold take what these two made of a value
-- reads: {relation}, identity_record
-- writes: identity_record

-- part: macros
CREATE OR REPLACE TEMP MACRO identity_text(x) AS
  CASE WHEN trim(x) IN ('', '-', '--', '?', '.', '\N', 'null', 'NULL', 'Null', 'nan', 'NaN', 'None', 'none', 'N/A', 'n/a', '#N/A', 'unknown', 'Unknown', 'UNKNOWN', 'missing')
       THEN NULL ELSE trim(x) END;
CREATE OR REPLACE TEMP MACRO identity_fold(x) AS
  replace(replace(replace(
    lower(strip_accents(translate(x,
      '０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ＠．－＋＿　øØłŁđĐıð',
      '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz@.-+_ oOlLdDid'))), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe');
CREATE OR REPLACE TEMP MACRO identity_words(x) AS
  nullif(trim(regexp_replace(regexp_replace(x, '[''’‘`´]', '', 'g'), '[^\p{L}\p{N}]+', ' ', 'g')), '');
CREATE OR REPLACE TEMP MACRO identity_has_signs(x) AS regexp_matches(x, '[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]');
CREATE OR REPLACE TEMP MACRO identity_name(x) AS
  CASE WHEN identity_has_signs(x) THEN replace(identity_words(x), ' ', '')
       ELSE trim(regexp_replace(' ' || identity_words(x) || ' ', ' (mr|mrs|ms|miss|dr|prof|herr|frau|mme|sr|sra|jr|ii|iii|phd|md) ', ' ', 'g')) END;
CREATE OR REPLACE TEMP MACRO identity_comma_name(x) AS
  CASE WHEN x LIKE '%,%' AND NOT identity_has_signs(x) THEN split_part(x, ',', 2) || ' ' || split_part(x, ',', 1) ELSE x END;
CREATE OR REPLACE TEMP MACRO identity_sorted(x) AS
  CASE WHEN identity_has_signs(x) THEN array_to_string(list_sort(string_split(x, '')), '')
       WHEN contains(x, ' ') THEN array_to_string(list_sort(string_split(x, ' ')), ' ') ELSE x END;
CREATE OR REPLACE TEMP MACRO identity_formal(x) AS
  CASE WHEN contains(x, ' ') THEN array_to_string(list_sort(list_transform(string_split(x, ' '), w -> coalesce({nicknames}[w], w))), ' ')
       ELSE coalesce({nicknames}[x], x) END;
CREATE OR REPLACE TEMP MACRO identity_signs(x) AS
  CASE WHEN length(x) = strlen(x) THEN x
       ELSE array_to_string(list_transform(string_split(x, ''), c -> CASE WHEN ord(c) < 128 THEN c ELSE chr(33 + ord(c) % 90) END), '') END;
CREATE OR REPLACE TEMP MACRO identity_address(x) AS
  CASE WHEN identity_has_signs(x) THEN replace(identity_words(x), ' ', '')
       ELSE array_to_string(list_transform(string_split(regexp_replace(identity_words(x), 'strasse\b', 'str', 'g'), ' '), w -> coalesce({abbreviations}[w], w)), ' ') END;
CREATE OR REPLACE TEMP MACRO identity_email(x) AS
  CASE WHEN contains(x, '@') THEN
    CASE WHEN regexp_matches(x, '@(gmail|googlemail)\.com$')
         THEN replace(regexp_extract(x, '^([^+@]*)', 1), '.', '') || '@gmail.com'
         ELSE regexp_replace(replace(x, ' ', ''), '\+[^@]*@', '@') END
  ELSE identity_words(x) END;
CREATE OR REPLACE TEMP MACRO identity_phone_digits(x) AS
  regexp_replace(regexp_replace(x, '(x|ext|extension|#|durchwahl)[ .:]*[0-9]+$', ''), '[^0-9+]', '', 'g');
CREATE OR REPLACE TEMP MACRO identity_phone(x, country) AS
  nullif(CASE WHEN starts_with(identity_phone_digits(x), '+') THEN regexp_replace(identity_phone_digits(x), '[^0-9]', '', 'g')
       WHEN starts_with(identity_phone_digits(x), '00') THEN substr(identity_phone_digits(x), 3)
       WHEN country = '' THEN regexp_replace(identity_phone_digits(x), '[^0-9]|^0', '', 'g')
       ELSE country || regexp_replace(identity_phone_digits(x), '[^0-9]|^0', '', 'g') END, '');
CREATE OR REPLACE TEMP MACRO identity_code(x) AS nullif(regexp_replace(x, '[^\p{L}\p{N}]', '', 'g'), '');
CREATE OR REPLACE TEMP MACRO identity_sounds(x) AS
  CASE WHEN x IS NULL OR x = '' THEN NULL
       ELSE CASE WHEN left(x, 1) IN ('a', 'e', 'i', 'o', 'u', 'y', 'h') THEN 'a' ELSE '' END
         || left(replace(replace(replace(replace(replace(replace(replace(
           translate(replace(x, 'ph', 'f'), 'bfpvcgjkqsxzdtlmnraeiouyhw -', '111122222222334556'),
           '22', '2'), '22', '2'), '33', '3'), '55', '5'), '44', '4'), '66', '6'), '11', '1'), 5) END;
CREATE OR REPLACE TEMP MACRO identity_ymd(y, m, d) AS
  CASE WHEN length(y) = 4 THEN y WHEN TRY_CAST(y AS INTEGER) > 30 THEN '19' || lpad(y, 2, '0') ELSE '20' || lpad(y, 2, '0') END || lpad(m, 2, '0') || lpad(d, 2, '0');
CREATE OR REPLACE TEMP MACRO identity_month(x) AS
  coalesce({months}[left(x, 4)], {months}[left(x, 3)]);
CREATE OR REPLACE TEMP MACRO identity_three(a, b, y, month_first) AS
  CASE WHEN TRY_CAST(a AS INTEGER) > 12 THEN identity_ymd(y, b, a) WHEN TRY_CAST(b AS INTEGER) > 12 OR month_first THEN identity_ymd(y, a, b) ELSE identity_ymd(y, b, a) END;
CREATE OR REPLACE TEMP MACRO identity_date(x, month_first) AS
  CASE WHEN regexp_full_match(x, '(1[6-9]|20)[0-9]{6}') THEN x
       WHEN regexp_full_match(x, '[0-9]{8}') THEN identity_three(left(x, 2), substr(x, 3, 2), right(x, 4), month_first)
       WHEN regexp_matches(x, '^[0-9]{4}[-/. 年]+[0-9]{1,2}[-/. 月]+[0-9]{1,2}')
       THEN identity_ymd(left(x, 4), regexp_extract(x, '^[0-9]{4}[-/. 年]+([0-9]{1,2})', 1), regexp_extract(x, '^[0-9]{4}[-/. 年]+[0-9]{1,2}[-/. 月]+([0-9]{1,2})', 1))
       WHEN regexp_matches(x, '^[0-9]{1,2}[-/. ]+[0-9]{1,2}[-/. ]+([0-9]{4}|[0-9]{2})\b')
       THEN identity_three(regexp_extract(x, '^([0-9]{1,2})', 1), regexp_extract(x, '^[0-9]{1,2}[-/. ]+([0-9]{1,2})', 1),
                           regexp_extract(x, '^[0-9]{1,2}[-/. ]+[0-9]{1,2}[-/. ]+([0-9]{4}|[0-9]{2})', 1), month_first)
       WHEN regexp_matches(x, '^[0-9]{1,2}(st|nd|rd|th)?[-. ]+[a-z]{3,}[-., ]+([0-9]{4}|[0-9]{2})\b')
       THEN identity_ymd(regexp_extract(x, '[a-z]{3,}[-., ]+([0-9]{4}|[0-9]{2})\b', 1), coalesce(identity_month(regexp_extract(x, '[-. ]([a-z]{3,})[-., ]', 1)), '00'), regexp_extract(x, '^([0-9]{1,2})', 1))
       WHEN regexp_matches(x, '^[a-z]{3,}[-. ]+[0-9]{1,2}(st|nd|rd|th)?[-., ]+([0-9]{4}|[0-9]{2})\b')
       THEN identity_ymd(regexp_extract(x, '[-., ]([0-9]{4}|[0-9]{2})\b[^0-9]*$', 1), coalesce(identity_month(x), '00'), regexp_extract(x, '^[a-z]{3,}[-. ]+([0-9]{1,2})', 1))
       ELSE nullif(regexp_replace(x, '[^0-9]', '', 'g'), '') END;

-- part: month_first
SELECT _source
FROM (
  SELECT _source,
    count(*) FILTER (TRY_CAST(regexp_extract(value, '^([0-9]{1,2})[-/. ]+[0-9]{1,2}[-/. ]+[0-9]{2}', 1) AS INTEGER) > 12) AS day_first,
    count(*) FILTER (TRY_CAST(regexp_extract(value, '^[0-9]{1,2}[-/. ]+([0-9]{1,2})[-/. ]+[0-9]{2}', 1) AS INTEGER) > 12) AS month_first
  FROM (SELECT _source, trim({column}) AS value FROM {relation} WHERE {column} LIKE '__/%' OR {column} LIKE '_/%' OR {column} LIKE '__-%' OR {column} LIKE '_-%' OR {column} LIKE '__.%' OR {column} LIKE '_.%')
  GROUP BY _source
)
WHERE month_first > day_first
ORDER BY _source

-- part: records
CREATE OR REPLACE TEMP TABLE identity_record AS
SELECT CAST(row_number() OVER (ORDER BY hash(0{values}), _source, _key) AS INTEGER) AS _r, *
FROM (
  SELECT _key, _source, _new{forms}
  FROM (SELECT _key, _source, _new{normal} FROM (SELECT _key, _source, _new{folded} FROM {relation}))
)

-- part: rare_words
CREATE OR REPLACE TEMP TABLE identity_record AS
WITH
word AS (SELECT _r, unnest(list_distinct(string_split(v{i}, ' '))) AS word FROM identity_record),
shared AS (SELECT word, count(*) AS records FROM word GROUP BY word HAVING count(*) > 1),
rarest AS (SELECT w._r, min_by(w.word, (s.records, w.word)) AS word FROM word w JOIN shared s USING (word) GROUP BY w._r)
SELECT r.*, w.word AS r{i}, list_distinct(string_split(r.v{i}, ' ')) AS u{i} FROM identity_record r LEFT JOIN rarest w USING (_r)

-- part: count
SELECT count(*) FROM identity_record
