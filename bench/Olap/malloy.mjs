// The ten typical questions as Malloy asks them, over the same file: milliseconds of each, the middle of the rounds, as a line of JSON.
// node malloy.mjs FOLDER WAREHOUSE ROUNDS, where FOLDER has @malloydata/malloy and @malloydata/db-duckdb installed.
import { createRequire } from 'node:module';
const [folder, warehouse, rounds] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
const { SingleConnectionRuntime } = require('@malloydata/malloy');
const { DuckDBConnection } = require('@malloydata/db-duckdb');

const model = `
source: shop is duckdb.table('star.fact_sales') extend {
  join_one: d is duckdb.table('star.dim_date') on date_key = d.date_key
  join_one: g is duckdb.table('star.dim_geography') on geography_key = g.geography_key
  join_one: p is duckdb.table('star.dim_product') on product_version_key = p.product_version_key
  join_one: c is duckdb.table('star.dim_customer') on customer_version_key = c.customer_version_key
  measure:
    total is revenue.sum()
    units is quantity.sum()
    lines is count()
    orders is count(order_id)
    customers is count(customer_key) { where: customer_key != 0 }
    order_value is revenue.sum() / count(order_id)
}`;
const questions = [
  'run: shop -> { aggregate: total, units, lines }',
  'run: shop -> { group_by: d.`month` aggregate: total order_by: `month` limit: 10000 }',
  'run: shop -> { group_by: g.country aggregate: total, lines order_by: total desc limit: 10000 }',
  'run: shop -> { group_by: d.`quarter`, g.country aggregate: total order_by: `quarter`, country limit: 10000 }',
  "run: shop -> { where: (g.country = 'France' or g.country = 'Spain') and d.`year` = 2024 group_by: channel aggregate: total, units order_by: total desc limit: 10000 }",
  'run: shop -> { group_by: d.`month` aggregate: orders order_by: `month` limit: 10000 }',
  'run: shop -> { group_by: g.country aggregate: customers order_by: customers desc limit: 10000 }',
  'run: shop -> { group_by: p.product_id aggregate: total order_by: total desc limit: 10 }',
  "run: shop -> { where: c.country = 'Norway' group_by: c.city aggregate: total order_by: total desc limit: 20 }",
  'run: shop -> { group_by: d.`quarter`, channel aggregate: order_value order_by: `quarter`, channel limit: 10000 }',
];

const runtime = new SingleConnectionRuntime({ connection: new DuckDBConnection({ name: 'duckdb', databasePath: warehouse, readOnly: true }) });
const shop = runtime.loadModel(model);
const times = questions.map(() => []);
for (let round = 0; round <= Number(rounds); round++)
  for (const [i, question] of questions.entries()) {
    const began = process.hrtime.bigint();
    await shop.loadQuery(question).run({ rowLimit: 10000 });
    if (round > 0) times[i].push(Number(process.hrtime.bigint() - began) / 1e6);
  }
console.log(JSON.stringify(times.map(t => t.sort((a, b) => a - b)[t.length >> 1])));
process.exit(0);
