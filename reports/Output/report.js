// Draws a report's charts, and the three things a reader can switch: measure, table, light or dark. Reads only what stands in the page.
(function () {
  'use strict';
  const root = document.documentElement;
  const data = JSON.parse(document.getElementById('report-data').textContent);
  const darkSystem = matchMedia('(prefers-color-scheme: dark)');
  const charts = [];
  root.classList.add('js');

  const compact = style => new Intl.NumberFormat(data.locale, { notation: 'compact', maximumFractionDigits: 1, ...style });
  const number = compact({});
  const currency = compact({ style: 'currency', currency: data.currency, currencyDisplay: 'narrowSymbol', minimumFractionDigits: 0 });
  const percent = new Intl.NumberFormat(data.locale, { style: 'percent', maximumFractionDigits: 1 });
  const html = text => echarts.format.encodeHTML(String(text ?? ''));
  const mark = p => typeof p.color === 'string' ? `<span class="dot" style="display:inline-block;width:10px;height:10px;border-radius:3px;margin-right:6px;background:${html(p.color)}"></span>` : '';

  // JSON holds no functions: the option names these, and they are put in its place.
  const formatters = {
    '@number': v => number.format(v),
    '@currency': v => currency.format(v),
    '@percent': v => percent.format(v),
    '@text': p => p.data.text,
    '@name': p => `${p.name}\n${p.data.text ?? ''}`,
    '@category': ps => [`<b>${html(ps[0].axisValueLabel)}</b>`, ...ps.map(p => `${mark(p)}${html(p.seriesName)}: <b>${html(p.data.text)}</b>`)].join('<br>'),
    '@item': p => [`<b>${html(p.name)}</b>`, p.seriesType === 'treemap' ? `${html(p.seriesName)}: <b>${html(p.data.text)}</b>` : '', ...html(p.data.detail).split(' · ')].filter(Boolean).join('<br>'),
  };
  const revive = option => JSON.parse(JSON.stringify(option), (key, value) => key === 'formatter' ? formatters[value] ?? value : value);

  const isDark = () => (root.dataset.theme ?? (darkSystem.matches ? 'dark' : 'light')) === 'dark';
  function theme(dark) {
    const ink = dark ? '#e9eef4' : '#16202c', soft = dark ? '#a3b0bf' : '#566374', line = dark ? '#303c49' : '#dde3ea', card = dark ? '#1a222c' : '#ffffff';
    const font = getComputedStyle(document.body).fontFamily;
    const axis = { axisLine: { lineStyle: { color: line } }, axisLabel: { color: soft, fontSize: 12 }, nameTextStyle: { color: soft }, splitLine: { lineStyle: { color: line } } };
    return {
      color: dark ? ['#5aa5e6', '#f0a04b', '#3fc29b', '#d58fc0'] : ['#1f6fb5', '#d9730d', '#00795c', '#a84f8d'],
      backgroundColor: 'transparent', textStyle: { fontFamily: font },
      categoryAxis: { ...axis, splitLine: { show: false } }, valueAxis: { ...axis, axisLine: { show: false } },
      legend: { textStyle: { color: ink, fontSize: 13 }, itemWidth: 16, itemHeight: 10 }, visualMap: { textStyle: { color: soft, fontSize: 11 } },
      tooltip: { backgroundColor: card, borderColor: line, textStyle: { color: ink, fontSize: 13 } },
      bar: { label: { color: ink, fontSize: 12 } }, heatmap: { itemStyle: { borderColor: card } },
      treemap: { itemStyle: { borderColor: card }, label: { fontSize: 13, lineHeight: 18 } },
    };
  }

  function draw(entry, dark) {
    entry.chart?.dispose();
    entry.chart = echarts.init(entry.box, theme(dark), { renderer: 'svg' });
    entry.chart.setOption(revive(entry.views[entry.view]));
    fitPaper(entry);
  }
  // With a view box, style alone can shrink the picture to the width of a sheet of paper.
  function fitPaper({ box, chart }) {
    box.querySelector('svg')?.setAttribute('viewBox', `0 0 ${chart.getWidth()} ${chart.getHeight()}`);
  }
  const drawAll = dark => charts.forEach(entry => { if (!entry.figure.classList.contains('shows-table')) draw(entry, dark); });

  for (const figure of document.querySelectorAll('[data-chart]')) {
    const entry = { figure, box: figure.querySelector('.chart'), views: data.charts[figure.dataset.chart], view: 0, chart: null };
    charts.push(entry);
    const views = figure.querySelectorAll('[data-view]');
    views.forEach(button => button.addEventListener('click', () => {
      entry.view = Number(button.dataset.view);
      views.forEach(b => b.setAttribute('aria-pressed', String(b === button)));
      draw(entry, isDark());
    }));
    const tableSwitch = figure.querySelector('.table-switch');
    tableSwitch.addEventListener('click', () => {
      const table = figure.classList.toggle('shows-table');
      tableSwitch.setAttribute('aria-pressed', String(table));
      if (!table) draw(entry, isDark());
    });
  }

  document.querySelector('.theme').addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    drawAll(isDark());
  });
  darkSystem.addEventListener('change', () => { if (!root.dataset.theme) drawAll(isDark()); });
  addEventListener('resize', () => charts.forEach(entry => {
    if (entry.chart && !matchMedia('print').matches) { entry.chart.resize(); fitPaper(entry); }
  }));
  addEventListener('beforeprint', () => { if (isDark()) drawAll(false); });
  addEventListener('afterprint', () => { if (isDark()) drawAll(true); });
  drawAll(isDark());
  root.dataset.height = Math.ceil(document.body.getBoundingClientRect().bottom);
})();
