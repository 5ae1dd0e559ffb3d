// Before the first paint: the colours and the language somebody chose, so that no page flashes in the others.
(function () {
  try {
    var theme = localStorage.getItem('seatdrop.theme');
    if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
    var locale = localStorage.getItem('seatdrop.locale');
    if (locale) document.documentElement.lang = locale;
  } catch {
    // Storage can be blocked; the system's choice it is then.
  }
})();
