-- grain: one pair of records; the level at which two values agree, 0 when one is missing, 1 when they differ, more for more agreement
-- reads: none
-- writes: none

-- Namesakes are told apart by the number behind their name in an e-mail address, so another digit there is another address.
-- Each line is one level, the strongest first; the comment is its name and the share of matches that is expected to agree so before any is seen.

-- part: name
WHEN l.v{i} = r.v{i} THEN 7 -- 0.75 equal
WHEN {crossed} THEN 6 -- 0.02 in each other's place
WHEN {formal} THEN 5 -- 0.03 the same name in a short form
WHEN jaro_winkler_similarity(l.w{i}, r.w{i}) >= 0.92 THEN 4 -- 0.10 jaro-winkler 0.92 or more
WHEN jaro_winkler_similarity(l.w{i}, r.w{i}) >= 0.85 OR (least(length(l.w{i}), length(r.w{i})) = 1 AND left(l.w{i}, 1) = left(r.w{i}, 1)) THEN 3 -- 0.03 jaro-winkler 0.85 or more, or an initial
WHEN jaro_winkler_similarity(l.w{i}, r.w{i}) >= 0.75 THEN 2 -- 0.02 jaro-winkler 0.75 or more
ELSE 1 -- 0.05 different

-- part: full_name
WHEN l.s{i} = r.s{i} THEN 6 -- 0.70 the same words
WHEN l.n{i} = r.n{i} OR replace(l.v{i}, ' ', '') = replace(r.v{i}, ' ', '') THEN 5 -- 0.04 the same words, one in a short form
WHEN jaro_winkler_similarity(l.w{i}, r.w{i}) >= 0.92 OR jaro_winkler_similarity(l.s{i}, r.s{i}) >= 0.92 THEN 4 -- 0.15 jaro-winkler 0.92 or more
WHEN jaro_winkler_similarity(l.w{i}, r.w{i}) >= 0.85 OR jaro_winkler_similarity(l.s{i}, r.s{i}) >= 0.88 THEN 3 -- 0.05 jaro-winkler 0.85 or more
WHEN jaro_winkler_similarity(l.w{i}, r.w{i}) >= 0.75 THEN 2 -- 0.03 jaro-winkler 0.75 or more
ELSE 1 -- 0.03 different

-- part: address
WHEN l.s{i} = r.s{i} THEN 5 -- 0.70 the same words
WHEN {crossed} THEN 4 -- 0.03 in each other's place
WHEN jaro_winkler_similarity(l.w{i}, r.w{i}) >= 0.92 OR jaro_winkler_similarity(l.s{i}, r.s{i}) >= 0.92 THEN 3 -- 0.15 jaro-winkler 0.92 or more
WHEN jaro_winkler_similarity(l.w{i}, r.w{i}) >= 0.80 THEN 2 -- 0.05 jaro-winkler 0.80 or more
ELSE 1 -- 0.07 different

-- part: text
WHEN l.s{i} = r.s{i} THEN 7 -- 0.55 the same words
WHEN {crossed} THEN 6 -- 0.03 in each other's place
WHEN least(length(l.u{i}), length(r.u{i})) >= 2 AND length(list_intersect(l.u{i}, r.u{i})) = least(length(l.u{i}), length(r.u{i})) THEN 5 -- 0.12 all words of one in the other
WHEN jaro_winkler_similarity(l.w{i}, r.w{i}) >= 0.92 OR jaro_winkler_similarity(l.s{i}, r.s{i}) >= 0.92 THEN 4 -- 0.12 jaro-winkler 0.92 or more
WHEN l.r{i} = r.r{i} AND 2 * length(list_intersect(l.u{i}, r.u{i})) >= least(length(l.u{i}), length(r.u{i})) THEN 3 -- 0.06 the rarest word and half of all
WHEN l.r{i} = r.r{i} OR jaro_winkler_similarity(l.w{i}, r.w{i}) >= 0.80 THEN 2 -- 0.05 the rarest word, or jaro-winkler 0.80 or more
ELSE 1 -- 0.07 different

-- part: place
WHEN l.v{i} = r.v{i} THEN 4 -- 0.80 equal
WHEN jaro_winkler_similarity(l.w{i}, r.w{i}) >= 0.92 THEN 3 -- 0.10 jaro-winkler 0.92 or more
WHEN jaro_winkler_similarity(l.w{i}, r.w{i}) >= 0.80 THEN 2 -- 0.03 jaro-winkler 0.80 or more
ELSE 1 -- 0.07 different

-- part: date
WHEN l.v{i} = r.v{i} THEN 5 -- 0.85 equal
WHEN left(l.v{i}, 4) = left(r.v{i}, 4) AND substr(l.v{i}, 5, 2) = right(r.v{i}, 2) AND right(l.v{i}, 2) = substr(r.v{i}, 5, 2) THEN 4 -- 0.02 day and month swapped
WHEN CASE WHEN jaro_similarity(l.v{i}, r.v{i}) >= 0.8 THEN damerau_levenshtein(l.v{i}, r.v{i}) <= 1 ELSE false END THEN 3 -- 0.08 one digit off
WHEN right(l.v{i}, 4) = right(r.v{i}, 4) OR left(l.v{i}, 6) = left(r.v{i}, 6) OR CASE WHEN jaro_similarity(l.v{i}, r.v{i}) >= 0.8 THEN damerau_levenshtein(l.v{i}, r.v{i}) <= 2 ELSE false END THEN 2 -- 0.02 two parts equal, or two digits off
ELSE 1 -- 0.03 different

-- part: email
WHEN l.v{i} = r.v{i} THEN 5 -- 0.75 equal
WHEN {crossed} THEN 4 -- 0.02 in each other's place
WHEN split_part(l.v{i}, '@', 1) = split_part(r.v{i}, '@', 1) AND length(split_part(l.v{i}, '@', 1)) > 4 THEN 3 -- 0.05 equal before the @
WHEN CASE WHEN jaro_winkler_similarity(l.w{i}, r.w{i}) >= 0.9 AND regexp_replace(l.w{i}, '[^0-9]', '', 'g') = regexp_replace(r.w{i}, '[^0-9]', '', 'g') THEN damerau_levenshtein(l.w{i}, r.w{i}) <= 1 ELSE false END THEN 2 -- 0.08 one letter off
ELSE 1 -- 0.10 different

-- part: phone
WHEN l.v{i} = r.v{i} OR (length(l.v{i}) >= 9 AND length(r.v{i}) >= 9 AND right(l.v{i}, 9) = right(r.v{i}, 9)) THEN 5 -- 0.75 equal
WHEN {crossed} THEN 4 -- 0.02 in each other's place
WHEN length(l.v{i}) >= 7 AND length(r.v{i}) >= 7 AND right(l.v{i}, 7) = right(r.v{i}, 7) THEN 3 -- 0.03 the last seven digits equal
WHEN CASE WHEN jaro_similarity(l.v{i}, r.v{i}) >= 0.8 THEN damerau_levenshtein(right(l.v{i}, 9), right(r.v{i}, 9)) <= 1 ELSE false END THEN 2 -- 0.08 one digit off
ELSE 1 -- 0.12 different

-- part: code
WHEN l.v{i} = r.v{i} THEN 4 -- 0.80 equal
WHEN CASE WHEN length(l.v{i}) < 3 OR length(r.v{i}) < 3 THEN false WHEN length(l.v{i}) > 5 AND jaro_similarity(l.w{i}, r.w{i}) < 0.75 THEN false ELSE damerau_levenshtein(l.w{i}, r.w{i}) <= 1 END THEN 3 -- 0.10 one sign off
WHEN CASE WHEN length(l.v{i}) < 6 OR length(r.v{i}) < 6 THEN false WHEN jaro_similarity(l.w{i}, r.w{i}) < 0.75 THEN false ELSE damerau_levenshtein(l.w{i}, r.w{i}) <= 2 END THEN 2 -- 0.02 two signs off
ELSE 1 -- 0.08 different

-- part: category
WHEN l.v{i} = r.v{i} THEN 2 -- 0.92 equal
ELSE 1 -- 0.08 different

-- part: number
WHEN l.v{i} = r.v{i} THEN 3 -- 0.80 equal
WHEN abs(TRY_CAST(l.v{i} AS DOUBLE) - TRY_CAST(r.v{i} AS DOUBLE)) <= 0.02 * greatest(abs(TRY_CAST(l.v{i} AS DOUBLE)), abs(TRY_CAST(r.v{i} AS DOUBLE))) THEN 2 -- 0.08 within two per cent
ELSE 1 -- 0.12 different

-- part: level
CASE WHEN l.v{i} IS NULL OR r.v{i} IS NULL THEN 0
{levels}
END
