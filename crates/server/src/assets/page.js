// What makes the page quicker for those who have it: completion, keys, a brush for the timeline, copying. Without it
// everything is there all the same.
"use strict";
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const one = (selector, root = document) => root.querySelector(selector);

  // Completion: the last word of the box, as the index has it.
  const box = one("#q");
  if (box) {
    const list = document.createElement("ul");
    list.className = "completions";
    list.id = "completions";
    list.hidden = true;
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", box.labels?.[0]?.textContent || "");
    box.after(list);
    const set = { role: "combobox", "aria-autocomplete": "list", "aria-controls": "completions", "aria-expanded": "false" };
    for (const [name, value] of Object.entries(set)) box.setAttribute(name, value);
    let chosen = -1, waiting = 0, asked = null, composing = false;
    const last = () => /[^\s"“”「」():：（）|｜-]*$/u.exec(box.value)[0];
    const close = () => {
      asked?.abort();
      clearTimeout(waiting);
      list.hidden = true;
      chosen = -1;
      box.setAttribute("aria-expanded", "false");
      box.removeAttribute("aria-activedescendant");
    };
    const choose = (at) => {
      const items = all("li", list);
      if (!items.length) return;
      chosen = (at + items.length) % items.length;
      items.forEach((item, n) => item.setAttribute("aria-selected", String(n === chosen)));
      box.setAttribute("aria-activedescendant", items[chosen].id);
    };
    const take = (word) => {
      const part = last();
      box.value = box.value.slice(0, box.value.length - part.length) + word;
      close();
      box.focus();
    };
    const show = (words) => {
      list.replaceChildren(...words.map(({ word, articles }, n) => {
        const item = document.createElement("li");
        item.id = `completion-${n}`;
        item.setAttribute("role", "option");
        item.setAttribute("aria-selected", "false");
        const name = document.createElement("span"), count = document.createElement("small");
        name.textContent = word;
        count.textContent = articles.toLocaleString();
        item.append(name, count);
        item.addEventListener("mousedown", (event) => { event.preventDefault(); take(word); });
        return item;
      }));
      chosen = -1;
      list.hidden = !words.length;
      box.setAttribute("aria-expanded", String(words.length > 0));
    };
    const ask = async () => {
      const part = last();
      if (!part || composing) return close();
      asked?.abort();
      asked = new AbortController();
      try {
        const answer = await fetch(`/api/suggest?limit=8&q=${encodeURIComponent(part)}`, { signal: asked.signal });
        const words = answer.ok ? await answer.json() : [];
        if (part === last() && document.activeElement === box) show(words.filter(({ word }) => word !== part));
      } catch { /* a newer question, or no server */ }
    };
    box.addEventListener("input", () => { clearTimeout(waiting); waiting = setTimeout(ask, 120); });
    box.addEventListener("compositionstart", () => { composing = true; });
    box.addEventListener("compositionend", () => { composing = false; waiting = setTimeout(ask, 60); });
    box.addEventListener("blur", close);
    box.addEventListener("keydown", (event) => {
      if (event.isComposing || list.hidden) return;
      if (event.key === "ArrowDown") { choose(chosen + 1); event.preventDefault(); }
      else if (event.key === "ArrowUp") { choose(chosen < 0 ? -1 : chosen - 1); event.preventDefault(); }
      else if (event.key === "Escape") { close(); event.preventDefault(); }
      else if (event.key === "Enter" && chosen >= 0) { take(all("li span", list)[chosen].textContent); event.preventDefault(); }
    });
    box.form.addEventListener("submit", close);
  }

  // The timeline: months are dragged over, and stand in the address.
  for (const drawing of all(".timeline svg[data-first]")) {
    const months = Number(drawing.dataset.months);
    const [year, month] = drawing.dataset.first.split("-").map(Number);
    const name = (at) => {
      const number = year * 12 + month - 1 + at;
      return `${String(Math.floor(number / 12)).padStart(4, "0")}-${String(number % 12 + 1).padStart(2, "0")}`;
    };
    const at = (event) => {
      const place = drawing.getBoundingClientRect();
      return Math.min(months - 1, Math.max(0, Math.floor((event.clientX - place.left) / place.width * months)));
    };
    let from = null, brush = null, dragged = false;
    drawing.addEventListener("pointerdown", (event) => {
      if (event.button === 0) { from = at(event); dragged = false; }
    });
    drawing.addEventListener("dragstart", (event) => event.preventDefault());
    drawing.addEventListener("pointermove", (event) => {
      if (from === null) return;
      const to = at(event);
      if (to === from && !dragged) return;
      if (!dragged) { dragged = true; drawing.setPointerCapture(event.pointerId); }
      if (!brush) {
        brush = document.createElementNS("http://www.w3.org/2000/svg", "rect");
        brush.setAttribute("class", "brush");
        brush.setAttribute("y", "0");
        brush.setAttribute("height", "60");
        drawing.append(brush);
      }
      const [low, high] = [Math.min(from, to), Math.max(from, to)];
      brush.setAttribute("x", String(low / months * 1000));
      brush.setAttribute("width", String((high - low + 1) / months * 1000));
    });
    const end = (event) => {
      if (from === null) return;
      const [low, high] = [Math.min(from, at(event)), Math.max(from, at(event))];
      from = null;
      if (!dragged || event.type === "pointercancel") { brush?.remove(); brush = null; return; }
      const to = new URL(location.href);
      if (to.pathname === "/") to.pathname = "/search";
      to.searchParams.set("from", name(low));
      to.searchParams.set("to", name(high));
      to.searchParams.delete("page");
      location.assign(to);
    };
    drawing.addEventListener("pointerup", end);
    drawing.addEventListener("pointercancel", end);
    drawing.addEventListener("click", (event) => { if (dragged) { event.preventDefault(); dragged = false; } }, true);
  }

  // Copying.
  for (const button of all("button.copy")) {
    button.hidden = !navigator.clipboard;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.previousElementSibling.textContent);
      const before = button.textContent;
      button.textContent = "✓";
      setTimeout(() => { button.textContent = before; }, 1200);
    });
  }

  // Marks of an article, one after the other.
  const marks = all(".paper mark");
  let mark = -1;
  const step = (by) => {
    if (!marks.length) return;
    marks[mark]?.classList.remove("now");
    mark = (mark + by + marks.length + (mark < 0 && by < 0 ? 1 : 0)) % marks.length;
    marks[mark].classList.add("now");
    marks[mark].scrollIntoView({ block: "center" });
  };
  for (const button of all("button.step")) {
    button.hidden = false;
    button.addEventListener("click", () => step(Number(button.dataset.step)));
  }
  const place = one("#at");
  if (place) {
    place.scrollIntoView({ block: "center" });
    const next = marks.findIndex((other) => place.compareDocumentPosition(other) & Node.DOCUMENT_POSITION_FOLLOWING);
    if (next >= 0) { mark = next - 1; step(1); }
  }

  // Keys.
  const hits = all(".hit");
  let hit = -1;
  const go = (by) => {
    if (!hits.length) return;
    hits[hit]?.classList.remove("chosen");
    hit = Math.min(hits.length - 1, Math.max(0, hit + by));
    hits[hit].classList.add("chosen");
    one("h3 a", hits[hit]).focus({ preventScroll: true });
    hits[hit].scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    const inText = event.target.closest("input, textarea, select");
    if (event.key === "Escape" && inText) return inText.blur();
    if (inText || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const does = {
      "/": () => { box?.focus(); box?.select(); },
      "?": () => location.assign("/help"),
      j: () => (hits.length ? go(1) : step(1)),
      k: () => (hits.length ? go(-1) : step(-1)),
      n: () => one("a[rel=next]")?.click(),
      p: () => one("a[rel=prev]")?.click(),
      u: () => one(".back a")?.click(),
    }[event.key];
    if (does) { event.preventDefault(); does(); }
  });
})();
