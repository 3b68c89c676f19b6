/* The command bar: Ctrl-K or Cmd-K, or a click on its link, opens /command in a dialog over this page. Its forms are sent
   from there and answered there; what leads to another page leads there. Without JavaScript the link is followed. */
(() => {
  const link = document.querySelector("a[data-command]");
  const dialog = document.createElement("dialog");
  if (!link || !dialog.showModal) return;
  let sending = false;
  let cameFrom = null;
  dialog.className = "dialog command-dialog";
  dialog.id = "command-dialog";
  dialog.setAttribute("aria-label", "Command bar");
  document.body.append(dialog);

  const address = () => {
    const url = new URL(link.href);
    url.searchParams.set("from", location.pathname);
    return url.href;
  };

  async function fetchPart(url, options = {}) {
    const response = await fetch(url, { ...options, headers: { Accept: "text/html", "X-Command": "1" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    return page.querySelector("[data-command-bar]");
  }

  function put(part) {
    const typed = dialog.querySelector("input[name=text]");
    const kept = typed && part.querySelector("[data-command-result]") ? "" : typed && typed.value;
    dialog.replaceChildren(part);
    const input = part.querySelector("input[name=text]");
    if (kept && !input.value) input.value = kept;
    const first = part.querySelector("[data-command-first]") || input;
    first.focus();
    const result = part.querySelector("[data-command-result]");
    if (result) result.scrollIntoView({ block: "nearest" });
    letLeave(part);
  }

  async function open() {
    if (dialog.open) return dialog.querySelector("input[name=text]")?.focus();
    cameFrom = document.activeElement;
    let part = null;
    try {
      part = await fetchPart(address());
    } catch {
      /* the page itself says so */
    }
    if (!part) return location.assign(link.href);
    for (const other of document.querySelectorAll("dialog[open]")) other.close();
    dialog.showModal();
    put(part);
  }

  function say(words) {
    const place = dialog.querySelector("[data-command-live]");
    if (place) place.textContent = words;
  }

  async function send(form, submitter) {
    if (sending) return;
    sending = true;
    form.setAttribute("aria-busy", "true");
    const data = new URLSearchParams(new FormData(form, submitter));
    try {
      const part = await fetchPart(form.action, { method: "POST", body: data });
      if (part) put(part);
      else say("That did not work. Nothing is lost; try again.");
    } catch {
      say("The desk could not be reached. What you typed is still here; try again.");
    } finally {
      sending = false;
      form.removeAttribute("aria-busy");
    }
  }

  /* A letter that leaves in some seconds is handed over by the bar, as by its card. */
  function letLeave(part) {
    const form = part.querySelector("form[data-leaves-in]");
    if (!form) return;
    setTimeout(() => {
      if (form.isConnected) send(form, form.querySelector("button[value=look]"));
    }, Number(form.dataset.leavesIn) * 1000 + 400);
  }

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.shiftKey || event.altKey) return;
    event.preventDefault();
    open();
  });

  document.addEventListener("click", (event) => {
    if (!event.target.closest("a[data-command]") || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    open();
  });

  dialog.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.getAttribute("method") === "dialog") return;
    event.preventDefault();
    event.stopPropagation();
    send(form, event.submitter);
  });

  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });

  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
    if (event.target.matches("textarea")) return;
    const stops = [...dialog.querySelectorAll("input[name=text], .command-result a, .command-result button, .command-list button")];
    const at = stops.indexOf(document.activeElement);
    const next = stops[at + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  });

  dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    if (cameFrom && cameFrom.isConnected) cameFrom.focus();
  });
})();
