-- grain: one touch of one customer, or one order
-- reads: star.fact_sales, star.fact_campaign_contact, star.fact_web_event, star.fact_interaction, star.dim_channel, star.dim_campaign
-- writes: nothing (temporary tables only; the loader's merge writes star.score_attribution)

-- part: orders
CREATE OR REPLACE TEMP TABLE attribution_order AS
SELECT customer_key, min(ordered_at) AS moment, coalesce(sum(revenue), 0)::DOUBLE AS value
FROM star.fact_sales
WHERE customer_key <> 0 AND NOT coalesce(is_return, false) AND ({filter})
GROUP BY customer_key, order_id

-- part: newest
-- Without any touch there is nothing to attribute.
SELECT CASE WHEN (SELECT count(*) FROM (
    SELECT 1 FROM star.fact_campaign_contact WHERE customer_key <> 0 UNION ALL SELECT 1 FROM star.fact_web_event WHERE customer_key <> 0 UNION ALL SELECT 1 FROM star.fact_interaction WHERE customer_key <> 0
    LIMIT 1)) > 0 THEN (SELECT max(moment)::DATE FROM attribution_order) END

-- part: touches
-- A visit is one touch, when it began. A contact of a control group was none.
WITH touch AS (
  SELECT customer_key, channel_key, campaign_key, sent_at AS moment FROM star.fact_campaign_contact WHERE customer_key <> 0 AND NOT coalesce(is_control, false)
  UNION ALL
  SELECT customer_key, min(channel_key), max(campaign_key), min(happened_at) FROM star.fact_web_event WHERE customer_key <> 0 GROUP BY customer_key, coalesce(session_id, event_id)
  UNION ALL
  SELECT customer_key, channel_key, 0, started_at FROM star.fact_interaction WHERE customer_key <> 0 AND coalesce(direction, 'in') = 'in'
),
named AS (
  SELECT touch.customer_key, epoch(touch.moment)::DOUBLE AS seconds, {touch} AS touch
  FROM touch LEFT JOIN star.dim_channel AS channel ON channel.channel_key = touch.channel_key AND channel.channel_key <> 0
  LEFT JOIN star.dim_campaign AS campaign ON campaign.campaign_key = touch.campaign_key AND campaign.campaign_key <> 0
)
SELECT customer_key::INTEGER AS customer_key, seconds, touch, NULL::DOUBLE AS value FROM named WHERE touch IS NOT NULL
UNION ALL
SELECT customer_key::INTEGER, epoch(moment)::DOUBLE, '', value FROM attribution_order
ORDER BY customer_key, seconds, value NULLS FIRST, touch

-- part: channel
channel.channel

-- part: campaign
coalesce(campaign.name, campaign.campaign_id)

-- part: rows
CREATE OR REPLACE TEMP TABLE attribution_row AS
SELECT strftime($newest::DATE, '%Y%m%d')::INTEGER AS date_key, $newest::DATE AS snapshot_date,
  unnest(from_json($rows, '[{"touch_by":"VARCHAR","touch":"VARCHAR","rule":"VARCHAR","touches":"BIGINT","conversions":"DOUBLE","value":"DECIMAL(18,4)","share":"DOUBLE","removal_effect":"DOUBLE"}]'),
    recursive := true)

-- part: forget
DROP TABLE attribution_order;
DROP TABLE attribution_row
