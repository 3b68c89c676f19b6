/* What stays on its page does not reload it. A form that leads back to the page it is on, and a link to the same page
   with another filter, order or page number, are fetched, and the content is put in place: what was open stays open,
   the focus and the scrolling stay where they were. What leads elsewhere is followed as ever, and without JavaScript
   everything is. config.middleware.InPlace tells where a form leads. Markup with hx-… is left to htmx. */
(() => {
  const content = document.getElementById("content");
  if (!content || !content.closest(".desk-body")) return;
  const MARK = { Accept: "text/html", "X-In-Place": "1" };
  const WAITING_AFTER_MS = 250;
  const here = () => location.pathname + location.search;
  let shown = here();
  let visiting = null;

  /* A field may be called "action", which hides the form's own. */
  const leadsFrom = (form, submitter) =>
    new URL((submitter && submitter.getAttribute("formaction")) || form.getAttribute("action") || "", location.href);

  /* Fetching */
  async function ask(url, options = {}) {
    const waiting = setTimeout(() => document.documentElement.classList.add("is-waiting"), WAITING_AFTER_MS);
    try {
      const response = await fetch(url, { ...options, headers: MARK });
      const leadsTo = response.headers.get("X-Location");
      if (leadsTo) return { leadsTo: new URL(leadsTo, location.href) };
      const isPage = (response.headers.get("Content-Type") || "").startsWith("text/html");
      const page = isPage ? new DOMParser().parseFromString(await response.text(), "text/html") : null;
      return { page, isFramed: Boolean(page && page.querySelector(".desk-body #content")) };
    } finally {
      clearTimeout(waiting);
      document.documentElement.classList.remove("is-waiting");
    }
  }

  async function visit(url, { pushes = false, jumps = false } = {}) {
    if (visiting) visiting.abort();
    const mine = (visiting = new AbortController());
    let answer;
    try {
      answer = await ask(url, { signal: mine.signal });
    } catch {
      if (!mine.signal.aborted) location.assign(url);
      return;
    }
    if (answer.leadsTo || !answer.isFramed) return location.assign(answer.leadsTo || url);
    if (pushes) history.pushState({ inPlace: true }, "", url);
    shown = here();
    show(answer.page);
    if (jumps) scrollTo(0, 0);
  }

  async function post(form, submitter) {
    const dialog = form.closest("dialog");
    const url = leadsFrom(form, submitter).href;
    const data = new FormData(form, submitter);
    const isUpload = form.enctype === "multipart/form-data";
    let answer;
    try {
      answer = await ask(url, { method: "POST", body: isUpload ? data : new URLSearchParams(data) });
    } catch {
      return say("The desk could not be reached. What you typed is still here; try again.");
    }
    if (answer.leadsTo) {
      if (answer.leadsTo.origin + answer.leadsTo.pathname !== location.origin + location.pathname) {
        return location.assign(answer.leadsTo);
      }
      if (dialog) dialog.close();
      const moves = answer.leadsTo.search !== location.search;
      return visit(answer.leadsTo.href, { pushes: moves });
    }
    if (!answer.isFramed) return say(wordsOf(answer.page));
    if (dialog && window.desk.showInDialog(answer.page, url)) return;
    if (dialog) dialog.close();
    show(answer.page);
    const wrong = content.querySelector("[aria-invalid=true], [role=alert]");
    if (wrong) wrong.scrollIntoView({ block: "center" });
    if (wrong && wrong.matches("input, select, textarea")) wrong.focus({ preventScroll: true });
  }

  /* Putting in place */
  function show(page) {
    const place = remember();
    for (const id of ["content", "toasts"]) replace(document.getElementById(id), page.getElementById(id));
    for (const name of [".nav", ".phone-nav"]) replace(document.querySelector(name), page.querySelector(name));
    document.title = page.title;
    restore(place);
    if (!window.htmx) return;
    window.htmx.process(content);
    window.htmx.trigger(content, "htmx:load", { elt: content });
    content.dispatchEvent(new CustomEvent("desk:shown", { bubbles: true }));
  }

  function replace(old, fresh) {
    if (!old || !fresh || old.innerHTML === fresh.innerHTML) return;
    old.className = fresh.className;
    old.replaceChildren(...fresh.childNodes);
  }

  /* Something without an id is found again by its place under the nearest id that is still there. */
  function keyOf(element) {
    const key = { id: element.id, kind: element.localName, places: [] };
    for (let up = element.parentElement; up && content.contains(up); up = up.parentElement) {
      if (up.id) key.places.push([up.id, [...up.querySelectorAll(key.kind)].indexOf(element)]);
    }
    return key;
  }

  function find(key) {
    if (key.id) return document.getElementById(key.id);
    const place = key.places.find(([id]) => document.getElementById(id));
    return place && [...document.getElementById(place[0]).querySelectorAll(key.kind)][place[1]];
  }

  function remember() {
    const focused = document.activeElement;
    const open = [...content.querySelectorAll("details[open]:not(.menu)")].map(keyOf);
    return { open, focus: content.contains(focused) && focused !== content ? keyOf(focused) : null };
  }

  function restore({ open, focus }) {
    for (const key of open) {
      const details = find(key);
      if (details) details.open = true;
    }
    const again = focus && find(focus);
    if (again) again.focus({ preventScroll: true });
    else if (focus) content.focus({ preventScroll: true });
  }

  function wordsOf(page) {
    const main = page && page.querySelector("main");
    const words = main && [...main.querySelectorAll("h1, p")].map((each) => each.textContent.trim());
    return words && words.length ? words.join(". ").replaceAll("..", ".") : "That did not work. Nothing is lost; try again.";
  }

  function say(words) {
    const open = document.querySelector("dialog[open] .dialog-body");
    const notice = document.createElement("div");
    notice.className = "notice notice-error";
    notice.setAttribute("role", "alert");
    notice.textContent = words;
    if (open) open.prepend(notice);
    else document.getElementById("notices").replaceChildren(notice);
    notice.scrollIntoView({ block: "center" });
  }

  /* On a phone tabs are pushed sideways: the current one is to be seen. */
  function keepTabInView() {
    for (const tab of document.querySelectorAll(".tabs [aria-current]")) {
      const row = tab.parentElement;
      if (row.scrollWidth > row.clientWidth) row.scrollLeft = tab.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
    }
  }

  keepTabInView();
  document.addEventListener("desk:shown", keepTabInView);

  /* Listening */
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    const method = (form.getAttribute("method") || "get").toLowerCase();
    if (event.defaultPrevented || form.hasAttribute("target")) return;
    if (!form.closest("#content, #dialog, .topbar-search")) return;
    if (method === "get") {
      const url = leadsFrom(form, event.submitter);
      if (url.pathname !== location.pathname) return;
      event.preventDefault();
      url.search = new URLSearchParams([...new FormData(form, event.submitter)].filter(([, value]) => value !== ""));
      return visit(url.href, { pushes: true });
    }
    if (method !== "post") return;
    event.preventDefault();
    if (form.hasAttribute("aria-busy")) return;
    form.setAttribute("aria-busy", "true");
    const waits = [];
    document.dispatchEvent(new CustomEvent("desk:leave", { detail: waits }));
    await Promise.all(waits);
    await post(form, event.submitter);
    form.removeAttribute("aria-busy");
  });

  document.addEventListener("click", (event) => {
    const link = event.target.closest("#content a[href]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey) return;
    if (link.target || link.hasAttribute("download") || link.hasAttribute("data-dialog")) return;
    const url = new URL(link.href);
    if (url.origin !== location.origin || url.pathname !== location.pathname || url.search === location.search) return;
    event.preventDefault();
    visit(url.href, { pushes: true, jumps: Boolean(link.closest(".pagination")) });
  });

  window.addEventListener("popstate", (event) => {
    if (here() === shown || (event.state && event.state.htmx)) return;
    visit(location.href);
  });
})();
