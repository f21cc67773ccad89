// Runs before anything is drawn: what the reader chose, and that scripts are on.
(function () {
  'use strict';
  const root = document.documentElement;
  root.classList.add('js');
  try {
    const chosen = localStorage.getItem('crm-theme');
    if (chosen === 'dark' || chosen === 'light') root.dataset.theme = chosen;
  } catch { /* The system's own choice holds. */ }
})();
