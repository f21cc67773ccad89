-- grain: one key of one record; records that share a key are compared
-- reads: none
-- writes: none

-- Each line is one key of a kind of column; the comment is its name and the share of values with an error that keep it.

-- part: name
v{i} -- 0.00 equal
p{i} -- 0.50 sounds alike
left(w{i}, 3) -- 0.65 first 3 letters
right(w{i}, 3) -- 0.60 last 3 letters

-- part: full_name
s{i} -- 0.00 same words
n{i} -- 0.10 same formal words
split_part(w{i}, ' ', 1) -- 0.50 first word
split_part(w{i}, ' ', -1) -- 0.50 last word
left(s{i}, 5) -- 0.60 first 5 letters in order of words
p{i} -- 0.30 sounds alike

-- part: address
s{i} -- 0.00 same words
left(w{i}, 6) -- 0.60 first 6 letters
left(s{i}, 6) -- 0.50 first 6 letters in order of words
right(w{i}, 5) -- 0.55 last 5 letters

-- part: text
s{i} -- 0.00 same words
left(w{i}, 6) -- 0.60 first 6 letters
left(s{i}, 6) -- 0.50 first 6 letters in order of words
right(w{i}, 5) -- 0.55 last 5 letters
r{i} -- 0.75 rarest word

-- part: place
v{i} -- 0.00 equal
left(w{i}, 4) -- 0.65 first 4 letters
p{i} -- 0.50 sounds alike

-- part: date
v{i} -- 0.00 equal
left(v{i}, 6) -- 0.40 year and month
right(v{i}, 4) -- 0.40 month and day
left(v{i}, 4) || greatest(substr(v{i}, 5, 2), right(v{i}, 2)) -- 0.30 year and the greater of month and day

-- part: email
v{i} -- 0.00 equal
split_part(v{i}, '@', 1) -- 0.40 before the @
left(w{i}, 5) -- 0.60 first 5 letters

-- part: phone
right(v{i}, 7) -- 0.00 last 7 digits
right(v{i}, 4) -- 0.50 last 4 digits
left(right(v{i}, 8), 4) -- 0.45 first 4 of the last 8 digits

-- part: code
v{i} -- 0.00 equal
left(w{i}, 3) -- 0.55 first 3 signs
right(w{i}, 3) -- 0.55 last 3 signs

-- part: category
v{i} -- 0.00 equal

-- part: number
v{i} -- 0.00 equal

-- part: either_order
concat(least({f}{i}, {f}{j}), ' ', greatest({f}{i}, {f}{j}))

-- part: filled
CASE WHEN {i} <> '' THEN {i} END
