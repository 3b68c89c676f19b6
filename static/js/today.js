/* Keys and focus of Today. Without JavaScript the same links, buttons and forms do it. */
(() => {
  const isTyping = (element) => element.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog");
  const items = () => [...document.querySelectorAll("#today > [data-item]")];
  const current = () => document.activeElement.closest("#today > li");

  function move(step) {
    const list = [...document.querySelectorAll("#today > li")];
    const from = list.indexOf(current());
    const next = from < 0 ? list[step > 0 ? 0 : list.length - 1] : list[from + step];
    if (!next) return false;
    next.focus();
    next.scrollIntoView({ block: "nearest" });
    return true;
  }

  function press(selector) {
    const item = current() || items()[0];
    const element = item && item.querySelector(selector);
    if (!element || element.disabled) return false;
    element.click();
    const field = element.localName === "summary" && element.parentElement.querySelector("input, textarea");
    if (field) field.focus();
    return true;
  }

  const help = () => {
    const summary = document.querySelector(".today-keys summary");
    if (summary) summary.click();
    return Boolean(summary);
  };
  const KEYS = {
    j: () => move(1),
    k: () => move(-1),
    a: () => press('[data-key="a"]'),
    e: () => press("[data-open]"),
    "?": help,
  };

  document.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const fold = event.key === "Escape" && event.target.closest(".today-fold[open], .today-keys[open]");
    if (fold) {
      fold.open = false;
      fold.querySelector("summary").focus();
      return;
    }
    if (isTyping(event.target)) return;
    if (event.key === "Enter") {
      // On the line itself; a button or a link in it does its own.
      if (event.target.matches("#today > [data-item]") && press("[data-open]")) event.preventDefault();
      return;
    }
    const act = KEYS[event.key];
    if (act && act()) event.preventDefault();
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submits]")) event.target.form.requestSubmit();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    const fresh = document.getElementById(event.detail.target.id);
    if (!fresh || !fresh.matches("#today > li")) return;
    if (!fresh.matches("[data-done]")) {
      (fresh.querySelector("[aria-invalid=true]") || fresh).focus();
      return;
    }
    const after = items();
    const next = after.find((item) => fresh.compareDocumentPosition(item) & Node.DOCUMENT_POSITION_FOLLOWING) || after.at(-1);
    (next || fresh).focus();
  });
})();
