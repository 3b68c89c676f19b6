/* Before the first paint of an admin page: the theme that the desk's cookie names. Without one the system decides. */
(() => {
  const chosen = document.cookie.match(/(?:^|; )theme=(light|dark)(?:;|$)/);
  if (chosen) document.documentElement.dataset.theme = chosen[1];
})();
