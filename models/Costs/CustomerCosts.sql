-- grain: one cost of one customer
-- reads: star.fact_support_case, star.fact_interaction, star.fact_campaign_contact, star.dim_campaign, star.dim_customer, star.fact_sales
-- writes: nothing (temporary tables only)

-- part: prepare
CREATE OR REPLACE TEMP VIEW service_cost AS
SELECT customer_key, opened_at::DATE AS day, cost FROM star.fact_support_case WHERE customer_key <> 0 AND cost IS NOT NULL
UNION ALL
SELECT customer_key, started_at::DATE, cost FROM star.fact_interaction WHERE customer_key <> 0 AND cost IS NOT NULL;
CREATE OR REPLACE TEMP VIEW marketing_cost AS
SELECT customer_key, sent_at::DATE AS day, cost FROM star.fact_campaign_contact WHERE customer_key <> 0 AND cost IS NOT NULL AND NOT coalesce(is_control, false);
CREATE OR REPLACE TEMP TABLE acquisition_cost AS
WITH named AS (
  SELECT campaign_key, budget, campaign_id AS name FROM star.dim_campaign WHERE campaign_key <> 0 AND budget IS NOT NULL AND campaign_id IS NOT NULL
  UNION
  SELECT campaign_key, budget, name FROM star.dim_campaign WHERE campaign_key <> 0 AND budget IS NOT NULL AND name IS NOT NULL
),
won AS (
  SELECT customer.customer_key, campaign.campaign_key, campaign.budget, coalesce(customer.acquired_at::DATE, first_sale.day) AS day
  FROM star.dim_customer AS customer JOIN named AS campaign ON campaign.name = customer.acquisition_campaign
  LEFT JOIN (SELECT customer_key, min(ordered_at)::DATE AS day FROM star.fact_sales GROUP BY customer_key) AS first_sale ON first_sale.customer_key = customer.customer_key
  WHERE customer.is_current AND customer.customer_key <> 0
  QUALIFY row_number() OVER (PARTITION BY customer.customer_key ORDER BY campaign.campaign_key) = 1
),
contacts AS (
  SELECT campaign_key, sum(cost) AS cost FROM star.fact_campaign_contact WHERE NOT coalesce(is_control, false) GROUP BY campaign_key
)
SELECT customer_key, day, (greatest(0, budget - coalesce(contacts.cost, 0)) / count(*) OVER (PARTITION BY campaign_key))::DECIMAL(18,4) AS cost
FROM won LEFT JOIN contacts USING (campaign_key)

-- part: forget
DROP TABLE acquisition_cost;
DROP VIEW service_cost;
DROP VIEW marketing_cost
