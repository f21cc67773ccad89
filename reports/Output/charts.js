// What the options of a report's charts need beside their JSON: formatters in the reader's locale, and the colours of a light or dark page.
// The page draws with it, and so does Node when a chart is wanted as an SVG file (draw.js).
(function (global, make) {
  'use strict';
  if (typeof module === 'object' && module.exports) module.exports = make;
  else global.reportCharts = make;
})(typeof self === 'undefined' ? this : self, function (echarts, data) {
  'use strict';
  const compact = style => new Intl.NumberFormat(data.locale, { notation: 'compact', maximumFractionDigits: 1, ...style });
  const number = compact({});
  const currency = compact({ style: 'currency', currency: data.currency, currencyDisplay: 'narrowSymbol', minimumFractionDigits: 0 });
  const percent = new Intl.NumberFormat(data.locale, { style: 'percent', maximumFractionDigits: 1 });
  const html = text => echarts.format.encodeHTML(String(text ?? ''));
  const mark = p => typeof p.color === 'string' ? `<span class="dot" style="display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:6px;background:${html(p.color)}"></span>` : '';
  const named = new Set(['treemap', 'funnel', 'map']);

  // JSON holds no functions: the option names these, and they are put in its place.
  const formatters = {
    '@number': v => number.format(v),
    '@currency': v => currency.format(v),
    '@percent': v => percent.format(v),
    '@text': p => p.data.text,
    '@name': p => `${p.name}\n${p.data.text ?? ''}`,
    '@plain': p => p.data.plain,
    '@category': ps => [`<b>${html(ps[0].axisValueLabel)}</b>`, ...ps.filter(p => p.data.text).map(p => `${mark(p)}${html(p.seriesName)}: <b>${html(p.data.text)}</b>`)].join('<br>'),
    '@item': p => p.data ? [`<b>${html(p.data.plain ?? p.name)}</b>`, named.has(p.seriesType) ? `${html(p.seriesName)}: <b>${html(p.data.text)}</b>` : '', ...html(p.data.detail).split(' · ')].filter(Boolean).join('<br>') : html(p.name),
    '@flow': p => p.dataType === 'edge' ? `<b>${html(p.data.from)} → ${html(p.data.to)}</b><br>${html(p.data.text)}` : `<b>${html(p.data.plain)}</b><br>${html(p.data.text)}`,
  };
  const revive = option => JSON.parse(JSON.stringify(option), (key, value) => key === 'formatter' ? formatters[value] ?? value : value);

  function theme(dark, font) {
    const ink = dark ? '#e9eef4' : '#16202c', soft = dark ? '#a3b0bf' : '#566374', line = dark ? '#303c49' : '#dde3ea', card = dark ? '#1a222c' : '#ffffff';
    const axis = { axisLine: { lineStyle: { color: line } }, axisLabel: { color: soft, fontSize: 12 }, nameTextStyle: { color: soft }, splitLine: { lineStyle: { color: line } } };
    return {
      color: dark ? ['#5aa5e6', '#f0a04b', '#3fc29b', '#d58fc0', '#9aa0ec', '#d0ab52', '#74bcc9', '#e68a8a'] : ['#1f6fb5', '#d9730d', '#00795c', '#a84f8d', '#5b61b8', '#8a6a14', '#2f7d8c', '#b04848'],
      backgroundColor: 'transparent', textStyle: { fontFamily: font },
      categoryAxis: { ...axis, splitLine: { show: false } }, valueAxis: { ...axis, axisLine: { show: false } },
      legend: { textStyle: { color: ink, fontSize: 13 }, itemWidth: 16, itemHeight: 10 }, visualMap: { textStyle: { color: soft, fontSize: 11 } },
      tooltip: { backgroundColor: card, borderColor: line, textStyle: { color: ink, fontSize: 13 } },
      bar: { label: { color: ink, fontSize: 12 } }, heatmap: { itemStyle: { borderColor: card } },
      treemap: { itemStyle: { borderColor: card }, label: { fontSize: 13, lineHeight: 18 } },
      funnel: { label: { color: ink, fontSize: 13, lineHeight: 18 } }, sankey: { label: { color: ink, fontSize: 12 } },
      map: { itemStyle: { areaColor: dark ? '#2a3440' : '#eceff3', borderColor: card } },
    };
  }

  for (const [name, shapes] of Object.entries({ ...data.maps, ...(data.maps && globalThis.reportMaps) })) echarts.registerMap(name, shapes);
  return { revive, theme };
});
