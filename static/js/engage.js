/* The Engage workspace: [ and ] go to the previous and the next step; after a step is swapped in, its title is read
   and the rail keeps the current step in view. Without JavaScript the links and forms do the same. */
(() => {
  const isTyping = (element) => element.closest("input, textarea, select, [contenteditable], dialog");
  const steps = () => [...document.querySelectorAll("#engage-rail a")];
  /* The link that a step was asked for by, until the step has settled: only then do the new links lead anywhere in
     place. A key that is pressed before waits. */
  let asked = null;
  let waits = 0;
  let moved = "";

  function go(by) {
    if (asked) {
      waits += by;
      return;
    }
    const links = steps();
    const here = links.findIndex((link) => link.hasAttribute("aria-current"));
    const link = links[here + by];
    if (link) link.click();
  }

  document.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
    if (event.key === "[") go(-1);
    if (event.key === "]") go(1);
  });

  document.addEventListener("htmx:beforeRequest", (event) => {
    const link = event.detail.elt;
    if (link.matches("#engage-rail a, .engage-step-head a")) asked = link;
    const pressed = link.matches(".engage-person-tools form") && document.activeElement;
    moved = pressed ? pressed.getAttribute("aria-label") || "" : "";
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    keepInView();
    if (moved) focusAgain();
    if (!asked || event.detail.requestConfig?.elt !== asked) return;
    asked = null;
    const title = document.getElementById("step-title");
    if (!title) return;
    title.focus({ preventScroll: true });
    document.title = `${title.textContent} · ${document.title.split(" · ").slice(1).join(" · ")}`;
    const top = document.getElementById("engage");
    if (top && top.getBoundingClientRect().top < 0) top.scrollIntoView();
    const by = waits;
    waits = 0;
    if (by) go(by);
  });

  /* What did not come settles never. */
  for (const name of ["htmx:responseError", "htmx:sendError", "htmx:sendAbort", "htmx:timeout", "htmx:swapError"]) {
    document.addEventListener(name, (event) => {
      if (event.detail.requestConfig?.elt !== asked) return;
      asked = null;
      waits = 0;
    });
  }

  /* An answer without a step (signed out meanwhile, taken away) is shown as the page it is. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.detail.target.id !== "artifact" || event.detail.xhr.status >= 400) return;
    if (event.detail.xhr.responseText.includes('id="artifact"')) return;
    event.detail.shouldSwap = false;
    location.reload();
  });

  for (const name of ["htmx:responseError", "htmx:sendError"]) {
    document.addEventListener(name, (event) => {
      const target = event.detail.target;
      if (target && target.id === "artifact") say("That did not work. Nothing was changed; reload the page and try again.");
    });
  }

  function say(words) {
    const notices = document.getElementById("notices");
    if (!notices) return;
    const notice = document.createElement("div");
    notice.className = "notice notice-error";
    notice.setAttribute("role", "alert");
    notice.textContent = words;
    notices.replaceChildren(notice);
    notices.scrollIntoView({ block: "center" });
  }

  /* An email that has left, or was taken back, in its own card: the rail counts again. */
  document.addEventListener("htmx:afterSwap", (event) => {
    const card = event.detail.target;
    if (!card || !card.matches(".draft-card") || !document.getElementById("engage-rail")) return;
    window.htmx.ajax("GET", location.href, { target: "#engage-rail", select: "#engage-rail", swap: "outerHTML" });
  });

  /* Who moves a person by keyboard can go on: the same button, else the reason that is asked for. */
  function focusAgain() {
    const again = document.querySelector(`.engage-person-tools [aria-label="${CSS.escape(moved)}"]`);
    const reason = document.querySelector(".engage-pending input[name=reason]");
    moved = "";
    if (again || reason) (again || reason).focus({ preventScroll: true });
  }

  function keepInView() {
    const rail = document.getElementById("engage-rail");
    const current = rail && rail.querySelector("[aria-current]");
    if (current && rail.scrollWidth > rail.clientWidth) {
      rail.scrollLeft = current.offsetLeft - (rail.clientWidth - current.offsetWidth) / 2;
    }
  }

  document.addEventListener("desk:shown", keepInView);
  keepInView();
})();
