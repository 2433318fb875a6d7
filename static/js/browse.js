// The list of cases: filters swap in place. Without this file the form has its Apply button and works the same.

const wide = matchMedia("(width >= 56rem)");
let open = null;

function adapt() {
  const apply = document.querySelector("#browse .apply button");
  if (apply && window.htmx) apply.hidden = true;
  const facets = document.getElementById("facets");
  if (facets && wide.matches) facets.open = true;
}

// What a person opened or closed stays so after the swap.
document.addEventListener("htmx:beforeSwap", () => {
  open = new Map([...document.querySelectorAll("#browse details[id]")].map((details) => [details.id, details.open]));
});

document.addEventListener("htmx:afterSettle", () => {
  for (const [id, isOpen] of open ?? []) {
    const details = document.getElementById(id);
    if (details) details.open = isOpen || (details.hasAttribute("open") && id !== "facets");
  }
  open = null;
  adapt();
  const total = document.getElementById("total");
  document.getElementById("announce").textContent = total.textContent;
  // A link that was followed is gone; a box that was ticked is still there and keeps the focus.
  if (!document.activeElement || document.activeElement === document.body) total.focus({ preventScroll: true });
});

document.addEventListener("htmx:historyRestore", adapt);
wide.addEventListener("change", adapt);
adapt();
