// Saves a step while one writes: to this browser at once, to the server every few seconds.
import { drop, nameOf, read, write } from "./copies.js";
import { addRow } from "./rows.js";

const EVERY = 10_000;
const form = document.querySelector("form[data-autosave]");
const line = form.querySelector("[data-autosave-status]");
const name = nameOf(form.dataset.user, form.dataset.autosave);
const version = form.elements.version;

let changes = 0; // counts what was typed
let stored = 0; // the last of them that the server has
let busy = null;
let timer = null;
let stopped = false;
let leaving = false;

form.autocomplete = "off"; // the browser must not mix old text with a new version; the copy below is for that

const skip = new Set(["csrfmiddlewaretoken", "version"]);
const texts = () => [...new FormData(form)].filter(([key, value]) => typeof value === "string" && !skip.has(key));
const clock = () => new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
const same = (one, two) => JSON.stringify(one) === JSON.stringify(two);
const cookie = () => document.cookie.match(/(?:^|; )csrftoken=([^;]+)/)?.[1] ?? "";

function say(text, link) {
  line.textContent = text;
  if (link) {
    const anchor = document.createElement("a");
    [anchor.href, anchor.textContent, anchor.target] = [link.href, link.text, "_blank"];
    line.append(" ", anchor);
  }
}

function keep() {
  write(name, { at: new Date().toISOString(), entries: texts() });
}

function later(wait = EVERY) {
  if (!stopped && !leaving) timer ??= setTimeout(save, wait);
}

function touched() {
  changes += 1;
  keep();
  later();
}

export function save() {
  clearTimeout(timer);
  timer = null;
  if (stopped || leaving || busy || changes === stored) return busy;
  const sent = changes;
  busy = send()
    .then((response) => answered(response, sent))
    .catch(() => {
      say("No connection. Your text is kept in this browser, and sent when the connection is back.");
      later();
    })
    .finally(() => {
      busy = null;
      if (changes > sent) later();
    });
  return busy;
}

function send() {
  const body = new URLSearchParams([...texts(), ["version", version.value]]);
  const small = body.toString().length < 60_000; // more can't outlive the page; then the copy has to do
  return fetch(form.action || location.href, {
    method: "POST",
    body,
    headers: { "X-Autosave": "1", "X-CSRFToken": cookie() },
    redirect: "manual",
    keepalive: small,
  });
}

async function answered(response, sent) {
  if (response.ok) {
    const data = await response.json();
    version.value = data.version;
    stored = sent;
    if (changes === sent) drop(name);
    say(`Saved at ${clock()}.`);
  } else if (response.type === "opaqueredirect" || response.status === 401) {
    const href = `/accounts/login/?next=${encodeURIComponent(location.pathname)}`;
    say("You are logged out. Your text is kept in this browser.", { href, text: "Log in and come back here" });
    later();
  } else if (response.status === 409) {
    stopped = true;
    say("This step was saved in another window or by a colleague. Nothing is lost: save, and you see both texts.");
  } else if (response.status === 422) {
    const { errors } = await response.json();
    stored = sent; // the same again would be refused again
    say(`Not saved yet: ${errors[0]} Your text is kept in this browser.`);
  } else if (response.status === 403) {
    stopped = true;
    say("The site does not let you save here. Your text is kept in this browser. Load the page again.");
  } else {
    say("The site can't save at the moment. Your text is kept in this browser, and sent again soon.");
    later();
  }
}

// What this browser kept and the server never got.
function offer() {
  const older = `${name}~`;
  const copy = read(name) ?? read(older);
  if (!copy) return;
  if (same(copy.entries, texts())) {
    if (!form.hasAttribute("data-refused")) drop(name);
    return;
  }
  write(older, copy);
  drop(name);
  const box = document.createElement("div");
  box.className = "notice notice-warning";
  box.setAttribute("role", "region");
  box.setAttribute("aria-label", "Text that was not saved");
  const words = document.createElement("p");
  words.textContent = `This browser has text of this step that was not saved, from ${new Date(copy.at).toLocaleString()}.`;
  const actions = document.createElement("div");
  actions.className = "form-actions";
  actions.append(button("Bring it back", () => restore(copy.entries)), button("Discard it", () => {}));
  box.append(words, actions);
  form.before(box);

  function button(text, work) {
    const made = document.createElement("button");
    Object.assign(made, { type: "button", className: "button-secondary", textContent: text });
    made.addEventListener("click", () => {
      work();
      drop(older);
      box.remove();
    });
    return made;
  }
}

function restore(entries) {
  for (const [key, value] of entries) {
    const rows = key.endsWith("-TOTAL_FORMS") && form.elements[key]?.closest("[data-rows]");
    while (rows && Number(form.elements[key].value) < Number(value) && addRow(rows));
  }
  const values = Map.groupBy ? Map.groupBy(entries, ([key]) => key) : entries.reduce((map, entry) => map.set(entry[0], [...(map.get(entry[0]) ?? []), entry]), new Map());
  for (const field of form.elements) {
    if (!field.name || skip.has(field.name) || ["file", "submit", "button", "fieldset"].includes(field.type) || /-(TOTAL|INITIAL|MIN_NUM|MAX_NUM)_FORMS$/.test(field.name)) continue;
    const wanted = (values.get(field.name) ?? []).map(([, value]) => value);
    if (field.type === "checkbox" || field.type === "radio") field.checked = wanted.includes(field.value);
    else {
      field.value = wanted[0] ?? "";
      field.proseEditor?.commands.setContent(field.value);
    }
  }
  touched();
}

offer();
form.addEventListener("input", touched);
form.addEventListener("change", (event) => event.target.type !== "file" && touched());
form.addEventListener("focusout", () => changes > stored && !stopped && setTimeout(save, 500));
document.addEventListener("click", (event) => event.target.closest("[data-rows] > button[name=more]") && touched());
document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && !leaving && save());
addEventListener("pagehide", () => !leaving && save());
// A page out of the browser's memory has an old version: load it again. The copy holds what was typed.
addEventListener("pageshow", (event) => event.persisted && location.reload());

form.addEventListener("submit", (event) => {
  if (leaving) return event.preventDefault(); // a second press of the button
  clearTimeout(timer);
  if (changes) keep();
  leaving = true;
  if (!busy) return undefined;
  // The autosave under way will raise the version; wait for it, or the form would meet its own text.
  event.preventDefault();
  const { submitter } = event;
  busy.finally(() => {
    leaving = false;
    form.requestSubmit(submitter);
  });
  return undefined;
});
