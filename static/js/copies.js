// Copies of unsaved text, kept in this browser until the server has it. Gone after saving and at logout.
const PREFIX = "case-copy:";

const quietly = (work) => {
  try {
    return work();
  } catch {
    return null; // storage is full or switched off: the page works without it
  }
};

export const nameOf = (user, step) => `${PREFIX}${user}:${step}`;
export const read = (name) => quietly(() => JSON.parse(localStorage.getItem(name)));
export const write = (name, copy) => quietly(() => localStorage.setItem(name, JSON.stringify(copy)));
export const drop = (name) => quietly(() => localStorage.removeItem(name));

const names = () => quietly(() => Object.keys(localStorage).filter((name) => name.startsWith(PREFIX))) ?? [];

// The server says in the address which step it has stored.
const here = new URL(location.href);
const saved = here.searchParams.get("saved");
if (saved) {
  names().filter((name) => name.endsWith(`:${saved}`)).forEach(drop);
  here.searchParams.delete("saved");
  history.replaceState(history.state, "", here);
}

document.addEventListener("submit", (event) => {
  if (event.target.action?.endsWith("/logout/")) names().forEach(drop);
});
