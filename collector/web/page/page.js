// Follows the event stream of the page and puts in the parts that changed. Everything can be read
// without this script; the server has rendered and escaped all that it puts in.
"use strict";

const edition = document.querySelector('meta[name="edition"]').content;
const form = document.getElementById("filter");
let stream;
let lost; // when the connection broke, in ms since 1970

// query is the filter of the logs, without what is empty.
function query() {
  const q = new URLSearchParams(form ? new FormData(form) : "");
  for (const [name, value] of [...q]) if (!value) q.delete(name);
  return q.toString();
}

function follow() {
  if (stream) stream.close();
  const base = document.body.dataset.events;
  const q = query();
  stream = new EventSource(q ? base + (base.includes("?") ? "&" : "?") + q : base);
  stream.addEventListener("hello", (e) => {
    if (JSON.parse(e.data) !== edition) location.reload(); // the collector was replaced by another version
    lost = undefined;
    showLive();
  });
  stream.addEventListener("part", (e) => put(JSON.parse(e.data)));
  stream.onerror = () => {
    lost = lost || Date.now();
    showLive();
    if (stream.readyState === EventSource.CLOSED) setTimeout(follow, 5000);
  };
}

// put replaces a part and keeps what the reader opened, selected or had the focus on.
function put(part) {
  const at = document.getElementById(part.id);
  if (!at) return;
  const selected = document.getSelection();
  if (!selected.isCollapsed && at.contains(selected.anchorNode)) return; // somebody copies from it
  const open = [...at.querySelectorAll("details[open][id]")].map((d) => d.id);
  const focused = at.contains(document.activeElement) ? document.activeElement : null;
  at.innerHTML = part.html;
  for (const id of open) {
    const d = document.getElementById(id);
    if (d) d.open = true;
  }
  if (focused) refocus(at, focused);
  if (document.title !== part.title) {
    document.title = part.title;
    const say = document.getElementById("announce");
    if (say) say.textContent = part.title;
  }
  showLive();
}

// refocus finds what had the focus by its place: a link's target, or the summary of a details element.
function refocus(at, old) {
  const href = old.getAttribute("href");
  const id = old.parentElement && old.parentElement.id;
  const now = href ? [...at.querySelectorAll("a")].find((a) => a.getAttribute("href") === href)
    : id && document.querySelector("#" + CSS.escape(id) + " > summary");
  if (now) now.focus({ preventScroll: true });
}

function showLive() {
  document.documentElement.classList.toggle("lost", Boolean(lost));
  const at = document.getElementById("live");
  if (at) at.textContent = lost ? "not connected since " + new Date(lost).toLocaleTimeString() + ", trying again" : "live";
}

function toggleTheme() {
  const dark = getComputedStyle(document.documentElement).colorScheme === "dark"
    || (!document.documentElement.dataset.theme && matchMedia("(prefers-color-scheme: dark)").matches);
  setTheme(dark ? "light" : "dark");
}

function setTheme(name) {
  document.documentElement.dataset.theme = name;
  try { localStorage.setItem("theme", name); } catch { /* a browser may forbid it */ }
}

function onKey(e) {
  if (e.ctrlKey || e.altKey || e.metaKey) return;
  if (e.target.matches("input, select, textarea")) {
    if (e.key === "Escape") e.target.blur();
    return;
  }
  const go = { w: "why", l: "h-logs", c: "h-collector" }[e.key];
  if (go) document.getElementById(go)?.scrollIntoView();
  else if (e.key === "d") toggleTheme();
  else if (e.key === "/" && form) {
    e.preventDefault();
    form.elements.q.focus();
  }
}

if (form) {
  let typing;
  const changed = () => {
    const q = query();
    history.replaceState(null, "", q ? "/?" + q : "/");
    follow();
  };
  form.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(changed, 250);
  });
  form.addEventListener("submit", (e) => {
    e.preventDefault();
    changed();
  });
}
try {
  const theme = localStorage.getItem("theme");
  if (theme === "dark" || theme === "light") setTheme(theme);
} catch { /* as above */ }
document.addEventListener("keydown", onKey);
follow();
