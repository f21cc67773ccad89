// What the pages of the server do beside a report's own: menus, long lists, the search field by keyboard.
(function () {
  'use strict';
  const menus = [...document.querySelectorAll('details.menu')];
  const close = except => menus.forEach(menu => { if (menu !== except) menu.open = false; });
  document.addEventListener('click', event => close(event.target.closest('details.menu')));
  document.addEventListener('keydown', event => {
    if (event.key === 'Escape') {
      const open = menus.find(menu => menu.open);
      close(null);
      open?.querySelector('summary').focus();
    } else if (event.key === '/' && !event.target.closest('input, select, textarea')) {
      event.preventDefault();
      document.querySelector('.site-search input[type=search]')?.focus();
    }
  });
  for (const field of document.querySelectorAll('input.narrow')) {
    const labels = [...field.parentElement.querySelectorAll('label')];
    field.addEventListener('input', () => {
      const sought = field.value.trim().toLowerCase();
      labels.forEach(label => { label.hidden = !label.textContent.toLowerCase().includes(sought); });
    });
    field.addEventListener('keydown', event => { if (event.key === 'Enter') event.preventDefault(); });
  }
  for (const select of document.querySelectorAll('select[data-submit]')) {
    // Another subject has other members: what was chosen of the old one does not go along.
    select.addEventListener('change', () => { location.href = `${select.form.action}?cube=${encodeURIComponent(select.value)}`; });
  }
  for (const form of document.querySelectorAll('form[method=get]')) {
    // Fields that say nothing do not stand in the address.
    form.addEventListener('submit', () => {
      for (const field of form.querySelectorAll('select, input')) if (field.value === '' && !field.required && !['fv'].includes(field.name)) field.disabled = true;
      for (const filter of form.querySelectorAll('.filter')) {
        const fields = filter.querySelectorAll('select, input');
        if (fields[0].value === '') fields.forEach(field => { field.disabled = true; });
      }
    });
  }
  addEventListener('pageshow', () => { for (const field of document.querySelectorAll('form[method=get] :disabled')) field.disabled = false; });
})();
