// Asks the server through the public client of Cube's REST API and prints what the client makes of the answer, as JSON.
import cube from '@cubejs-client/core';

const [apiUrl, what] = process.argv.slice(2);
const api = cube('', { apiUrl });
const asked = {
  pivot: async () => (await api.load({
    measures: ['sales.orders'],
    dimensions: ['geography.country'],
    timeDimensions: [{ dimension: 'date.day', granularity: 'month', dateRange: ['2011-01-01', '2011-12-31'] }],
    filters: [{ member: 'geography.country', operator: 'equals', values: ['France', 'Germany'] }],
  })).pivot({ x: ['date.day.month'], y: ['geography.country', 'measures'] }),
  compare: async () => {
    const result = await api.load({
      measures: ['sales.revenue'],
      timeDimensions: [{ dimension: 'date.day', granularity: 'month', compareDateRange: [['2011-01-01', '2011-03-31'], ['2011-04-01', '2011-06-30']] }],
    });
    const [first, second] = result.series().map(s => s.series.map(point => point.value));
    return { first, second };
  },
  meta: async () => (await api.meta()).resolveMember('sales.revenue', 'measures').title,
};
const answer = await (asked[what] ?? (() => { throw new Error(`'${what}' is not one of ${Object.keys(asked)}`); }))();
console.log(JSON.stringify(answer));
