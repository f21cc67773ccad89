// Draws charts as SVG texts without a browser: reads {locale, currency, maps, charts: [{option, width, height}]} from standard input, answers a JSON list of texts.
// Text is measured by estimate there, so the same input gives the same bytes on every machine.
'use strict';
const [, , echartsFile, chartsFile] = process.argv;
const echarts = require(echartsFile);
let text = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', chunk => { text += chunk; });
process.stdin.on('end', () => {
  const data = JSON.parse(text);
  const { revive, theme } = require(chartsFile)(echarts, data);
  const drawn = data.charts.map(({ option, width, height }) => {
    const chart = echarts.init(null, theme(false, 'sans-serif'), { renderer: 'svg', ssr: true, width, height });
    chart.setOption(revive(option));
    const svg = chart.renderToSVGString();
    chart.dispose();
    return svg;
  });
  // ECharts keeps a timer alive, which would hold the process.
  process.stdout.write(JSON.stringify(drawn), () => process.exit(0));
});
