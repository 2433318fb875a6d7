// Shows how many words are left beside each field that has data-max-words.
const words = (text) => (text.trim().match(/\S+/gu) ?? []).length;

function watch(field) {
  const line = document.createElement("p");
  line.className = "field-count";
  line.setAttribute("aria-live", "polite");
  field.after(line);
  const most = Number(field.dataset.maxWords);
  const show = () => {
    const left = most - words(field.value);
    line.textContent = left < 0 ? `${-left} words too many (${most} at most)` : `${left} of ${most} words left`;
    line.toggleAttribute("data-over", left < 0);
  };
  let pause;
  field.addEventListener("input", () => {
    clearTimeout(pause);
    pause = setTimeout(show, 300);
  });
  show();
}

const start = (root) => root.querySelectorAll("[data-max-words]:not([data-counted])").forEach((field) => {
  field.dataset.counted = "";
  watch(field);
});

start(document);
document.addEventListener("htmx:load", (event) => start(event.target));
