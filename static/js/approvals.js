/* Keys of the approvals queue: whatever carries data-key is pressed by that key. Without JavaScript the same links,
   buttons and forms do it. */
(() => {
  const isTyping = (element) => element.closest("input:not([type=checkbox]), textarea, select, [contenteditable], dialog");

  function press(key) {
    const element = document.querySelector(`#approvals [data-key="${CSS.escape(key)}"]`);
    if (!element || element.disabled) return false;
    element.click();
    const reason = key === "x" && document.getElementById("decline-reason");
    if (reason) reason.focus();
    return true;
  }

  document.addEventListener("keydown", (event) => {
    if (event.metaKey || event.ctrlKey || event.altKey || isTyping(event.target)) return;
    if (press(event.key)) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-keys-help]");
    if (!button) return;
    const help = document.getElementById("approval-keys");
    help.hidden = !help.hidden;
    button.setAttribute("aria-expanded", String(!help.hidden));
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "approvals") return;
    const title = document.getElementById("approval-title");
    // Who is quick has opened the next one's reason by now, and goes on typing there.
    if (title && !isTyping(document.activeElement)) title.focus({ preventScroll: true });
  });
})();
