/* Copies the text of the field beside a button marked data-copy; without JavaScript the field is selected by hand. */
(() => {
  const SAID_FOR_MS = 2000;

  for (const button of document.querySelectorAll("[data-copy]")) {
    const field = button.parentElement.querySelector("input");
    const words = button.textContent;
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(field.value);
        button.textContent = "Copied";
        setTimeout(() => { button.textContent = words; }, SAID_FOR_MS);
      } catch {
        field.select();
      }
    });
  }
})();
