-- grain: one stratum of customers who are alike
-- reads: {table}
-- writes: none (temporary tables only)

-- part: customers
CREATE OR REPLACE TEMP TABLE matched_customer AS
SELECT {group} AS is_member, {outcome}::DOUBLE AS outcome, {strata} FROM {table} WHERE {outcome} IS NOT NULL

-- part: is_true
coalesce(lower(trim({column})) IN ('1', 'true', 'yes', 'y', 't', 'member'), false)

-- part: fifth
ntile(5) OVER (ORDER BY {number})::VARCHAR AS {name}

-- part: text
coalesce({column}, '') AS {name}

-- part: strata
SELECT count(*) FILTER (is_member) AS members, count(*) FILTER (NOT is_member) AS others, avg(outcome) FILTER (is_member) AS member_mean, avg(outcome) FILTER (NOT is_member) AS other_mean,
  var_samp(outcome) FILTER (is_member) AS member_variance, var_samp(outcome) FILTER (NOT is_member) AS other_variance
FROM matched_customer
GROUP BY {names}

-- part: numbers
SELECT count(*) FILTER (trim({column}) <> '' AND {number} IS NULL) = 0 AND count(DISTINCT {column}) > 10 FROM {table}
