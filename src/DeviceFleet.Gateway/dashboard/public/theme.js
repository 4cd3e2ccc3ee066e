// Runs before the first paint, so that the chosen theme does not flash the other one. A file of its own: the page allows no inline script.
(function () {
  try {
    var theme = localStorage.getItem('devicefleet.theme');
    if (theme === 'light' || theme === 'dark') {
      document.documentElement.dataset.theme = theme;
    }
  } catch {
    /* no storage: the system's theme */
  }
})();
