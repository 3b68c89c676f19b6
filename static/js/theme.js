/* Changes light and dark in place; the form's own post does the same without JavaScript. */
(() => {
  const A_YEAR_S = 365 * 24 * 3600;
  const root = document.documentElement;
  const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : systemIsDark.matches);

  function choose(theme) {
    root.dataset.theme = theme;
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `theme=${theme}; path=/; max-age=${A_YEAR_S}; samesite=lax${secure}`;
  }

  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-theme-toggle]")) return;
    event.preventDefault();
    choose(isDark() ? "light" : "dark");
  });
})();
