/* Keys: data-shortcut="/" focuses its element. Menus close on Escape and on a click elsewhere. */
(() => {
  const isTyping = (element) => element.closest("input, textarea, select, [contenteditable]");

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") return closeMenus(null);
    if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
    for (const element of document.querySelectorAll("[data-shortcut]")) {
      if (element.dataset.shortcut !== event.key) continue;
      event.preventDefault();
      element.focus();
      return;
    }
  });

  function closeMenus(inside) {
    for (const menu of document.querySelectorAll("details.menu[open], details.phone-more[open]")) {
      if (inside && menu.contains(inside)) continue;
      const hadFocus = menu.contains(document.activeElement);
      menu.open = false;
      if (!inside && hadFocus) menu.querySelector("summary").focus();
    }
  }

  document.addEventListener("click", (event) => closeMenus(event.target));

  /* A select or tick box marked data-submit sends its form at once; without JavaScript its button does. */
  document.addEventListener("change", (event) => {
    const form = event.target.closest("[data-submit]") && event.target.form;
    if (form) form.requestSubmit();
  });
})();
