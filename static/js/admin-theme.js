/* Before the first paint of an admin page: the theme that the desk's cookie names (without one the system decides), and
   whether its side bar stands open, so that nothing moves when Django's own script opens it. */
(() => {
  const chosen = document.cookie.match(/(?:^|; )theme=(light|dark)(?:;|$)/);
  if (chosen) document.documentElement.dataset.theme = chosen[1];

  const isOpen = localStorage.getItem("django.admin.navSidebarIsOpen") !== "false";
  document.documentElement.classList.toggle("nav-opens", isOpen);
  addEventListener("load", () => document.documentElement.classList.remove("nav-opens"));
})();
