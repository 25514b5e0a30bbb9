// Everything works without this file: it only makes it quicker. No inline code anywhere, no dependencies.
const root = document.documentElement;
root.classList.add("js");
const find = (selector, from = document) => from.querySelector(selector);
const all = (selector, from = document) => [...from.querySelectorAll(selector)];
const typing = (target) => target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]");

// The palette: results are a fragment of HTML from the server, permitted pages only.
const palette = find("#palette");
let asked = 0;
let timer = 0;

function choose(option) {
  const input = find("input", palette);
  for (const other of all("[role=option]", palette)) other.setAttribute("aria-selected", String(other === option));
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

async function ask(text) {
  const mine = ++asked;
  const answer = await fetch(`${palette.dataset.url}?q=${encodeURIComponent(text)}`, { headers: { "HX-Request": "true" } });
  if (mine !== asked) return;
  if (answer.redirected) return location.reload();
  const results = find(".results", palette);
  results.innerHTML = answer.ok ? await answer.text() : "";
  if (answer.status === 429) results.textContent = "That was too often. Wait some minutes, then search again.";
  const options = all("[role=option]", results);
  find("input", palette).setAttribute("aria-expanded", String(options.length > 0));
  find("[role=status]", palette).textContent = options.length ? `${options.length} found` : text ? "Nothing found" : "";
  choose(options[0]);
}

function openPalette(text = "") {
  if (!palette || palette.open) return;
  palette.showModal();
  const input = find("input", palette);
  input.value = text;
  input.select();
  ask(text);
}

function closePalette() {
  // Until the next drawing the hidden field would keep the focus, and swallow the next key.
  find("input", palette).blur();
  palette.close();
}

if (palette) {
  const input = find("input", palette);
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => ask(input.value.trim()), 120);
  });
  input.addEventListener("keydown", (event) => {
    const options = all("[role=option]", palette);
    const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      if (options.length) choose(options[(at + step + options.length) % options.length]);
    } else if (event.key === "Enter" && options[at]) {
      event.preventDefault();
      options[at].click();
    } else if (event.key === "Escape") {
      closePalette(); // the browser itself would only empty the field
    }
  });
  palette.addEventListener("click", (event) => event.target === palette && closePalette());
}

// Keys: each can be read in the help; all can be switched off in one's settings.
const keysOn = root.dataset.keys !== "off";

function step(direction) {
  const rows = all("[data-row]").filter((row) => row.offsetParent !== null);
  const at = rows.findIndex((row) => row.contains(document.activeElement));
  const row = rows[Math.min(Math.max(at + direction, 0), rows.length - 1)];
  const target = row && (row.matches("a, summary") ? row : find("a, button, input", row) || row);
  target?.focus();
  row?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.isComposing) return;
  if (keysOn && (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "k" && palette) {
    event.preventDefault();
    palette.open ? closePalette() : openPalette();
    return;
  }
  if (event.key === "Escape") {
    const cancel = event.target.closest?.("form")?.querySelector("[data-cancel]");
    if (cancel && !find("dialog[open]")) cancel.click();
    return;
  }
  if (!keysOn || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || find("dialog[open]")) return;
  const press = { "/": () => openPalette(), j: () => step(1), k: () => step(-1), "?": () => find("#keys")?.showModal() }[event.key];
  const link = /^[a-z]$/.test(event.key) && find(`[data-key="${event.key}"]`);
  if (press || link) event.preventDefault();
  if (press) press();
  else if (link) link.click();
});

document.addEventListener("click", (event) => {
  const target = event.target.closest?.("[data-open], [data-close]");
  if (!target) return;
  if (target.dataset.open === "palette" && palette) openPalette();
  else if (target.dataset.open) find(`#${target.dataset.open}`)?.showModal();
  else target.closest("dialog")?.close();
  event.preventDefault();
});

// Forms: filters send themselves, tick boxes are counted, what was typed is not lost by a slip.
let changed = false;
document.addEventListener("change", (event) => {
  const form = event.target.form;
  if (form?.matches("[data-auto]")) form.requestSubmit();
  if (event.target.matches("[data-pick-all]")) for (const box of all("[data-pick]", form || document)) box.checked = event.target.checked;
  if (event.target.matches("[data-pick], [data-pick-all]")) count();
});
document.addEventListener("input", (event) => (changed ||= Boolean(event.target.closest?.("[data-guard]"))));
document.addEventListener("submit", () => (changed = false));
document.addEventListener("click", (event) => event.target.closest?.("[data-cancel]") && (changed = false));
addEventListener("beforeunload", (event) => changed && event.preventDefault());

function count() {
  const number = all("[data-pick]:checked").length;
  for (const bar of all("[data-bulk]")) {
    bar.hidden = number === 0;
    find("[data-bulk-count]", bar).textContent = number;
  }
}

// The undo bar goes after its seconds, but not from under a hand or a reader.
function countdown(bar) {
  let left = Number(bar.dataset.undo);
  const tick = setInterval(() => {
    if (!bar.isConnected) return clearInterval(tick);
    if (!bar.matches(":hover, :focus-within") && --left <= 0) bar.remove();
  }, 1000);
}

function prepare(from) {
  for (const bar of all("[data-undo]", from)) countdown(bar);
  find("[data-focus]", from)?.focus();
  count();
}
prepare(document);
// What was kept while one showed that it is oneself goes on by itself, once.
const resume = performance.getEntriesByType("navigation")[0]?.type === "back_forward" ? null : find("[data-resume]");
if (resume?.matches("form")) resume.requestSubmit();
else resume?.click();

document.addEventListener("htmx:load", (event) => event.target !== document.body && prepare(event.target));
// Signed out meanwhile: show the sign-in page as a page, not inside a list.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (new URL(event.detail.xhr.responseURL).pathname.startsWith(root.dataset.account)) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});
document.addEventListener("htmx:responseError", (event) => {
  const live = find("#live");
  if (!live) return;
  const often = event.detail.xhr.status === 429;
  const minutes = Math.ceil(Number(event.detail.xhr.getResponseHeader("Retry-After")) / 60);
  live.textContent = often ? `That was too often. Try once more in ${minutes} minutes.` : "That did not work. Load the page again and try once more.";
  if (often) live.className = "note bad";
});
