/* A link marked data-dialog opens its page's form in the dialog instead of leaving this page.
   The page itself works the same by being followed; in-place.js sends the form, and its errors are shown here. */
(() => {
  const dialog = document.getElementById("dialog");
  if (!dialog || !dialog.showModal) return;
  const title = dialog.querySelector("#dialog-title");
  const body = dialog.querySelector(".dialog-body");

  async function fetchPage(url) {
    const response = await fetch(url, { headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) return null;
    return new DOMParser().parseFromString(await response.text(), "text/html");
  }

  function show(page, url) {
    const content = page.getElementById("content");
    const form = content && content.querySelector("form");
    if (!form) return false;
    title.textContent = content.querySelector("h1").textContent.trim();
    content.querySelector(".page-head").remove();
    const notices = content.querySelector("#notices");
    if (notices) notices.replaceWith(...notices.children);
    for (const each of content.querySelectorAll("form")) {
      if (!each.getAttribute("action")) each.action = url;
    }
    body.replaceChildren(...content.childNodes);
    if (!dialog.open) dialog.showModal();
    const first =
      body.querySelector("[aria-invalid=true], [autofocus]") ||
      body.querySelector("input:not([type=hidden]), select, textarea, button");
    if (first) first.focus();
    if (window.htmx) window.htmx.process(body);
    return true;
  }

  window.desk = { showInDialog: show };

  document.addEventListener("click", async (event) => {
    if (event.target.closest("[data-dialog-close]") && dialog.open) {
      event.preventDefault();
      dialog.close();
      return;
    }
    const link = event.target.closest("a[data-dialog]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey || event.button) return;
    event.preventDefault();
    try {
      const page = await fetchPage(link.href);
      if (page && show(page, link.href)) return;
    } catch {
      /* the connection failed: following the link says so in the browser's own words */
    }
    location.assign(link.href);
  });

  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  });
})();
