// Draws a report's charts, and the three things a reader can switch: measure, table, light or dark. Reads only what stands in the page.
(function () {
  'use strict';
  const root = document.documentElement;
  const source = document.getElementById('report-data');
  const data = source ? JSON.parse(source.textContent) : { charts: {} };
  const darkSystem = matchMedia('(prefers-color-scheme: dark)');
  const charts = [];
  root.classList.add('js');

  const { revive, theme } = source ? reportCharts(echarts, data) : {};

  const isDark = () => (root.dataset.theme ?? (darkSystem.matches ? 'dark' : 'light')) === 'dark';
  function draw(entry, dark) {
    entry.chart?.dispose();
    entry.chart = echarts.init(entry.box, theme(dark, getComputedStyle(document.body).fontFamily), { renderer: 'svg' });
    entry.chart.setOption(revive(entry.views[entry.view]));
    entry.chart.on('click', mark => {
      if (mark.data?.row !== undefined) follow(entry.figure, mark.data.row, entry.views[entry.view].series[mark.seriesIndex].column);
    });
    fitPaper(entry);
  }
  // On a page of the server the rows of a table lead on: a mark leads where its row does, and a cell too, with its own measure and column. In a file nothing leads.
  function follow(section, row, column) {
    const table = section.querySelector('table.leads');
    const link = table?.tBodies[0].rows[row]?.querySelector('a.lead');
    if (!link) return;
    const address = new URL(link.href);
    const head = table.tHead.rows[0].cells[column];
    if (table.dataset.cell === 'at' && head?.dataset.measure) address.searchParams.set('pick', head.dataset.measure);
    for (const value of head?.dataset.at?.split('\n') ?? []) {
      if (!address.searchParams.getAll(table.dataset.cell).includes(value)) address.searchParams.append(table.dataset.cell, value);
    }
    location.href = address.href;
  }
  for (const table of document.querySelectorAll('table.leads')) {
    table.addEventListener('click', event => {
      const cell = event.target.closest('td');
      if (cell && !event.target.closest('a') && getSelection().isCollapsed) follow(table.parentElement, cell.parentElement.sectionRowIndex, cell.cellIndex);
    });
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

  // The cells of a table as rows of text. What a spreadsheet would run as a formula is made plain text.
  const guard = text => /^\s*[=+@\t\r]/.test(text) || /^\s*-(?![\d£$€¥.,])/.test(text) ? `'${text}` : text;
  const rowsOf = table => [...table.rows].map(row => [...row.cells].map(cell => guard(cell.textContent.trim())));
  for (const button of document.querySelectorAll('[data-take]')) {
    const section = button.closest('section');
    button.addEventListener('click', () => {
      const rows = rowsOf(section.querySelector('table'));
      if (button.dataset.take === 'copy') {
        const area = document.createElement('textarea');
        area.value = rows.map(r => r.map(c => c.replace(/[\t\n]/g, ' ')).join('\t')).join('\n');
        document.body.append(area);
        area.select();
        document.execCommand('copy');
        area.remove();
        const said = button.textContent;
        button.textContent = button.dataset.done;
        setTimeout(() => { button.textContent = said; }, 1200);
      } else {
        const text = '\ufeff' + rows.map(r => r.map(c => /[",\n]/.test(c) ? `"${c.replaceAll('"', '""')}"` : c).join(',')).join('\r\n');
        const link = document.createElement('a');
        link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }));
        link.download = `${section.id}.csv`;
        link.click();
        URL.revokeObjectURL(link.href);
      }
    });
  }

  document.querySelector('.theme').addEventListener('click', () => {
    root.dataset.theme = isDark() ? 'light' : 'dark';
    if (root.dataset.live) try { localStorage.setItem('crm-theme', root.dataset.theme); } catch { /* It is dark on this page alone. */ }
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
