-- grain: one typical question, as somebody writes it who knows the star; its JSON stands beside it
-- reads: star.fact_sales, star.dim_date, star.dim_customer, star.dim_product, star.dim_geography
-- writes: nothing

-- part: {"measures": ["shop.revenue", "shop.quantity", "shop.lines"]}
SELECT sum(revenue), sum(quantity), count(*) FROM star.fact_sales

-- part: {"measures": ["shop.revenue"], "dimensions": ["date.month"]}
SELECT d.month, sum(f.revenue) FROM star.fact_sales f JOIN star.dim_date d ON d.date_key = f.date_key GROUP BY d.month ORDER BY d.month

-- part: {"measures": ["shop.revenue", "shop.lines"], "dimensions": ["geography.country"]}
SELECT g.country, sum(f.revenue) AS r, count(*) FROM star.fact_sales f JOIN star.dim_geography g ON g.geography_key = f.geography_key GROUP BY g.country ORDER BY r DESC

-- part: {"measures": ["shop.revenue"], "dimensions": ["date.quarter", "geography.country"]}
SELECT d.quarter, g.country, sum(f.revenue) FROM star.fact_sales f JOIN star.dim_date d ON d.date_key = f.date_key JOIN star.dim_geography g ON g.geography_key = f.geography_key GROUP BY d.quarter, g.country ORDER BY d.quarter, g.country

-- part: {"measures": ["shop.revenue", "shop.quantity"], "dimensions": ["shop.channel"], "filters": [{"member": "geography.country", "operator": "equals", "values": ["France", "Spain"]}, {"member": "date.year", "operator": "equals", "values": ["2024"]}]}
SELECT f.channel, sum(f.revenue) AS r, sum(f.quantity) FROM star.fact_sales f JOIN star.dim_date d ON d.date_key = f.date_key JOIN star.dim_geography g ON g.geography_key = f.geography_key WHERE g.country IN ('France', 'Spain') AND d.year = 2024 GROUP BY f.channel ORDER BY r DESC

-- part: {"measures": ["shop.orders"], "dimensions": ["date.month"]}
SELECT d.month, count(DISTINCT f.order_id) FROM star.fact_sales f JOIN star.dim_date d ON d.date_key = f.date_key GROUP BY d.month ORDER BY d.month

-- part: {"measures": ["shop.customers"], "dimensions": ["geography.country"]}
SELECT g.country, count(DISTINCT CASE WHEN f.customer_key <> 0 THEN f.customer_key END) AS n FROM star.fact_sales f JOIN star.dim_geography g ON g.geography_key = f.geography_key GROUP BY g.country ORDER BY n DESC

-- part: {"measures": ["shop.revenue"], "dimensions": ["product.code"], "limit": 10}
SELECT p.product_id, sum(f.revenue) AS r FROM star.fact_sales f JOIN star.dim_product p ON p.product_version_key = f.product_version_key GROUP BY p.product_id ORDER BY r DESC LIMIT 10

-- part: {"measures": ["shop.revenue"], "dimensions": ["customer.city"], "filters": [{"member": "customer.country", "operator": "equals", "values": ["Norway"]}], "limit": 20}
SELECT c.city, sum(f.revenue) AS r FROM star.fact_sales f JOIN star.dim_customer c ON c.customer_version_key = f.customer_version_key WHERE c.country = 'Norway' GROUP BY c.city ORDER BY r DESC LIMIT 20

-- part: {"measures": ["shop.order_value"], "dimensions": ["date.quarter", "shop.channel"]}
SELECT d.quarter, f.channel, sum(f.revenue) / count(DISTINCT f.order_id) FROM star.fact_sales f JOIN star.dim_date d ON d.date_key = f.date_key GROUP BY d.quarter, f.channel ORDER BY d.quarter, f.channel
