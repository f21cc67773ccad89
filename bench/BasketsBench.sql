-- grain: one item of one basket
-- reads: bought
-- writes: bought

-- part: fill
-- Ten items a basket, drawn by Zipf's law from ten thousand: the n-th is bought about 1 / n as often as the first.
CREATE TABLE bought AS
SELECT i // 10 AS basket, 'item ' || least(10000, floor(exp((hash(i * 2654435761 + 17) % 1000000007) / 1000000007 * ln(10001))))::INTEGER AS item
FROM range($baskets::BIGINT * 10) AS line(i)

-- part: pair
SELECT count(*) FROM (SELECT basket FROM bought WHERE item IN ($one, $other) GROUP BY basket HAVING count(DISTINCT item) = 2)
