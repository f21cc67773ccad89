-- grain: one customer in one category or channel
-- reads: star.fact_sales, star.dim_product, star.dim_customer, rfm_grid
-- writes: nothing (temporary tables only; the loader's merge writes star.score_rfm_part)

-- part: table
CREATE OR REPLACE TEMP TABLE rfm_part_row (date_key INTEGER, customer_key INTEGER, customer_version_key INTEGER, snapshot_date DATE, part_by VARCHAR, part VARCHAR, days_since_last_order BIGINT,
  order_count BIGINT, total_spend DECIMAL(18,4), r BIGINT, f BIGINT, m BIGINT, weighted_score DOUBLE, segment VARCHAR, standing VARCHAR)

-- part: customers
CREATE OR REPLACE TEMP TABLE rfm_part_customer AS
SELECT {part} AS part, sale.customer_key, $newest::DATE - max(sale.ordered_at::DATE) FILTER (NOT coalesce(sale.is_return, false)) AS days_since_last_order,
  count(DISTINCT sale.order_id) FILTER (NOT coalesce(sale.is_return, false)) AS order_count, coalesce(sum(sale.revenue), 0)::DECIMAL(18,4) AS total_spend
FROM star.fact_sales AS sale LEFT JOIN star.dim_product AS product ON product.product_key = sale.product_key AND product.is_current AND product.product_key <> 0
WHERE sale.customer_key <> 0 AND sale.ordered_at < $newest::DATE + 1
GROUP BY ALL
HAVING count(DISTINCT sale.order_id) FILTER (NOT coalesce(sale.is_return, false)) > 0

-- part: category
coalesce(product.category, '(none)')

-- part: channel
coalesce(sale.channel, '(none)')

-- part: rows
-- Score = 1 + floor of five times the share of the part's customers who are strictly worse: rank() counts exactly those.
INSERT INTO rfm_part_row
WITH scored AS (
  SELECT *, 1 + 5 * (rank() OVER (PARTITION BY part ORDER BY days_since_last_order DESC) - 1) // count(*) OVER (PARTITION BY part) AS r,
    1 + 5 * (rank() OVER (PARTITION BY part ORDER BY order_count) - 1) // count(*) OVER (PARTITION BY part) AS f,
    1 + 5 * (rank() OVER (PARTITION BY part ORDER BY total_spend) - 1) // count(*) OVER (PARTITION BY part) AS m
  FROM rfm_part_customer
)
SELECT strftime($newest::DATE, '%Y%m%d')::INTEGER, scored.customer_key, coalesce(version.customer_version_key, 0), $newest::DATE, '{by}', part, days_since_last_order, order_count, total_spend,
  scored.r, scored.f, scored.m, (scored.r * $wr::INTEGER + scored.f * $wf::INTEGER + scored.m * $wm::INTEGER)::DOUBLE / ($wr::INTEGER + $wf::INTEGER + $wm::INTEGER), grid.segment, grid.standing
FROM scored JOIN rfm_grid AS grid ON grid.r = scored.r AND grid.f = scored.f AND grid.m = scored.m
LEFT JOIN star.dim_customer AS version ON version.customer_key = scored.customer_key AND version.is_current

-- part: forget_customers
DROP TABLE rfm_part_customer

-- part: forget
DROP TABLE rfm_part_row
