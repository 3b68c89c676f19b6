/* Before the first paint of the API's page: Swagger UI's own dark look, as the desk's cookie or else the system says. */
(() => {
  const chosen = document.cookie.match(/(?:^|; )theme=(light|dark)(?:;|$)/);
  const system = matchMedia("(prefers-color-scheme: dark)");
  const paint = () => {
    document.documentElement.classList.toggle("dark-mode", chosen ? chosen[1] === "dark" : system.matches);
  };
  system.addEventListener("change", paint);
  paint();
})();
