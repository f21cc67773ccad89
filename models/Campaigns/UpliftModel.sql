-- grain: one outcome of one campaign
-- reads: star.fact_campaign_contact, star.fact_sales
-- writes: nothing (temporary tables only; the loader's merge writes star.score_campaign_uplift)

-- part: newest
SELECT CASE WHEN (SELECT count(*) FROM star.fact_campaign_contact) > 0 THEN greatest((SELECT max(ordered_at)::DATE FROM star.fact_sales), (SELECT max(sent_at)::DATE FROM star.fact_campaign_contact)) END

-- part: contacts
-- A customer counts once in a campaign, from the first contact on; one who is in both groups was contacted. Sums are decimal, so that threads change nothing.
CREATE OR REPLACE TEMP TABLE uplift_contact AS
WITH contact AS (
  SELECT campaign_key, customer_key, bool_and(coalesce(is_control, false)) AS is_control, min(sent_at) AS sent_at, coalesce(sum(cost), 0) AS cost, bool_or(responded_at IS NOT NULL) AS has_responded
  FROM star.fact_campaign_contact
  WHERE customer_key <> 0 AND campaign_key <> 0
  GROUP BY campaign_key, customer_key
  HAVING min(sent_at)::DATE + $window::INTEGER <= $newest::DATE
)
SELECT contact.campaign_key, contact.customer_key, any_value(contact.is_control) AS is_control, any_value(contact.cost) AS cost, any_value(has_responded) AS has_responded,
  count(sale.order_id) FILTER (NOT coalesce(sale.is_return, false)) > 0 AS has_ordered, coalesce(sum(sale.revenue), 0)::DECIMAL(18,4) AS revenue
FROM contact LEFT JOIN star.fact_sales AS sale
  ON sale.customer_key = contact.customer_key AND sale.ordered_at >= contact.sent_at AND sale.ordered_at < contact.sent_at + to_days($window::INTEGER)
GROUP BY contact.campaign_key, contact.customer_key

-- part: groups
SELECT campaign_key AS campaign, 'order' AS outcome, is_control, count(*) AS customers, count(*) FILTER (has_ordered) AS responders, sum(revenue)::DOUBLE AS total,
  sum(revenue::DECIMAL(14,2) * revenue::DECIMAL(14,2))::DOUBLE AS squares, sum(cost)::DOUBLE AS cost
FROM uplift_contact
GROUP BY ALL
UNION ALL
SELECT campaign_key, 'response', is_control, count(*), count(*) FILTER (has_responded), 0::DOUBLE, 0::DOUBLE, sum(cost)::DOUBLE FROM uplift_contact GROUP BY ALL
ORDER BY ALL

-- part: rows
CREATE OR REPLACE TEMP TABLE campaign_uplift_row AS
SELECT strftime($newest::DATE, '%Y%m%d')::INTEGER AS date_key, $newest::DATE AS snapshot_date,
  unnest(from_json($rows, '[{"campaign_key":"INTEGER","outcome":"VARCHAR","contacted":"BIGINT","control":"BIGINT","contacted_with_outcome":"BIGINT","control_with_outcome":"BIGINT","rate":"DOUBLE",
    "control_rate":"DOUBLE","uplift":"DOUBLE","uplift_low":"DOUBLE","uplift_high":"DOUBLE","p_value":"DOUBLE","added_outcomes":"DOUBLE","added_revenue":"DECIMAL(18,4)","added_revenue_low":"DECIMAL(18,4)",
    "added_revenue_high":"DECIMAL(18,4)","cost":"DECIMAL(18,4)","roi":"DOUBLE","cost_per_added_outcome":"DECIMAL(18,4)","verdict":"VARCHAR"}]'), recursive := true)

-- part: forget
DROP TABLE uplift_contact;
DROP TABLE campaign_uplift_row
