-- grain: one row per customer and product offered
-- reads: star.fact_sales, star.dim_customer, star.dim_product
-- writes: nothing (temporary tables only; the loader's merge writes star.score_offer)

-- part: newest
SELECT max(ordered_at)::DATE FROM star.fact_sales

-- part: bought
-- What was brought back altogether is not owned.
CREATE OR REPLACE TEMP TABLE offer_bought AS
SELECT customer_key, product_key, max(ordered_at) AS moment
FROM star.fact_sales
WHERE customer_key <> 0 AND product_key <> 0
GROUP BY customer_key, product_key
HAVING sum(quantity) > 0

-- part: made
CREATE OR REPLACE TEMP TABLE offer_list (customer_key INTEGER, rank INTEGER, product_key INTEGER, score DOUBLE, reason_key INTEGER, shared_customers BIGINT)

-- part: customer
customer_key::VARCHAR

-- part: product
product_key::VARCHAR

-- part: rows
CREATE OR REPLACE TEMP TABLE offer_row AS
SELECT strftime($newest::DATE, '%Y%m%d')::INTEGER AS date_key, offer.customer_key, coalesce(customer.customer_version_key, 0) AS customer_version_key, offer.product_key,
  coalesce(product.product_version_key, 0) AS product_version_key, $newest::DATE AS snapshot_date, offer.rank, offer.score, coalesce(reason.name, reason.product_id) AS because_of, offer.shared_customers
FROM offer_list AS offer
LEFT JOIN star.dim_customer AS customer ON customer.customer_key = offer.customer_key AND customer.is_current
LEFT JOIN star.dim_product AS product ON product.product_key = offer.product_key AND product.is_current
LEFT JOIN star.dim_product AS reason ON reason.product_key = offer.reason_key AND reason.is_current

-- part: count
SELECT count(*) FROM offer_row

-- part: forget
DROP TABLE offer_bought;
DROP TABLE offer_list;
DROP TABLE offer_row
