/* The draft editor: saves as you type, keeps a copy in this browser until the server has it, underlines facts in
   place. Every card works without this file: its form saves by its button. */
(() => {
  const PAUSE_MS = 700;
  const PARTS = ["subject", "body"];
  const RETRIES_MS = [2000, 4000, 8000, 15000, 30000];
  const editors = new WeakMap();

  const storageKey = (card) => `draft:${card.dataset.draft}`;

  function stored(card) {
    try {
      return JSON.parse(localStorage.getItem(storageKey(card)));
    } catch {
      return null;
    }
  }

  function store(card, copy) {
    try {
      if (copy) localStorage.setItem(storageKey(card), JSON.stringify(copy));
      else localStorage.removeItem(storageKey(card));
    } catch {
      /* private mode: the server alone keeps it */
    }
  }

  class Editor {
    constructor(card) {
      this.card = card;
      this.form = card.querySelector("form[data-autosave]");
      this.subject = this.form.elements.subject;
      this.body = this.form.elements.body;
      this.layers = { subject: card.querySelector('[data-marks="subject"]'), body: card.querySelector('[data-marks="body"]') };
      this.painted = {};
      this.pop = card.querySelector("[data-editor-pop]");
      this.state = card.querySelector("[data-save-state]");
      this.marks = JSON.parse(this.form.querySelector('script[type="application/json"]').textContent);
      // What the server sent, not what stands there now: somebody may have typed before this script ran.
      this.saved = { subject: this.subject.defaultValue, body: this.body.defaultValue };
      this.tries = 0;
      this.running = null;
      this.isRefused = false;
      if (this.body.readOnly) {
        this.paint();
        return;
      }
      for (const part of PARTS) {
        this[part].addEventListener("input", () => this.typed());
        this[part].addEventListener("click", () => this.showFact(part));
        this[part].addEventListener("keyup", (event) => event.key.startsWith("Arrow") && this.showFact(part));
        this[part].addEventListener("scroll", () => this.align());
      }
      this.subject.addEventListener("keydown", (event) => this.leaveSubject(event));
      this.form.addEventListener("submit", (event) => this.submitted(event));
      this.offerCopy();
      this.paint();
      if (this.isDirty() && this.card.contains(document.activeElement)) this.typed();
    }

    text() {
      return { subject: this.subject.value, body: this.body.value };
    }

    isDirty() {
      const now = this.text();
      return now.subject !== this.saved.subject || now.body !== this.saved.body;
    }

    /* The subject is one line that wraps: Enter goes on to the text, a pasted line break becomes a space. */
    leaveSubject(event) {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      this.body.focus();
    }

    typed() {
      this.pop.hidden = true;
      if (/[\r\n]/.test(this.subject.value)) this.subject.value = this.subject.value.replace(/\s*[\r\n]+\s*/g, " ");
      for (const part of PARTS) this.shiftMarks(part);
      this.paint();
      store(this.card, { ...this.text(), version: this.card.dataset.version, at: Date.now() });
      this.say("Typing…");
      clearTimeout(this.timer);
      if (!this.isRefused) this.timer = setTimeout(() => this.save(), PAUSE_MS);
    }

    submitted(event) {
      event.preventDefault();
      this.isRefused = false;
      this.save().then((ok) => ok && this.say(this.card.dataset.savedWords || "Saved to drafts"));
    }

    async save() {
      clearTimeout(this.timer);
      if (this.running) await this.running;
      if (!this.isDirty()) return true;
      this.running = this.send().finally(() => {
        this.running = null;
      });
      return this.running;
    }

    async send() {
      const sent = this.text();
      const data = new FormData(this.form);
      this.say("Saving…");
      let response;
      try {
        response = await fetch(this.form.action, {
          method: "POST",
          body: data,
          headers: { Accept: "application/json" },
        });
      } catch {
        this.retry("Offline: kept in this browser, will be saved when the connection is back");
        return false;
      }
      if (response.redirected) {
        this.say("You were signed out. Your text is kept in this browser.", true);
        return false;
      }
      if (response.status >= 500 || response.status === 429) {
        this.retry("Not saved yet, trying again");
        return false;
      }
      const answer = await response.json().catch(() => null);
      if (response.ok && answer) {
        this.accept(answer, sent);
        return true;
      }
      this.isRefused = true;
      if (answer && answer.current) this.showBoth(answer);
      else this.say((answer && answer.message) || "Not saved", true);
      return false;
    }

    retry(message) {
      const wait = RETRIES_MS[Math.min(this.tries, RETRIES_MS.length - 1)];
      this.tries += 1;
      this.say(message, true);
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.save(), wait);
    }

    accept(answer, sent) {
      this.tries = 0;
      this.saved = sent;
      this.setVersion(answer.version);
      this.card.querySelector("[data-facts]").innerHTML = answer.facts;
      this.card.querySelector("[data-status]").innerHTML = answer.status;
      if (window.htmx) window.htmx.process(this.card.querySelector("[data-facts]"));
      // An edit voids the approval of a letter that waited: it is to be sent anew.
      for (const part of this.card.querySelectorAll("[data-until-edited]")) part.hidden = true;
      for (const part of this.card.querySelectorAll("[data-once-edited]")) part.hidden = false;
      if (this.isDirty()) {
        this.timer = setTimeout(() => this.save(), PAUSE_MS);
        return;
      }
      store(this.card, null);
      this.marks = answer.marks;
      this.say("Saved");
      this.paint();
    }

    setVersion(version) {
      this.card.dataset.version = version;
      for (const field of document.querySelectorAll(`[data-version-of="${this.card.dataset.draft}"]`)) {
        field.value = version;
      }
      this.form.elements.version.value = version;
    }

    say(message, isWarning = false) {
      this.state.textContent = message;
      this.state.classList.toggle("save-state-warning", isWarning);
    }

    /* Two people, or two tabs: both texts stay on the page until the person chooses. */
    showBoth(answer) {
      this.say("Changed elsewhere: choose a text", true);
      const box = document.createElement("div");
      box.className = "draft-conflict";
      const intro = document.createElement("p");
      intro.textContent = `${answer.message} This is the other text; yours stays in the editor.`;
      const theirs = document.createElement("div");
      theirs.className = "draft-body-read";
      theirs.textContent = `${answer.current.subject}\n\n${answer.current.body}`;
      const take = this.button("Take the other text", () => this.choose(box, answer.current, answer.current));
      const keep = this.button("Save mine over it", () => this.choose(box, answer.current, this.text()));
      const actions = document.createElement("div");
      actions.className = "form-actions";
      actions.append(keep, take);
      box.append(intro, theirs, actions);
      const old = this.card.querySelector(".draft-conflict");
      if (old) old.remove();
      this.form.before(box);
      keep.focus();
    }

    choose(box, current, text) {
      box.remove();
      this.isRefused = false;
      this.setVersion(current.version);
      this.saved = { subject: current.subject, body: current.body };
      this.subject.value = text.subject;
      this.body.value = text.body;
      this.marks = [];
      if (this.isDirty()) this.save();
      else {
        store(this.card, null);
        this.say("The other text is here now");
      }
      this.paint();
    }

    button(label, act) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "button button-small";
      button.textContent = label;
      button.addEventListener("click", act);
      return button;
    }

    /* A copy from a tab that closed before it was saved. */
    offerCopy() {
      const copy = stored(this.card);
      if (!copy) return;
      if (copy.subject === this.subject.value && copy.body === this.body.value) {
        store(this.card, null);
        return;
      }
      const box = document.createElement("div");
      box.className = "draft-conflict";
      const intro = document.createElement("p");
      intro.textContent = "This browser has a text that was typed here and never reached the server.";
      const theirs = document.createElement("div");
      theirs.className = "draft-body-read";
      theirs.textContent = `${copy.subject}\n\n${copy.body}`;
      const actions = document.createElement("div");
      actions.className = "form-actions";
      actions.append(
        this.button("Use it", () => {
          box.remove();
          this.subject.value = copy.subject;
          this.body.value = copy.body;
          this.typed();
        }),
        this.button("Drop it", () => {
          box.remove();
          store(this.card, null);
        }),
      );
      box.append(intro, theirs, actions);
      this.form.before(box);
    }

    /* Between two saves the marks behind the place of typing move along; a mark that was typed into is dropped. */
    shiftMarks(part) {
      const now = this[part].value;
      const before = this.painted[part] ?? "";
      if (now === before) return;
      let start = 0;
      while (start < before.length && before[start] === now[start]) start += 1;
      const shift = now.length - before.length;
      let end = before.length;
      while (end > start && before[end - 1] === now[end - 1 + shift] && end - 1 + shift >= start) end -= 1;
      this.marks = this.marks
        .filter((mark) => mark.part !== part || mark.end <= start || mark.start >= end)
        .map((mark) =>
          mark.part === part && mark.start >= end
            ? { ...mark, start: mark.start + shift, end: mark.end + shift }
            : mark,
        );
    }

    paint() {
      for (const part of PARTS) this.paintPart(part);
      this.align();
    }

    paintPart(part) {
      const text = this[part].value;
      this.painted[part] = text;
      const pieces = [];
      let place = 0;
      for (const mark of this.marks.filter((each) => each.part === part)) {
        if (mark.start < place || mark.end > text.length) continue;
        pieces.push(document.createTextNode(text.slice(place, mark.start)));
        const element = document.createElement("mark");
        element.className = `fact fact-${mark.state}`;
        element.textContent = text.slice(mark.start, mark.end);
        pieces.push(element);
        place = mark.end;
      }
      pieces.push(document.createTextNode(`${text.slice(place)}\n`));
      this.layers[part].replaceChildren(...pieces);
    }

    align() {
      for (const part of PARTS) this.layers[part].scrollTop = this[part].scrollTop;
    }

    /* The claim under the caret: what it is, a link to its record, and what can be done. */
    showFact(part) {
      const at = this[part].selectionStart;
      if (at !== this[part].selectionEnd) return;
      const mark = this.marks.find((each) => each.part === part && at >= each.start && at <= each.end);
      const row = mark && this.card.querySelector(`[data-fact="${part}:${mark.start}"]`);
      const same = row || (mark && this.sameWords(mark));
      this.pop.hidden = !same;
      if (!same) return;
      this.pop.replaceChildren(...[...same.childNodes].map((node) => node.cloneNode(true)));
      const chip = this.pop.querySelector(".fact-chip");
      if (chip && chip.title) {
        const note = document.createElement("span");
        note.className = "small soft";
        note.textContent = chip.title;
        this.pop.append(note);
      }
      if (window.htmx) window.htmx.process(this.pop);
    }

    sameWords(mark) {
      const words = this[mark.part].value.slice(mark.start, mark.end);
      return [...this.card.querySelectorAll("[data-fact]")].find((row) => row.textContent.includes(words));
    }
  }

  function leaveSoon(form) {
    const at = Date.parse(form.dataset.leavesAt);
    const wait = Number.isNaN(at) ? 1500 : Math.max(at - Date.now() + 400, 1500);
    setTimeout(() => form.isConnected && window.htmx && window.htmx.trigger(form, "leave"), wait);
  }

  function start(root) {
    const cards = root.matches?.(".draft-card") ? [root] : root.querySelectorAll(".draft-card");
    for (const card of cards) {
      if (editors.has(card)) continue;
      const leaving = card.querySelector("form.leave-now");
      if (leaving) leaveSoon(leaving);
      editors.set(card, card.querySelector("form[data-autosave]") ? new Editor(card) : null);
    }
  }

  const all = () => [...document.querySelectorAll(".draft-card")].map((card) => editors.get(card)).filter(Boolean);

  /* The rail may have been drawn anew meanwhile: the step is gone to all the same. */
  const sameLink = (old) =>
    [...document.querySelectorAll("a[hx-target='#artifact']")].find((link) => link.href === old.href);

  /* Send, preview and the like act on what is saved, and a step that is left takes its editors along: save first, then
     go on. A step is left also when that fails: the copy in this browser is offered when it is opened again. */
  let passing = null;
  document.addEventListener(
    "click",
    (event) => {
      const link = event.target.closest(".draft-card a[href], a[hx-target='#artifact']");
      if (!link || link === passing || event.metaKey || event.ctrlKey) return;
      const card = link.closest(".draft-card");
      const dirty = (card ? [editors.get(card)] : all()).filter((editor) => editor && editor.isDirty());
      if (!dirty.length) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      Promise.allSettled(dirty.map((editor) => editor.save())).then((saved) => {
        const onward = link.isConnected ? link : sameLink(link);
        if (!onward || (card && !saved.every((each) => each.value))) return;
        passing = onward;
        onward.click();
        passing = null;
      });
    },
    true,
  );

  /* Before the content is replaced, what is typed is saved. */
  document.addEventListener("desk:leave", (event) => event.detail.push(...all().map((editor) => editor.save())));
  window.addEventListener("online", () => all().forEach((editor) => editor.isDirty() && editor.save()));
  window.addEventListener("beforeunload", (event) => {
    if (all().some((editor) => editor.isDirty())) event.preventDefault();
  });
  /* Claude's version takes the place of the card only where nobody is typing: what is typed is saved first, and then
     the server keeps Claude's beside it. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const editor = event.detail.requestConfig.elt.matches("[data-writing]") && editors.get(event.detail.target);
    if (editor && editor.isDirty()) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:load", (event) => start(event.detail.elt));
  start(document);
})();
