-- grain: the tables of the star, from the published Parquet files
-- reads: Parquet files in {folder}
-- writes: star.*
INSERT INTO star.dim_date BY NAME
SELECT CAST(strftime(d, '%Y%m%d') AS INTEGER) AS date_key, CAST(d AS DATE) AS day, CAST(date_trunc('week', d) AS DATE) AS week, CAST(date_trunc('month', d) AS DATE) AS month,
  CAST(date_trunc('quarter', d) AS DATE) AS quarter, year(d) AS year, isoyear(d) AS iso_year, week(d) AS iso_week, isodow(d) AS weekday, dayname(d) AS weekday_name,
  day(d) AS day_of_month, dayofyear(d) AS day_of_year, month(d) AS month_of_year, quarter(d) AS quarter_of_year, year(d + INTERVAL 6 MONTH) AS fiscal_year,
  quarter(d + INTERVAL 6 MONTH) AS fiscal_quarter, month(d + INTERVAL 6 MONTH) AS fiscal_month, 1 AS run_id
FROM (SELECT unnest(generate_series(TIMESTAMP '2010-01-01', TIMESTAMP '2014-12-31', INTERVAL 1 DAY)) AS d);
INSERT INTO star.dim_buyer BY NAME
SELECT CustomerKey AS buyer_key, CustomerAlternateKey AS buyer_id, Gender AS gender, MaritalStatus AS marital_status, EnglishEducation AS education,
  EnglishOccupation AS occupation, YearlyIncome AS income, Country AS country, City AS city, 1 AS run_id FROM '{folder}/DimCustomer.parquet';
INSERT INTO star.dim_item BY NAME
SELECT dense_rank() OVER (ORDER BY ProductAlternateKey) AS item_key, ProductKey AS item_version_key, ProductAlternateKey AS item_id, EnglishProductName AS name, Color AS color,
  Subcategory AS subcategory, Category AS category, ListPrice AS list_price, StartDate AS valid_from, coalesce(EndDate, TIMESTAMP '9999-12-31') AS valid_to,
  ProductKey = max(ProductKey) OVER (PARTITION BY ProductAlternateKey) AS is_current, 1 AS run_id FROM '{folder}/DimProduct.parquet';
INSERT INTO star.dim_territory BY NAME
SELECT SalesTerritoryKey AS territory_key, CAST(SalesTerritoryKey AS VARCHAR) AS territory_id, SalesTerritoryRegion AS region, SalesTerritoryCountry AS country,
  SalesTerritoryGroup AS group_name, 1 AS run_id FROM '{folder}/DimSalesTerritory.parquet';
INSERT INTO star.dim_reason BY NAME
SELECT SalesReasonKey AS reason_key, CAST(SalesReasonKey AS VARCHAR) AS reason_id, SalesReasonName AS name, SalesReasonReasonType AS kind, 1 AS run_id FROM '{folder}/DimSalesReason.parquet';
INSERT INTO star.dim_reseller BY NAME
SELECT ResellerKey AS reseller_key, CAST(ResellerKey AS VARCHAR) AS reseller_id, ResellerName AS name, BusinessType AS business, 1 AS run_id FROM '{folder}/DimReseller.parquet';
CREATE VIEW internet AS SELECT *, SalesOrderNumber || '-' || SalesOrderLineNumber AS line_id, strptime(CAST(OrderDateKey AS VARCHAR), '%Y%m%d') AS day FROM '{folder}/FactInternetSales.parquet';
CREATE VIEW reseller AS SELECT *, SalesOrderNumber || '-' || SalesOrderLineNumber AS line_id, strptime(CAST(OrderDateKey AS VARCHAR), '%Y%m%d') AS day FROM '{folder}/FactResellerSales.parquet';
CREATE VIEW reason AS SELECT SalesOrderNumber || '-' || SalesOrderLineNumber AS line_id, SalesReasonKey FROM '{folder}/FactInternetSalesReason.parquet';
INSERT INTO star.fact_internet BY NAME
SELECT OrderDateKey AS date_key, DueDateKey AS due_key, ShipDateKey AS shipped_key, CustomerKey AS buyer_key, i.item_key, ProductKey AS item_version_key,
  SalesTerritoryKey AS territory_key, line_id, SalesOrderNumber AS order_id, CAST(day AS DATE) AS ordered_on, OrderQuantity AS quantity, UnitPrice AS unit_price,
  TotalProductCost AS cost, SalesAmount AS amount, 1 AS run_id FROM internet JOIN star.dim_item i ON i.item_version_key = ProductKey ORDER BY OrderDateKey, line_id;
INSERT INTO star.fact_reseller BY NAME
SELECT OrderDateKey AS date_key, DueDateKey AS due_key, ShipDateKey AS shipped_key, ResellerKey AS reseller_key, i.item_key, ProductKey AS item_version_key,
  SalesTerritoryKey AS territory_key, line_id, SalesOrderNumber AS order_id, CAST(day AS DATE) AS ordered_on, OrderQuantity AS quantity, UnitPrice AS unit_price,
  TotalProductCost AS cost, SalesAmount AS amount, 1 AS run_id FROM reseller JOIN star.dim_item i ON i.item_version_key = ProductKey ORDER BY OrderDateKey, line_id;
INSERT INTO star.bridge_line_reason BY NAME
SELECT i.OrderDateKey AS date_key, r.SalesReasonKey AS reason_key, CAST(r.SalesReasonKey AS VARCHAR) AS reason_id, r.line_id, CAST(i.day AS DATE) AS ordered_on,
  CAST(CASE WHEN row_number() OVER w = n THEN 1 - (n - 1) * part ELSE part END AS DECIMAL(9,6)) AS weight, 1 AS run_id
FROM (SELECT *, count(*) OVER (PARTITION BY line_id) AS n, CAST(1.0 / count(*) OVER (PARTITION BY line_id) AS DECIMAL(9,6)) AS part FROM reason) r
JOIN internet i USING (line_id) WINDOW w AS (PARTITION BY r.line_id ORDER BY r.SalesReasonKey);
CREATE VIEW product AS SELECT *, max_by(EnglishProductName, ProductKey) OVER p AS now_name, max_by(ListPrice, ProductKey) OVER p AS now_price
  FROM '{folder}/DimProduct.parquet' WINDOW p AS (PARTITION BY ProductAlternateKey);
CREATE VIEW buyer AS SELECT * FROM '{folder}/DimCustomer.parquet';
CREATE VIEW territory AS SELECT * FROM '{folder}/DimSalesTerritory.parquet';
CREATE VIEW reason_name AS SELECT * FROM '{folder}/DimSalesReason.parquet';
CREATE TABLE net AS SELECT i.* EXCLUDE (day), CAST(i.day AS DATE) AS day, CAST(strptime(CAST(ShipDateKey AS VARCHAR), '%Y%m%d') AS DATE) AS shipped, t.SalesTerritoryCountry AS country,
  t.SalesTerritoryGroup AS grp, p.Category AS category, p.Subcategory AS subcategory, p.Color AS color, p.ListPrice AS list_price, p.now_price, c.Gender AS gender, c.City AS city,
  c.Country AS home FROM internet i JOIN territory t USING (SalesTerritoryKey) JOIN product p USING (ProductKey) JOIN buyer c USING (CustomerKey);
CREATE TABLE res AS SELECT r.* EXCLUDE (day), CAST(r.day AS DATE) AS day, t.SalesTerritoryCountry AS country, t.SalesTerritoryGroup AS grp, p.Category AS category,
  p.Subcategory AS subcategory, b.BusinessType AS business FROM reseller r JOIN territory t USING (SalesTerritoryKey) JOIN product p USING (ProductKey)
  JOIN '{folder}/DimReseller.parquet' b USING (ResellerKey);
